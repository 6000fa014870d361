"""What is well formed and yet makes no sense: rules that can never fire, detectors that look farther back than anything is kept."""

from collections.abc import Iterator, Mapping
from datetime import timedelta

from detectors.contract import Config
from detectors.durations import write_duration
from detectors.judging import Measure, Rule
from detectors.registry import AnyDetector
from schemas.catalogue import catalogue
from schemas.records import Grouping
from streams.config.places import Location

_DAY = timedelta(days=1)
_CLOCKS_GO_FORWARD = timedelta(hours=1)
_INSTANT = timedelta(milliseconds=1)

_NOT_UNDER: Mapping[Grouping, Mapping[Measure, int]] = {
    "officer": {"officers": 0},
    "address": {"addresses": 1, "documents": 0},
    "document": {"documents": 1},
}
"""The most that a measure can come to where the key itself is what it counts, or where the activities do not carry it."""


def nonsense(detector: AnyDetector, lateness: timedelta) -> Iterator[tuple[Location, str]]:
    """Yield where, under the detector's id, and why a configuration can do nothing of what it says."""
    for location, rule in _rules(detector.config):
        most = _most(rule, detector.grouping)
        if most is not None and rule.threshold > most:
            yield (
                (*location, "threshold"),
                f"can never be reached: {rule.measure} over {write_duration(rule.window)} is at most {most} by {detector.grouping}",
            )
    kept = timedelta(milliseconds=catalogue().topics["activities"].retention_ms)
    if detector.reach + lateness > kept:
        back, late, months = (write_duration(each) for each in (detector.reach, lateness, kept))
        yield _farthest(detector), f"looks back {back}; with allowed_lateness, {late}, that is more than activities are kept: {months}"


def _rules(config: Config) -> Iterator[tuple[Location, Rule]]:
    for name in type(config).model_fields:
        value = getattr(config, name)
        for number, each in enumerate(value) if isinstance(value, tuple) else ():
            if isinstance(each, Rule):
                yield (name, number), each


def _most(rule: Rule, grouping: Grouping) -> int | None:
    """Return the most that a rule's measure can come to in its window; None where nothing bounds it."""
    if rule.measure == "days":
        return _touched(rule.window, _DAY)
    if rule.measure == "weeks":
        return _touched(rule.window, 7 * _DAY)
    return _NOT_UNDER[grouping].get(rule.measure)


def _touched(window: timedelta, unit: timedelta) -> int:
    """Return how many civil days or weeks a window can touch: those that fit in whole, one of them an hour short, and one at each end."""
    inside = (window - 2 * _INSTANT + _CLOCKS_GO_FORWARD) // unit if window + _CLOCKS_GO_FORWARD > unit else 0
    return inside + 2 if window > _INSTANT else 1


def _farthest(detector: AnyDetector) -> Location:
    """Return the longest window's place, where the detector has rules; else the detector's own."""
    found = sorted(_rules(detector.config), key=lambda each: each[1].window)
    return (*found[-1][0], "window") if found else ()
