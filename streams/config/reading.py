"""From the text of a configuration to one that was checked, or to all of its errors."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, get_args

import msgspec
from pydantic import ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap
from ruamel.yaml.error import MarkedYAMLError

from detectors import contract
from detectors.calendar import Calendar
from detectors.contract import Force
from detectors.points import Code, Points
from detectors.registry import DETECTORS, AnyDetector
from schemas.identity import fingerprint
from schemas.records import AddressListEntry
from streams.config.document import Document
from streams.config.places import Location, line_of, told
from streams.config.sense import nonsense
from streams.errors import UsageError


class ConfigError(UsageError):
    """The configuration file is wrong; the message names every place, and what is allowed there."""


@dataclass(frozen=True, slots=True)
class ForceConfig:
    """A configuration that was checked. ``detectors`` holds every detector's own, the disabled ones' too."""

    timezone: str
    allowed_lateness: timedelta
    join_horizon: timedelta
    detectors: Mapping[str, contract.Config]
    points: Mapping[str, int]
    domains: tuple[AddressListEntry, ...] = ()
    """The own and partner domains that stand in the file; those of the reference data count beside them."""

    @property
    def version(self) -> str:
        """Name all that can change an alert: 16 hex digits, the same wherever the same configuration is read."""
        written = {
            "timezone": self.timezone,
            "allowed_lateness": self.allowed_lateness.total_seconds(),
            "detectors": {name: config.model_dump(mode="json") for name, config in sorted(self.detectors.items()) if config.enabled},
            "points": dict(sorted(self.points.items())),
        }
        return fingerprint(msgspec.json.encode(written, order="deterministic").decode())[:16]

    @property
    def calendar(self) -> Calendar:
        """The force's civil calendar."""
        return Calendar(self.timezone)

    def enabled_detectors(self) -> dict[str, AnyDetector]:
        """Make the enabled detectors, by id."""
        return {name: self.detector(name) for name, config in sorted(self.detectors.items()) if config.enabled}

    def detector(self, name: str) -> AnyDetector:
        """Make one detector, enabled or not."""
        return DETECTORS[name](self.detectors[name], Force(calendar=self.calendar, points=Points(self.points)))


def default_config() -> ForceConfig:
    """Return what holds without a configuration file."""
    return parse_config("", "defaults")


def read_config(path: Path) -> ForceConfig:
    """Read a YAML (or JSON) file. Raise ConfigError naming file, line, key and what is allowed, for all errors at once."""
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: cannot be read: {error}") from error
    return parse_config(text, str(path))


def parse_config(text: str, name: str) -> ForceConfig:
    """Check a configuration's text; ``name`` stands in the messages."""
    try:
        loaded = YAML(typ="rt").load(text)
    except MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise ConfigError(f"{name}:{line}: {error.problem}") from error
    tree = CommentedMap() if loaded is None else loaded
    if not isinstance(tree, CommentedMap):
        raise ConfigError(f"{name}:1: a mapping is wanted; the keys are {', '.join(Document.model_fields)}")
    errors: list[tuple[Location, str]] = []
    document = Document()
    try:
        document = Document.model_validate(tree)
    except ValidationError as error:
        errors += told(error, (), Document)
    written = tree.get("detectors")
    configs = dict(_detector_configs(written if isinstance(written, dict) else {}, errors))
    points = tree.get("points")
    known = get_args(Code)
    unknown = [code for code in points if code not in known] if isinstance(points, dict) else []
    errors += [(("points", code), f"no such reason code; known are {', '.join(known)}") for code in unknown]
    config = ForceConfig(
        timezone=document.force.timezone,
        allowed_lateness=document.allowed_lateness,
        join_horizon=document.join_horizon,
        detectors=configs,
        points=document.points,
        domains=(
            *(AddressListEntry(list="own", pattern=domain) for domain in document.force.own_domains),
            *(AddressListEntry(list="partner", pattern=domain) for domain in document.force.partner_domains),
        ),
    )
    for each in (config.detector(of) for of in configs):
        errors += [(("detectors", each.id, *location), message) for location, message in nonsense(each, document.allowed_lateness)]
    if errors:
        places = sorted((line_of(tree, location), ".".join(str(step) for step in location), message) for location, message in errors)
        raise ConfigError("\n".join(f"{name}:{line}: {key + ': ' if key else ''}{message}" for line, key, message in places))
    return config


def _detector_configs(written: Mapping[str, Any], errors: list[tuple[Location, str]]) -> Iterator[tuple[str, contract.Config]]:
    """Yield every detector's configuration, defaults where nothing is written; add what is wrong to ``errors``."""
    errors += [(("detectors", name), f"no such detector; known are {', '.join(DETECTORS)}") for name in written if name not in DETECTORS]
    for name, detector in DETECTORS.items():
        own = written.get(name)
        if own is not None and not isinstance(own, dict):
            continue  # told with the document's own shape
        try:
            yield name, detector.Config.model_validate(own or {})
        except ValidationError as error:
            errors += told(error, ("detectors", name), detector.Config)
