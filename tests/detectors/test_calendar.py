"""The civil calendar: days and weeks of a zone, quarters and months in UTC."""

import zoneinfo
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detectors.calendar import Calendar, UnknownZoneError, month, quarter, zone_named
from detectors.testing import at

ZONES = ["Europe/London", "UTC", "Asia/Kathmandu", "Australia/Lord_Howe", "America/St_Johns", "Pacific/Apia", "Pacific/Chatham"]
CALENDARS = {name: Calendar(name) for name in ZONES}
LONDON = CALENDARS["Europe/London"]
SINCE, UNTIL = at("1975-01-01"), at("2099-12-31")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("2026-01-05T23:59", "2026-01-06T00:00"),
        ("2026-03-28T23:59", "2026-03-29T00:00"),  # the day on which clocks go forward begins
        ("2026-03-29T22:59", "2026-03-29T23:00"),  # … and ends
        ("2026-06-01T22:59", "2026-06-01T23:00"),
        ("2026-10-24T22:59", "2026-10-24T23:00"),  # the day on which clocks go back begins
        ("2026-10-25T23:59", "2026-10-26T00:00"),  # … and ends
        ("2026-12-31T23:59", "2027-01-01T00:00"),
    ],
)
def test_a_day_ends_at_midnight_on_the_forces_clock(before: str, after: str) -> None:
    """One more from that minute on."""
    assert LONDON.day(at(after)) == LONDON.day(at(before)) + 1


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("2026-05-10T22:59", "2026-05-10T23:00"),
        ("2026-03-29T22:59", "2026-03-29T23:00"),
        ("2026-10-25T23:59", "2026-10-26T00:00"),
        ("2027-01-03T23:59", "2027-01-04T00:00"),
    ],
)
def test_a_week_ends_with_sunday(before: str, after: str) -> None:
    """One more from Monday's first minute on, whatever the clocks and the year do."""
    assert LONDON.week(at(after)) == LONDON.week(at(before)) + 1


def test_a_week_runs_over_the_end_of_the_year() -> None:
    """Thursday and Friday of one week."""
    assert LONDON.week(at("2026-12-31T12:00")) == LONDON.week(at("2027-01-01T12:00"))


@given(zone=st.sampled_from(ZONES), instant=st.integers(SINCE, UNTIL), other=st.integers(SINCE, UNTIL))
def test_days_and_weeks_are_the_zones(zone: str, instant: int, other: int) -> None:
    """As far apart as dates and ISO weeks are, to the millisecond, in zones of odd quarters of an hour too."""
    rules = zoneinfo.ZoneInfo(zone)
    dates = [datetime.fromtimestamp(each // 1000, rules).date() for each in (instant, other)]
    mondays = [date.toordinal() - date.weekday() for date in dates]
    calendar = CALENDARS[zone]
    assert calendar.day(instant) - calendar.day(other) == (dates[0] - dates[1]).days
    assert (calendar.week(instant) - calendar.week(other)) * 7 == mondays[0] - mondays[1]


@given(instant=st.integers(SINCE, UNTIL))
def test_quarters_and_months_are_utcs(instant: int) -> None:
    """Whatever zone a force keeps."""
    moment = datetime.fromtimestamp(instant // 1000, UTC)
    assert month(instant) == moment.year * 100 + moment.month
    assert quarter(instant) - quarter(at("1975-01-01")) == (moment.year - 1975) * 4 + (moment.month - 1) // 3


@pytest.mark.parametrize("first_of_quarter", ["2026-01-01", "2026-04-01", "2026-07-01", "2026-10-01"])
def test_a_quarter_begins_with_its_first_millisecond(first_of_quarter: str) -> None:
    """And the one before ends with its last."""
    begins = at(first_of_quarter)
    assert quarter(begins) == quarter(begins - 1) + 1
    assert month(begins) != month(begins - 1)


@pytest.mark.parametrize("name", ["Europe/Londn", "", "/etc/passwd", "../zoneinfo/UTC", "Europe", "Europe//London", "./UTC", "zone.tab"])
def test_an_unknown_zone_is_refused(name: str) -> None:
    """A misspelt name, a path, a folder, a file that is no zone."""
    with pytest.raises(UnknownZoneError, match="no IANA time zone"):
        zone_named(name)


def test_the_zone_is_that_of_the_pinned_package(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A machine whose own data are wrong counts the same days."""
    monkeypatch.setattr(zoneinfo, "TZPATH", ())
    assert zone_named("Europe/London").key == "Europe/London"
    monkeypatch.setattr("detectors.calendar.files", lambda _: tmp_path)
    with pytest.raises(UnknownZoneError):
        zone_named("Europe/London")
