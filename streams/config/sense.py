"""What is well formed and makes no sense: rules that can never fire, windows longer than anything is kept, contradictions."""

from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta

from pydantic import ValidationError

from detectors.contract import Config
from detectors.durations import write_duration
from detectors.judging import Measure, Rule
from detectors.registry import AnyDetector
from schemas.catalogue import catalogue
from schemas.records import Grouping
from streams.config.document import Document
from streams.config.places import Fault, Location
from streams.enrichment.canonical import canonical_domain

_DAY = timedelta(days=1)
_CLOCKS_GO_FORWARD = timedelta(hours=1)
_INSTANT = timedelta(milliseconds=1)

_NOT_UNDER: Mapping[Grouping, Mapping[Measure, int]] = {
    "officer": {"officers": 0},
    "address": {"addresses": 1, "documents": 0},
    "document": {"documents": 1},
}
"""The most that a measure can come to where the key itself is what it counts, or where the activities do not carry it."""


def contradictions(document: Document) -> Iterator[Fault]:
    """Yield what of the force contradicts something else that is said of it."""
    if document.join_horizon > document.allowed_lateness:
        joined, late = write_duration(document.join_horizon), write_duration(document.allowed_lateness)
        where = "join_horizon" if "join_horizon" in document.model_fields_set else "allowed_lateness"
        yield (where,), f"join_horizon, {joined}, may not be longer than allowed_lateness, {late}: a mail that waited would come too late"
    own = {canonical_domain(domain) for domain in document.force.own_domains}
    for number, domain in enumerate(document.force.partner_domains):
        if canonical_domain(domain) in own:
            yield ("force", "partner_domains", number), f"{domain} is one of own_domains: what is the force's own is nobody else's"


def nonsense(detector: AnyDetector) -> Iterator[Fault]:
    """Yield where, under the detector's id, a rule stands that can never be reached, and what is the most there."""
    for location, rule in rules_of(detector.config):
        most = _most(rule, detector.grouping)
        if most is not None and rule.threshold > most:
            yield (
                (*location, "threshold"),
                f"can never be reached: {rule.measure} over {write_duration(rule.window)} is at most {most} by {detector.grouping}",
            )


def unkept(detector: AnyDetector, lateness: timedelta, placed: Callable[[Location], Location]) -> Iterator[Fault]:
    """Yield that a detector looks back farther than activities are kept, at the key that makes it.

    ``placed`` tells where in the file, under the detector's id, a place in its configuration stands.
    """
    kept = timedelta(milliseconds=catalogue().topics["activities"].retention_ms)
    if detector.reach + lateness <= kept:
        return
    back, late, months = (write_duration(each) for each in (_whole_days(detector.reach), lateness, kept))
    farthest = _farthest(detector)
    where = ("allowed_lateness",) if farthest is None else ("detectors", detector.id, *placed(farthest))
    yield where, f"{detector.id} looks back {back}; with allowed_lateness, {late}, that is more than activities are kept: {months}"


def rules_of(config: Config) -> Iterator[tuple[Location, Rule]]:
    """Yield every rule of a configuration, with where it stands under the detector's id."""
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


def _farthest(detector: AnyDetector) -> Location | None:
    """Return which of the keys that were set makes the detector look back farthest; None when none does."""
    config = detector.config
    reaches = {name: reach for name in config.model_fields_set if (reach := _reach_without(detector, name)) is not None}
    name = min(sorted(reaches), key=lambda each: reaches[each], default=None)
    if name is None or reaches[name] >= detector.reach:
        return None
    rules = [(location, rule) for location, rule in rules_of(config) if location[0] == name]
    return (*max(rules, key=lambda each: each[1].window)[0], "window") if rules else (name,)


def _reach_without(detector: AnyDetector, name: str) -> timedelta | None:
    """Return how far the detector would look back with the default of one key; None where that does not go with the others."""
    config = detector.config
    others = {each: getattr(config, each) for each in config.model_fields_set if each != name}
    try:
        return type(detector)(type(config)(**others), detector.force).reach
    except ValidationError:
        return None


def _whole_days(duration: timedelta) -> timedelta:
    """Return a duration that is longer than a few days in days, rounded up."""
    return -(-duration // _DAY) * _DAY
