"""What is right and does nothing: told by ``custodiet detectors check``, and no reason to refuse a file."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Final

from detectors.contract import Config
from detectors.judging import Measure, Rule
from streams.config.places import Fault, Location
from streams.config.sense import rules_of

_COARSER: Final[Mapping[Measure, frozenset[Measure]]] = {
    "count": frozenset({"count", "days", "weeks"}),
    "days": frozenset({"days", "weeks"}),
}
"""Measures that are never more than this one: every day on which there is a piece has one, every week a day."""


def idle(configs: Mapping[str, Config]) -> Iterator[Fault]:
    """Yield rules that change nothing, since whatever reaches them has reached another of their list; and a force without detectors."""
    for name, config in configs.items():
        for _, together in groupby(rules_of(config), key=lambda each: each[0][0]):
            for place, by in _covered(list(together)):
                yield ("detectors", name, *place), f"adds nothing: whatever reaches it has reached {'.'.join(map(str, by))}"
    if not any(config.enabled for config in configs.values()):
        yield ("detectors",), "no detector is enabled: nothing is watched for"


def covers(rule: Rule, other: Rule) -> bool:
    """Tell whether every window that ``other`` finds hot lies in one that ``rule`` finds hot, and reached it no earlier."""
    measures = _COARSER.get(rule.measure, frozenset({rule.measure}))
    return rule.window >= other.window and rule.threshold <= other.threshold and other.measure in measures


def _covered(rules: Sequence[tuple[Location, Rule]]) -> Iterator[tuple[Location, Location]]:
    """Yield the places of a rule that another covers, and of that; of two that cover each other the later is the one too many."""
    for number, (place, rule) in enumerate(rules):
        for other_number, (by, other) in enumerate(rules):
            if number != other_number and covers(other, rule) and (other_number < number or not covers(rule, other)):
                yield place, by
                break
