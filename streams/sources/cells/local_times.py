"""Times of a zone that the export does not name: which zone, which order of day and month.

Whoever loads the file declares the zone (``exchange-tracking[zone=Europe/London]:PATH``). Without it a time that says no offset is a
dead letter: an hour's error would part what belongs together.
"""

from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from itertools import islice
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from schemas.records import Millis
from streams.errors import SourceError, UsageError
from streams.sources.cells.fields import Fields
from streams.sources.cells.instants import DateOrder, civil_instant, looks_local, told_order
from streams.sources.outcome import Row
from streams.sources.shapes.reader import read_records

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
_ROWS_LOOKED_AT = 1_000_000


@dataclass(frozen=True, slots=True)
class LocalTimes:
    """How times without an offset are meant; ``zone`` is None where nobody said."""

    zone: tzinfo | None = None
    order: DateOrder = "by-clock"

    def instant(self, value: object) -> Millis:
        """Return the instant; what says its offset, or counts from 1970, needs no zone. Of an hour that comes twice it is the first.

        Raises SourceError ``no-instant``, ``bad-instant`` or ``no-offset``.
        """
        if isinstance(value, Mapping):  # PowerShell writes a decorated date as {"value": "/Date(...)/", "DateTime": "..."}
            value = Fields(value).raw("value")
        at, told = civil_instant(value, self.order)
        if told:
            return at
        if self.zone is None:
            raise SourceError("no-offset", f"{str(value)[:60]!r} is the time of an unknown zone; write FORMAT[zone=Europe/London]:PATH")
        return in_zone(at, self.zone)


def in_zone(civil: Millis, zone: tzinfo) -> Millis:
    """Return the instant of a local time that was read as if it were UTC."""
    moment = (_EPOCH + timedelta(milliseconds=civil)).replace(tzinfo=zone)
    return (moment - _EPOCH) // _MILLISECOND


def zone_of(format_: str, options: Mapping[str, str]) -> ZoneInfo:
    """Return the zone that ``[zone=…]`` names. Raises UsageError, also for any other option."""
    _only(format_, options, ("zone",))
    if "zone" not in options:
        raise UsageError(f"{format_}: no zone is told; it is written {format_}[zone=Europe/London]:PATH")
    return _zone(format_, options["zone"])


def zone_and_day(format_: str, options: Mapping[str, str]) -> tuple[ZoneInfo | None, Millis | None]:
    """Return the zone of ``[zone=…,until=YYYY-MM-DD]`` and the end of that day, None for what is not told. Raises UsageError."""
    _only(format_, options, ("zone", "until"))
    zone = _zone(format_, options["zone"]) if "zone" in options else None
    if "until" not in options:
        return zone, None
    try:
        day = datetime.strptime(options["until"], "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError as error:
        raise UsageError(f"{format_}: {error}; a day is written 2024-03-31") from error
    return zone, (day + timedelta(days=1) - _EPOCH) // _MILLISECOND


def _only(format_: str, options: Mapping[str, str], known: tuple[str, ...]) -> None:
    unknown = sorted(options.keys() - set(known))
    if unknown:
        raise UsageError(f"{format_} knows no option {unknown[0]!r}; known: {', '.join(known)}")


def _zone(format_: str, name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise UsageError(f"{format_}: {error}; a zone is written Europe/London") from error


def order_of(path: Path, feed: str, fits: Callable[[Row], bool], value_of: Callable[[Row], object]) -> DateOrder:
    """Return the order of day and month that a file proves: that of its first date which can be read in one way only.

    ``value_of`` gives the date of a row. Where the first date is not written like 03/04/2023, or no date decides, it is ``by-clock``.
    """
    with closing(read_records(path, feed, fits)) as records:
        for record in islice(records, _ROWS_LOOKED_AT):
            if record.row is None:
                continue
            match = looks_local(value_of(record.row))
            if match is None:
                return "by-clock"
            if (order := told_order(match)) is not None:
                return order
    return "by-clock"
