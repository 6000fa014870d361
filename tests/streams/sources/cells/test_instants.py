"""Instants in the forms that exports write."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.errors import SourceError
from streams.sources.cells.instants import DateOrder, looks_local, read_instant, told_order

_AT = 1_709_543_731_000  # 2024-03-04T09:15:31Z


@pytest.mark.parametrize(
    ("text", "millis"),
    [
        ("2024-03-04T09:15:31", _AT),
        ("2024-03-04T09:15:31Z", _AT),
        ("2024-03-04 09:15:31", _AT),
        ("2024-03-04t09:15:31z", _AT),
        ("2024-03-04T09:15:31.4879999Z", _AT + 487),
        ("2024-03-04T09:15:31.4", _AT + 400),
        ("2024-03-04 09:15:31,487", _AT + 487),
        ("2024-03-04T10:15:31+01:00", _AT),
        ("2024-03-04T05:15:31-0400", _AT),
        ("2024-03-04T09:15", _AT - 31_000),
        ("2024-03-04 09:15:31 UTC", _AT),
        ("3/4/2024 9:15:31 AM", _AT),
        ("3/4/2024 9:15:31\u202fAM", _AT),
        ("4/3/2024 9:15:31 p.m.", _AT + 12 * 3_600_000),
        ("04-03-2024 9:15:31 AM", _AT),
        ("3/4/2024 12:15:31 AM", _AT - 9 * 3_600_000),
        ("3/4/2024 12:15:31 PM", _AT + 3 * 3_600_000),
        ("04/03/2024 09:15:31", _AT),
        ("4.3.2024 09:15:31", _AT),
        ("Mar 4, 2024 9:15:31 AM", _AT),
        ("March 4 2024, 9:15:31\u202fPM", _AT + 12 * 3_600_000),
        ("4/03/2024 9:15:31 am", _AT),
        ("04/03/24 09:15:31", _AT),
        ("Mon 04/03/2024 09:15:31", _AT),
        ("Monday, March 4, 2024 9:15:31 AM", _AT),
        ("04 March 2024 09:15:31", _AT),
        ("4-Mar-2024 09:15:31", _AT),
        ("Mon, 4 Mar 2024 10:15:31 +0100", _AT),
        ("/Date(1709543731000)/", _AT),
        ("\\/Date(1709543731000+0100)\\/", _AT),
        ("2016-12-31T23:59:60Z", 1_483_228_800_000),
    ],
)
def test_instant_is_read(text: str, millis: int) -> None:
    """Every form gives UTC milliseconds, fractions cut and offsets applied; without an offset it is UTC."""
    assert read_instant(text) == millis


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (None, "no-instant"),
        ("  ", "no-instant"),
        ("yesterday", "bad-instant"),
        ("2024-02-30T00:00:00", "bad-instant"),
        ("2024-03-04T24:00:00", "bad-instant"),
        ("2024-03-04T09:15:31+25:00", "bad-instant"),
        ("13/13/2024 09:15:31", "bad-instant"),
        ("Smarch 4, 2024 9:15:31 AM", "bad-instant"),
        ("Feb 30, 2024 9:15:31 AM", "bad-instant"),
        ("22/03/2024 9:15:31 AM", "bad-instant"),
        ("3/4/2024 13:15:31 AM", "bad-instant"),
        ("0001-01-01T00:00:00", "bad-instant"),
        ("/Date(-9999999999999999)/", "bad-instant"),
        (1_709_543_731, "bad-instant"),
        (["2024-03-04"], "bad-instant"),
    ],
)
def test_what_is_no_instant_says_why(value: Any, reason: str) -> None:
    """Nothing is guessed: it is refused with a reason."""
    with pytest.raises(SourceError) as caught:
        read_instant(value)
    assert caught.value.reason == reason


@pytest.mark.parametrize(("order", "text"), [("day-first", "04/03/2024 9:15:31 AM"), ("month-first", "03/04/2024 09:15:31")])
def test_told_order_beats_the_clock(order: DateOrder, text: str) -> None:
    """Where a file proves its order of day and month, AM and PM no longer decide."""
    assert read_instant(text, order) == _AT


@pytest.mark.parametrize(
    ("text", "order"), [("22/03/2024 09:00", "day-first"), ("03/22/2024 09:00", "month-first"), ("03/04/2024 09:00", None)]
)
def test_date_proves_its_order_or_not(text: str, order: DateOrder | None) -> None:
    """A number above 12 can be no month."""
    match = looks_local(text)
    assert match is not None
    assert told_order(match) == order


@pytest.mark.parametrize("text", ["2024-03-04T09:15:31", "2024-03-04"])
def test_offset_is_demanded_where_the_format_has_no_zone(text: str) -> None:
    """Our own formats fix no zone: an instant without offset is refused."""
    with pytest.raises(SourceError) as caught:
        read_instant(text, needs_offset=True)
    assert caught.value.reason == ("no-offset" if "T" in text else "bad-instant")


@given(st.text(max_size=40))
def test_any_text_is_an_instant_or_a_source_error(text: str) -> None:
    """No text makes it raise anything else."""
    reason = None
    try:
        read_instant(text)
    except SourceError as error:
        reason = error.reason
    assert reason in {None, "no-instant", "bad-instant"}
