"""The detectors' titles and guidance, as the rules that documents name."""

from collections.abc import Mapping

from detectors.registry import DETECTORS
from streams.sinks.elasticsearch.ecs import Rule


def registered_rules() -> Mapping[str, Rule]:
    """Return the words for every registered detector, by id."""
    return {name: Rule(detector.title, detector.guidance) for name, detector in DETECTORS.items()}
