"""Instants as Microsoft and our own formats write them, to UTC milliseconds."""

import re
from datetime import UTC, datetime, timedelta, timezone
from typing import Literal, TypeAlias

from schemas.records import Millis
from streams.errors import SourceError

DateOrder: TypeAlias = Literal["by-clock", "day-first", "month-first"]
"""How ``03/04/2023`` is meant. ``by-clock``: with AM or PM as the USA writes it, else (also with ``am``) as the United
Kingdom and Australia do."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
_LONGEST = 80
_FIRST_YEAR, _LAST_YEAR = 1980, 2199
_OFFSET = r"(?P<offset>Z|UTC|GMT|[+-]\d{2}:?\d{2})?"
_CLOCK = r"(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:[.,](?P<fraction>\d{1,9}))?)?"
_ISO = re.compile(rf"(?P<year>\d{{4}})[-/](?P<month>\d{{1,2}})[-/](?P<day>\d{{1,2}})(?:[Tt]|\s+){_CLOCK}\s*{_OFFSET}", re.IGNORECASE)
_WEEKDAY = r"(?:(?:mon|tue|wed|thu|fri|sat|sun)[a-z]{0,6},?\s+)?"
_HALF = r"\s*(?P<half>[AaPp]\.?[Mm]\.?)?\s*"
_LOCAL = re.compile(
    rf"{_WEEKDAY}(?P<first>\d{{1,2}})[/.-](?P<second_part>\d{{1,2}})[/.-](?P<year>\d{{4}}|\d{{2}}),?\s+{_CLOCK}{_HALF}{_OFFSET}",
    re.IGNORECASE,
)
_NAMED = re.compile(
    rf"{_WEEKDAY}(?P<name>[a-z]{{3,9}})\.?\s+(?P<day>\d{{1,2}}),?\s+(?P<year>\d{{4}}),?\s+(?:at\s+)?{_CLOCK}{_HALF}{_OFFSET}", re.IGNORECASE
)
_DAY_NAMED = re.compile(
    rf"{_WEEKDAY}(?P<day>\d{{1,2}})[\s-](?P<name>[a-z]{{3,9}})\.?,?[\s-](?P<year>\d{{4}}),?\s+(?:at\s+)?{_CLOCK}{_HALF}{_OFFSET}",
    re.IGNORECASE,
)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DOTNET_JSON = re.compile(r"\\?/Date\((?P<millis>-?\d{1,16})(?:[+-]\d{4})?\)\\?/")


def read_instant(value: object, order: DateOrder = "by-clock", *, needs_offset: bool = False) -> Millis:
    """Return the instant that ``value`` names, cut to the millisecond; without an offset it is UTC, unless ``needs_offset``.

    Read are ISO 8601 (``T`` or a blank, up to 9 digits of a second), ``3/14/2023 9:15:00 AM``, ``14/03/23 09:15:00``,
    ``Tuesday, Mar 14, 2023 9:15:00 AM``, ``14 March 2023 09:15:00`` and ``/Date(1678785300000)/``.
    Raises SourceError ``no-instant``, ``bad-instant`` or ``no-offset``.
    """
    if not needs_offset:
        return civil_instant(value, order)[0]
    text = _text(value)
    match = _ISO.fullmatch(text)
    if match is None:
        raise SourceError("bad-instant", f"not an instant: {text[:60]!r}")
    if match["offset"] is None:
        raise SourceError("no-offset", f"{text[:60]!r} has no offset to UTC (write Z or +hh:mm)")
    return _assemble(match, int(match["day"]), int(match["month"]), text)


def civil_instant(value: object, order: DateOrder = "by-clock") -> tuple[Millis, bool]:
    """Return the instant as ``read_instant`` does, and whether the text itself says its offset; without one it is taken as UTC."""
    text = _text(value)
    if (ticks := _DOTNET_JSON.fullmatch(text)) is not None:
        return _bounded(int(ticks["millis"]), text), True
    match = _ISO.fullmatch(text)
    if match is not None:
        return _assemble(match, int(match["day"]), int(match["month"]), text), match["offset"] is not None
    match, day, month = _in_words(text, order)
    if match is None:
        raise SourceError("bad-instant", f"not an instant: {text[:60]!r}")
    return _assemble(match, day, month, text), match["offset"] is not None


def _text(value: object) -> str:
    if value is None or (isinstance(value, str) and not value.strip()):
        raise SourceError("no-instant", "the record says no instant")
    if not isinstance(value, str):
        raise SourceError("bad-instant", f"an instant must be text, not {type(value).__name__}")
    text = value.strip()
    if len(text) > _LONGEST:
        raise SourceError("bad-instant", f"not an instant: {text[:60]!r}")
    return text


def _in_words(text: str, order: DateOrder) -> tuple[re.Match[str] | None, int, int]:
    """Return the match, the day and the month of a date as people write it."""
    match = _LOCAL.fullmatch(text)
    if match is not None:
        return match, *_day_and_month(match, order)
    match = _NAMED.fullmatch(text) or _DAY_NAMED.fullmatch(text)
    if match is None or match["name"][:3].lower() not in _MONTHS:
        return None, 0, 0
    return match, int(match["day"]), _MONTHS.index(match["name"][:3].lower()) + 1


def looks_local(value: object) -> re.Match[str] | None:
    """Return the match when ``value`` is a date whose order of day and month must be known."""
    return _LOCAL.fullmatch(value.strip()) if isinstance(value, str) and len(value) <= _LONGEST else None


def told_order(match: re.Match[str]) -> DateOrder | None:
    """Return the order that this one date proves (one of its first two numbers is above 12), if it proves any."""
    first, second = int(match["first"]), int(match["second_part"])
    if first > 12 >= second:
        return "day-first"
    return "month-first" if second > 12 >= first else None


def _day_and_month(match: re.Match[str], order: DateOrder) -> tuple[int, int]:
    first, second = int(match["first"]), int(match["second_part"])
    american = match["half"] is not None and match["half"][0].isupper() and "/" in match[0]
    month_first = order == "month-first" or (order == "by-clock" and american)
    return (second, first) if month_first else (first, second)


def _hour(match: re.Match[str]) -> int:
    hour = int(match["hour"])
    half = match.groupdict().get("half")
    if half is None:
        return hour
    if not 1 <= hour <= 12:
        message = "hour must be in 1..12 beside AM or PM"
        raise ValueError(message)
    return hour % 12 + (12 if half[0] in "pP" else 0)


def _assemble(match: re.Match[str], day: int, month: int, text: str) -> Millis:
    try:
        second = int(match["second"] or 0)
        leap = second == 60
        moment = datetime(_year(match["year"]), month, day, _hour(match), int(match["minute"]), 59 if leap else second, tzinfo=UTC)
        millis = (moment - _offset(match["offset"]) - _EPOCH) // _MILLISECOND + (1000 if leap else 0)
    except (ValueError, OverflowError) as error:
        raise SourceError("bad-instant", f"{text[:60]!r}: {error}") from error
    return _bounded(millis + int((match["fraction"] or "0")[:3].ljust(3, "0")), text)


def _year(digits: str) -> int:
    """Return the year; one of two digits lies in this century."""
    return int(digits) + (2000 if len(digits) == 2 else 0)


def _offset(text: str | None) -> timedelta:
    if text is None or not text.startswith(("+", "-")):
        return timedelta(0)
    hours, minutes = int(text[1:3]), int(text[-2:])
    if minutes > 59:
        message = "minutes of the offset must be in 0..59"
        raise ValueError(message)
    size = timedelta(hours=hours, minutes=minutes)
    timezone(size)  # raises ValueError beyond 24 hours
    return -size if text[0] == "-" else size


def _bounded(millis: Millis, text: str) -> Millis:
    try:
        year = (_EPOCH + timedelta(milliseconds=millis)).year
    except OverflowError:
        year = 0
    if not _FIRST_YEAR <= year <= _LAST_YEAR:
        raise SourceError("bad-instant", f"{text[:60]!r} lies outside the years {_FIRST_YEAR} to {_LAST_YEAR}")
    return millis
