"""A slow drip of work material: what fires, what just misses, and what long runs become."""

from datetime import timedelta
from typing import Any

import pytest

from detectors.behaviours.slow_drip import Config, SlowDrip
from detectors.engine.facts import Record
from detectors.testing import Example, Mails, address, at, exception_fact, force, run, subject_fact
from schemas.records import Activity, Alert

MAILS = Mails()
MONTHLY = ("2026-01-05", "2026-02-09", "2026-03-09", "2026-04-13")
YEARLY = ("2023-06-05", "2023-12-04", "2024-06-03", "2024-12-02", "2025-06-02")
FOUR_IN_A_YEAR = {"rules": [{"window": "365d", "measure": "weeks", "threshold": 4}]}
SIX_IN_THREE_YEARS = {"rules": [{"window": "1095d", "measure": "weeks", "threshold": 6}]}


def mails(*instants: str | int, **changes: Any) -> tuple[Activity, ...]:
    """Return a mail at each of these instants, with an attachment to a personal address unless told otherwise."""
    return tuple(MAILS.mail(instant, **changes) for instant in instants)


def alerts(*records: Record, **config: Any) -> list[Alert]:
    """Return what the detector says of these records, earliest first."""
    return sorted(run([SlowDrip(Config.model_validate(config), force())], records), key=lambda alert: alert.first_at)


def codes(alert: Alert) -> set[str]:
    """Return the codes of an alert's reasons."""
    return {reason.code for reason in alert.reasons}


EXAMPLES = (
    Example(
        "at_floor / below_floor: four weeks of a year, not three",
        fires=mails(*MONTHLY),
        near_miss=mails(*MONTHLY[:3]),
        config=FOUR_IN_A_YEAR,
    ),
    Example(
        "within_window / exact_window: the first of four within 365 d",
        fires=mails(at("2025-04-13") + 1, *MONTHLY[1:]),
        near_miss=mails(at("2025-04-13"), *MONTHLY[1:]),
        config=FOUR_IN_A_YEAR,
    ),
    Example(
        "four weeks, not four mails: Monday to Sunday is one",
        fires=mails("2026-01-05", "2026-02-09", "2026-03-09", "2026-03-16"),
        near_miss=mails("2026-01-05", "2026-02-09", "2026-03-09", "2026-03-15"),
        config=FOUR_IN_A_YEAR,
    ),
    Example(
        "at_floor / below_floor: six weeks of three years, not five",
        fires=mails(*YEARLY, "2025-12-01"),
        near_miss=mails(*YEARLY),
        config=SIX_IN_THREE_YEARS,
    ),
    Example(
        "within_window / exact_window: the first of six within 1,095 d",
        fires=mails(at("2023-06-06") + 1, *YEARLY[1:], "2026-06-05"),
        near_miss=mails(at("2023-06-06"), *YEARLY[1:], "2026-06-05"),
        config=SIX_IN_THREE_YEARS,
    ),
    Example("by the defaults, either is enough", fires=mails(*YEARLY, "2025-12-01"), near_miss=mails(*YEARLY)),
    Example("with an attachment", fires=mails(*MONTHLY), near_miss=mails(*MONTHLY, documents=())),
    Example(
        "to a personal address, not to a business",
        fires=mails(*MONTHLY),
        near_miss=mails(*MONTHLY, to=[address("desk@trade.example", "external")]),
    ),
    Example(
        "beyond the limit of an exception",
        fires=(exception_fact(limit=1), *mails(*MONTHLY, "2026-05-11")),
        near_miss=(exception_fact(limit=1), *mails(*MONTHLY)),
    ),
    Example(
        "half of it under enhanced monitoring",
        fires=(subject_fact(monitored_from="2026-02-01"), *mails("2026-01-05", "2026-02-09")),
        near_miss=(subject_fact(monitored_from="2026-02-10"), *mails("2026-01-05", "2026-02-09")),
        config=FOUR_IN_A_YEAR,
    ),
)


def test_once_a_month_to_somebody_else_is_medium() -> None:
    """Personal address 1, attachment 1, sustained 2."""
    (alert,) = alerts(*mails(*MONTHLY))
    assert (alert.score, alert.severity, codes(alert)) == (4, "medium", {"personal-address", "attachment", "sustained"})
    assert (alert.first_at, alert.last_at, alert.evidence_count) == (at(MONTHLY[0]), at(MONTHLY[-1]), 4)


def test_once_a_quarter_for_four_years_is_found_in_the_first() -> None:
    """The fourth mail raises the alert; every later quarter adds one of its own."""
    quarterly = [f"{year}-{month}-10" for year in range(2023, 2027) for month in ("02", "05", "08", "11")]
    found = alerts(*mails(*quarterly))
    assert [alert.evidence_count for alert in found] == [4] + [1] * 12
    assert (found[0].first_at, found[0].last_at) == (at("2023-02-10"), at("2023-11-10"))


def test_twice_a_year_takes_three_years() -> None:
    """Never 4 in a year; the sixth of three years is too much, and the alert tells of all six."""
    (alert,) = alerts(*mails(*YEARLY, "2025-12-01"))
    assert (alert.first_at, alert.last_at, alert.evidence_count) == (at("2023-06-05"), at("2025-12-01"), 6)


@pytest.mark.parametrize(("instant", "weeks"), [("2026-03-29T22:59", 3), ("2026-03-29T23:01", 4)])
def test_weeks_end_on_the_forces_clock(instant: str, weeks: int) -> None:
    """On the night when summer time began, Sunday ended in London at 23:00 UTC."""
    told = mails("2026-01-05", "2026-02-09", "2026-03-23T12:00", instant)
    assert [alert.evidence_count for alert in alerts(*told)] == [4] * (weeks - 3)


def test_a_drip_that_ends_in_leaving_says_so() -> None:
    """The last of the mails lies in the last thirty days."""
    (alert,) = alerts(subject_fact(last_day="2026-04-30"), *mails(*MONTHLY))
    assert codes(alert) >= {"leaver", "sustained"}
    assert alert.score == 6


def test_a_burst_is_one_week() -> None:
    """Nine mails of two evenings are ``repeated-personal-email``'s; they hide no drip and make none."""
    burst = [f"2026-05-{day}T20:0{minute}" for day in (13, 14) for minute in range(5)]
    assert alerts(*mails(*burst)) == []
    (alert,) = alerts(*mails(*MONTHLY[1:], *burst))
    assert alert.evidence_count == 13


def test_reach_is_the_widest_window() -> None:
    """Three years by default; less where only less is asked for."""
    assert SlowDrip(Config(), force()).reach == timedelta(days=1095)
    assert SlowDrip(Config.model_validate(FOUR_IN_A_YEAR), force()).reach == timedelta(days=365)
