"""Bulk access to sensitive files: the floor, the officer's own habit, and what is one file."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from detectors.behaviours.bulk_access import BulkAccess, Config
from detectors.engine.bounds import WHOLE_PER_DAY
from detectors.engine.facts import Record
from detectors.testing import Example, Mails, at, document, force, run, subject_fact
from schemas.records import Activity, Alert, Millis

MAILS = Mails()
NOON = at("2026-05-04T12:00")
HOUR, DAY = 3_600_000, 86_400_000
FEW = {"floor": 3, "least_days": 2}


def access(instant: Millis, name: str, *, action: str = "open", **fields: Any) -> Activity:
    """Return an access to a file, OFFICIAL-SENSITIVE unless told otherwise."""
    told = {"marking": "OFFICIAL-SENSITIVE", **fields}
    return MAILS.file(instant, f"{name}@{instant}", document=document(name, **told), action=action)


def haul(count: int, start: Millis = NOON, *, apart: Millis = 1000, **fields: Any) -> tuple[Activity, ...]:
    """Return accesses to so many different files, one after another."""
    return tuple(access(start + apart * i, f"{i}.docx", **fields) for i in range(count))


def habit(each: int, days: Iterable[int], start: Millis = NOON) -> tuple[Activity, ...]:
    """Return accesses to ``each`` files on days so many before ``start``."""
    return tuple(piece for day in days for piece in haul(each, start - day * DAY))


def alerts(*records: Record, **config: Any) -> list[Alert]:
    """Return what the detector says of these records, in the order of time."""
    return sorted(run([BulkAccess(Config.model_validate(config), force())], records), key=lambda alert: alert.first_at)


def codes(alert: Alert) -> set[str]:
    """Return the codes of an alert's reasons."""
    return {reason.code for reason in alert.reasons}


EXAMPLES = (
    Example("at the floor, not below", fires=haul(3), near_miss=haul(2), config=FEW),
    Example(
        "three within 24 h, the first just within",
        fires=(*haul(2), access(NOON + DAY - 1, "last.docx")),
        near_miss=(*haul(2), access(NOON + DAY, "last.docx")),
        config=FEW,
    ),
    Example("different files, not accesses", fires=haul(3), near_miss=(*haul(2), access(NOON + HOUR, "1.docx")), config=FEW),
    Example(
        "sensitive files",
        fires=haul(3, marking=None, categories=("custody",)),
        near_miss=haul(3, marking="OFFICIAL"),
        config=FEW,
    ),
    Example("taken, not brought", fires=haul(3, action="copy"), near_miss=haul(3, action="upload"), config=FEW),
    Example(
        "above three times the usual day",
        fires=(*habit(1, (3, 4)), *haul(4)),
        near_miss=(*habit(1, (3, 4)), *haul(3)),
        config=FEW,
    ),
    Example(
        "half the floor under monitoring",
        fires=(subject_fact(monitored_from="2026-05-01"), *haul(2)),
        near_miss=(subject_fact(monitored_from="2026-05-01", monitored_to="2026-05-02"), *haul(2)),
        config=FEW,
    ),
)


def test_below_floor() -> None:
    """29 different files in a day are no alert by default."""
    assert alerts(*haul(29)) == []


def test_at_floor() -> None:
    """30 are, with all of them as evidence and both figures in the words."""
    (alert,) = alerts(*haul(30))
    assert (alert.evidence_count, alert.score, alert.severity) == (30, 4, "medium")
    assert codes(alert) == {"official-sensitive", "repeat"}
    assert "30 different sensitive files were accessed; on the officer's usual day it is 0" in {each.words for each in alert.reasons}


def test_within_window() -> None:
    """The thirtieth a millisecond before the first leaves the window."""
    assert len(alerts(*haul(29), access(NOON + DAY - 1, "last.docx"))) == 1


def test_exact_window() -> None:
    """Exactly 24 h after the first it is too late."""
    assert alerts(*haul(29), access(NOON + DAY, "last.docx")) == []


@pytest.mark.parametrize(("count", "fires"), [(36, False), (37, True)])
def test_above_the_factor_and_not_at_it(*, count: int, fires: bool) -> None:
    """Three times the usual 12 is still usual."""
    assert bool(alerts(*habit(12, range(2, 9)), *haul(count))) is fires


def test_an_even_number_of_days_takes_the_busier_of_the_two_in_the_middle() -> None:
    """So that the median is a whole number: of 10 and 12 it is 12."""
    before = (*habit(10, (2, 4, 6)), *habit(12, (8, 10, 12)))
    assert alerts(*before, *haul(36)) == []
    assert len(alerts(*before, *haul(37))) == 1


@pytest.mark.parametrize(("days", "fires"), [(4, True), (5, False)])
def test_a_few_days_are_no_habit(*, days: int, fires: bool) -> None:
    """On fewer than five days in the month before, the floor alone decides: for the new and for who comes back."""
    assert bool(alerts(*habit(20, range(2, 2 + days)), *haul(30))) is fires


def test_days_off_do_not_lower_the_habit() -> None:
    """Who opens 20 a day in two days of each week is not alerted for 35."""
    assert alerts(*habit(20, (6, 7, 13, 14, 20, 21)), *haul(35)) == []


def test_an_earlier_haul_does_not_hide_the_next() -> None:
    """The median of a month of small days stays small."""
    assert len(alerts(*habit(3, range(10, 20)), *habit(90, (4,)), *haul(40))) == 2


@pytest.mark.parametrize(("first", "fires"), [("2026-04-02T23:00", False), ("2026-04-02T22:59", True)])
def test_the_baseline_is_thirty_civil_days_before_the_window_begins(*, first: str, fires: bool) -> None:
    """The window of 4 May, noon, begins on 3 May; the thirtieth day before it began on 3 April, 00:00 by London's clocks."""
    assert bool(alerts(*haul(12, at(first)), *habit(12, (2, 3, 4, 5)), *haul(30))) is fires


def test_the_window_itself_is_no_part_of_its_baseline() -> None:
    """A haul over two days of the calendar does not raise what it is measured against."""
    evening = at("2026-05-04T20:00")
    assert len(alerts(*habit(1, range(3, 9)), *haul(40, evening, apart=HOUR // 5))) == 1


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ({"sha256": "ab" * 32}, {"sha256": "AB" * 32}, True),
        ({"sha256": "ab" * 32}, {"sha256": "cd" * 32}, False),
        ({}, {}, True),
    ],
)
def test_a_file_is_known_by_its_content_else_by_its_path(*, one: dict[str, Any], other: dict[str, Any], same: bool) -> None:
    """Case aside; a hash says more than a path."""
    twice = (access(NOON, "Plan.docx", **one), access(NOON + 1, "PLAN.docx", **other))
    assert bool(alerts(*twice, floor=2)) is not same


def test_a_flood_hides_nothing_and_adds_nothing() -> None:
    """Of a crowded day's files beyond 200 it is still known which they are: one opened 300 times is one."""
    noise = [access(NOON + i, "same.docx") for i in range(WHOLE_PER_DAY + 100)]
    assert alerts(*noise, *haul(28, NOON + HOUR)) == []
    (alert,) = alerts(*noise, *haul(29, NOON + HOUR))
    assert alert.evidence_count == WHOLE_PER_DAY + 129


def test_under_monitoring_the_floor_is_halved_and_the_habit_is_not() -> None:
    """15 are enough, unless they are usual."""
    watched = subject_fact(monitored_from="2026-01-01")
    assert len(alerts(watched, *haul(15))) == 1
    assert alerts(watched, *habit(5, range(2, 8)), *haul(15)) == []


def test_the_worst_file_gives_the_points() -> None:
    """Near the last day it weighs more."""
    protected = access(NOON + HOUR, "p.docx", protected=True, categories=("witness protection",))
    (alert,) = alerts(subject_fact(last_day="2026-05-20"), *haul(29), protected)
    assert (alert.severity, codes(alert)) == (
        "critical",
        {"official-sensitive", "category", "protected-person", "repeat", "leaver"},
    )


def test_reach_goes_back_to_the_first_day_of_the_baseline() -> None:
    """Window, baseline, the rest of the day on which the window begins, and the hours that clocks are put back."""
    assert BulkAccess(Config(), force()).reach == timedelta(days=32, hours=2)


@pytest.mark.parametrize("wrong", [{"floor": 0}, {"factor": -1}, {"baseline_days": 0}, {"least_days": 0}, {"window": "0h"}])
def test_figures_that_mean_nothing_are_refused(wrong: dict[str, Any]) -> None:
    """Every figure has a least value."""
    with pytest.raises(ValidationError):
        Config.model_validate(wrong)
