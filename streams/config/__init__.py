"""The force's configuration file: what holds of the force, its detectors and points. Refused whole, with every error at once."""

from streams.config.document import ForceSection
from streams.config.places import ConfigError
from streams.config.reading import ForceConfig, default_config, parse_config, read_config

__all__ = ["ConfigError", "ForceConfig", "ForceSection", "default_config", "parse_config", "read_config"]
