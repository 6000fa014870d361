"""The year and the offset to UTC of log lines that tell neither.

The year comes from the log itself where a line proves an instant (see ``streams.sources.postfix.lines.proof``), else from the file's
modification time: its last line is not later. From line to line a date half a year back is the new year, one half a year ahead the old.
The offset is that of the zone which whoever loads the log declares; else the one last proved; UTC where nothing proves one.
"""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta, tzinfo

from schemas.records import Millis
from streams.errors import SourceError
from streams.sources.cells.local_times import in_zone
from streams.sources.logs.lines import LocalTime, LogLine

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
_DAY = 24 * 3600 * 1000
_HALF_A_YEAR = 183
_QUARTER = 15 * 60 * 1000
_MOST_OFFSET = 14 * 3600 * 1000
_SLACK = 5 * 60 * 1000
_YEARS_BACK = 8

Seen = tuple[LocalTime, Millis | None]
"""A line's local time, and the instant that the line proves, if it does."""


class Clock:
    """Places the lines of one file, in their order."""

    def __init__(self, year: int, offset: Millis = 0, zone: tzinfo | None = None) -> None:
        """Begin in ``year`` (the year of the first line), with local time ``offset`` ahead of UTC, or that of ``zone``."""
        self._year = year
        self._offset = offset
        self._zone = zone
        self._last: LocalTime | None = None

    def instant(self, line: LogLine, proved: Millis | None = None) -> Millis:
        """Return the instant of the next line, whatever it says of its own. Raises SourceError ``bad-instant``."""
        if isinstance(line.at, LocalTime):
            return self.place(line.at, proved)
        return in_zone(line.at, self._zone) if line.civil and self._zone is not None else line.at

    def place(self, local: LocalTime, proved: Millis | None = None) -> Millis:
        """Return the instant of the next line. Raises SourceError ``bad-instant``."""
        self._year += _turn(self._last, local)
        self._last = local
        here = _in_year(self._year, local)
        if here is None:
            raise SourceError("bad-instant", f"{local.day}.{local.month}. {local.hour}:{local.minute:02} is no time in {self._year}")
        if self._zone is not None:
            return in_zone(here, self._zone)
        offset = None if proved is None else _offset(here, proved)
        if offset is not None:
            self._offset = offset
        return here - self._offset


def clock_for(seen: Iterable[Seen], modified: Millis, zone: tzinfo | None = None) -> Clock:
    """Return the clock of the file whose lines these are; ``modified`` is the instant at which it was last written to."""
    turns, last = 0, None
    leap: set[int] = set()
    for local, proved in seen:
        turns += _turn(last, local)
        last = local
        if (local.month, local.day) == (2, 29):
            leap.add(turns)
        if proved is not None and (found := _proved(local, proved)) is not None:
            return Clock(found[0] - turns, found[1], zone)
    if last is None:
        return Clock(_year_of(modified), zone=zone)
    year = _year_of(modified) + 1
    for first in range(year - turns, year - turns - _YEARS_BACK, -1):
        here = _in_year(first + turns, last)
        if here is not None and here <= modified + _DAY and all(_is_leap(first + turn) for turn in leap):
            return Clock(first, zone=zone)
    return Clock(year - 1 - turns, zone=zone)


def _turn(last: LocalTime | None, local: LocalTime) -> int:
    if last is None:
        return 0
    days = (local.month - last.month) * 30.5 + local.day - last.day
    return 1 if days < -_HALF_A_YEAR else -1 if days > _HALF_A_YEAR else 0


def _proved(local: LocalTime, proved: Millis) -> tuple[int, Millis] | None:
    """Return the year of the local time and how far it is ahead of UTC."""
    for year in range(_year_of(proved) - 1, _year_of(proved) + 2):
        here = _in_year(year, local)
        if here is not None and (offset := _offset(here, proved)) is not None:
            return year, offset
    return None


def _offset(here: Millis, proved: Millis) -> Millis | None:
    """Return what local time is ahead by, to the quarter of an hour; None when the two do not fit together."""
    offset = round((here - proved) / _QUARTER) * _QUARTER
    return offset if abs(offset) <= _MOST_OFFSET and abs(here - proved - offset) <= _SLACK else None


def _in_year(year: int, local: LocalTime) -> Millis | None:
    try:
        second = min(local.second, 59)
        moment = datetime(year, local.month, local.day, local.hour, local.minute, second, tzinfo=UTC)
    except ValueError:
        return None
    return (moment - _EPOCH) // _MILLISECOND + local.millis + (local.second - second) * 1000


def _year_of(at: Millis) -> int:
    return (_EPOCH + timedelta(milliseconds=at)).year


def _is_leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
