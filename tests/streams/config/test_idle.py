"""Rules that change nothing are told, and truly change nothing."""

from datetime import timedelta
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detectors.calendar import Calendar
from detectors.contract import Evidence, Key, View
from detectors.judging import Measure, Rule, parts
from detectors.registry import DETECTORS
from detectors.testing import at
from streams.config import default_config, parse_config
from streams.config.idle import covers

CALENDAR = Calendar()
HOUR = 3_600_000
HOURS = (1, 24, 72, 168)
MEASURES: tuple[Measure, ...] = get_args(Measure)


@st.composite
def covered(draw: st.DrawFn) -> tuple[Rule, Rule]:
    """Draw a rule and one that it covers."""
    shorter, longer = sorted(draw(st.sampled_from(HOURS)) for _ in range(2))
    lower, higher = sorted(draw(st.integers(1, 4)) for _ in range(2))
    rule = Rule(window=timedelta(hours=longer), measure=draw(st.sampled_from(MEASURES)), threshold=lower)
    others = [Rule(window=timedelta(hours=shorter), measure=measure, threshold=higher) for measure in MEASURES]
    return rule, draw(st.sampled_from([other for other in others if covers(rule, other)]))


PIECES = st.lists(st.tuples(st.integers(0, 300), st.sampled_from("ab"), st.sampled_from("xy"), st.integers(0, 3)), min_size=1, max_size=14)


def view(pieces: list[tuple[int, str, str, int]]) -> View:
    """Return the evidence of some hours around the end of a quarter, in which the clocks go forward."""
    start = at("2026-03-26")
    made = [
        Evidence(str(number), start + hours * HOUR, value=size, facets=(("address", address), ("document", document), ("officer", address)))
        for number, (hours, address, document, size) in enumerate(pieces)
    ]
    return View(Key("officer", "N1"), sorted(made, key=lambda piece: (piece.at, piece.activity_id)))


@settings(max_examples=400)
@given(covered(), PIECES)
def test_a_covered_rule_changes_nothing(rules: tuple[Rule, Rule], pieces: list[tuple[int, str, str, int]]) -> None:
    """With it and without it the same parts come out, with the same triggers."""
    shown = view(pieces)
    assert parts(shown, rules, CALENDAR) == parts(shown, rules[:1], CALENDAR)


@pytest.mark.parametrize(
    ("rules", "told"),
    [
        (["7d count 3", "7d count 4"], [("3", "rules.1", "rules.0")]),
        (["7d count 4", "7d count 3"], [("2", "rules.0", "rules.1")]),
        (["7d count 3", "7d count 3"], [("3", "rules.1", "rules.0")]),
        (["30d count 3", "7d days 3", "7d weeks 3"], [("3", "rules.1", "rules.0"), ("4", "rules.2", "rules.0")]),
        (["7d days 3", "7d weeks 3"], [("3", "rules.1", "rules.0")]),
        (["7d days 3", "7d count 3"], [("2", "rules.0", "rules.1")]),
        (["7d count 3", "8d count 4"], []),
        (["7d addresses 3", "7d documents 3", "7d count 4"], []),
    ],
)
def test_a_rule_that_adds_nothing_is_told_at_its_place(rules: list[str], told: list[tuple[str, str, str]]) -> None:
    """With the rule that does all that it does; the file is right nevertheless."""
    lines = ["{{window: {}, measure: {}, threshold: {}}}".format(*rule.split()) for rule in rules]
    text = "detectors: {repeated-personal-email: {rules: [\n" + ",\n".join(lines) + "]}}"
    assert list(parse_config(text, "f.yaml").remarks) == [
        f"f.yaml:{line}: detectors.repeated-personal-email.{place}: adds nothing: whatever reaches it has reached {by}"
        for line, place, by in told
    ]


def test_the_defaults_are_without_remark() -> None:
    """Each of their rules does something."""
    assert default_config().remarks == ()


def test_a_force_that_watches_for_nothing_is_told() -> None:
    """All detectors may be off, but hardly by intention."""
    off = ", ".join(f"{name}: {{enabled: false}}" for name in DETECTORS)
    assert parse_config(f"detectors: {{{off}}}", "f.yaml").remarks == (
        "f.yaml:1: detectors: no detector is enabled: nothing is watched for",
    )
