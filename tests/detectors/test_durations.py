"""Durations as configuration writes them."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

from detectors.durations import Duration, milliseconds, parse_duration, write_duration


class Waiting(BaseModel):
    """Something that is configured with a duration."""

    length: Duration


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("90s", timedelta(seconds=90)),
        ("60m", timedelta(hours=1)),
        ("36h", timedelta(days=1.5)),
        ("7d", timedelta(days=7)),
        ("2w", timedelta(days=14)),
        (" 7 d ", timedelta(days=7)),
        ("0d", timedelta()),
        (timedelta(hours=3), timedelta(hours=3)),
    ],
)
def test_a_number_and_a_unit_is_a_duration(written: object, meant: timedelta) -> None:
    """A day is 24 hours."""
    assert parse_duration(written) == meant


@pytest.mark.parametrize("written", ["", "d", "7", "7 days", "-7d", "1.5d", "7D", "7d 3h", "P7D", "1000000d", 7, 7.0, None, ["7d"]])
def test_anything_else_is_refused_with_what_is_allowed(written: object) -> None:
    """The message shows what was written and how it should be."""
    with pytest.raises(ValueError, match="such as 7d or 60m"):
        parse_duration(written)


@pytest.mark.parametrize(
    ("duration", "written"),
    [
        (timedelta(days=14), "14d"),
        (timedelta(hours=36), "36h"),
        (timedelta(hours=24), "1d"),
        (timedelta(minutes=90), "90m"),
        (timedelta(seconds=61), "61s"),
        (timedelta(), "0d"),
    ],
)
def test_a_duration_is_written_in_the_largest_unit_that_divides_it(duration: timedelta, written: str) -> None:
    """Up to days."""
    assert write_duration(duration) == written


@given(st.integers(0, 999_999).map(lambda seconds: timedelta(seconds=seconds)))
def test_what_is_written_reads_as_it_was(duration: timedelta) -> None:
    """To the second."""
    assert parse_duration(write_duration(duration)) == duration


def test_a_field_reads_and_writes_the_form() -> None:
    """In models, with pydantic's own errors."""
    assert Waiting.model_validate({"length": "60m"}).model_dump(mode="json") == {"length": "1h"}
    with pytest.raises(ValidationError, match="is no duration"):
        Waiting.model_validate({"length": "soon"})


def test_milliseconds_are_whole() -> None:
    """Elapsed time is reckoned in them."""
    assert milliseconds(timedelta(days=30, microseconds=999)) == 2_592_000_000
