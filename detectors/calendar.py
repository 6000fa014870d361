"""The force's civil calendar: which day and week an instant falls in. Windows are elapsed time and need none of this."""

from datetime import datetime, timedelta
from functools import lru_cache
from importlib.resources import files
from zoneinfo import ZoneInfo

from schemas.records import Millis

_QUARTER_HOUR_MS = 900_000
_DAY_MS = 86_400_000
_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - UTC days are counted, no zone is meant


class UnknownZoneError(ValueError):
    """No such zone in the pinned IANA data."""


def zone_named(name: str) -> ZoneInfo:
    """Return a zone of the pinned ``tzdata`` package, never of the machine's own, so that every machine counts the same days."""
    parts = name.split("/")
    if not all(part and part not in {".", ".."} for part in parts):
        raise UnknownZoneError(f"{name!r} is no IANA time zone")
    resource = files("tzdata.zoneinfo").joinpath(*parts)
    try:
        with resource.open("rb") as data:
            return ZoneInfo.from_file(data, key=name)
    except (OSError, ValueError) as error:
        raise UnknownZoneError(f"{name!r} is no IANA time zone; an example is Europe/London") from error


class Calendar:
    """Civil days and weeks of one zone. ``day`` and ``week`` are running numbers that only mean something against each other."""

    def __init__(self, zone: str = "Europe/London") -> None:
        """Read the zone's rules; UnknownZoneError when there is no such zone."""
        self.zone = zone_named(zone)
        # Every zone's offset is constant within a UTC quarter of an hour, and most evidence shares its quarter with other evidence.
        self._day_of_quarter_hour = lru_cache(maxsize=65_536)(self._day_at)

    def day(self, at: Millis) -> int:
        """Return the running number of the civil day that ``at`` (UTC ms) falls in."""
        return self._day_of_quarter_hour(at // _QUARTER_HOUR_MS)

    def week(self, at: Millis) -> int:
        """Return the running number of the civil week, Monday to Sunday."""
        return (self.day(at) - 1) // 7

    def _day_at(self, quarter_hour: int) -> int:
        return datetime.fromtimestamp(quarter_hour * 900, self.zone).toordinal()


def quarter(at: Millis) -> int:
    """Return the running number of the calendar quarter, in UTC: parts are cut the same whatever zone a force keeps."""
    year, month_of_year = _utc_month(at // _DAY_MS)
    return year * 4 + (month_of_year - 1) // 3


def month(at: Millis) -> int:
    """Return the month of an instant, in UTC, as yyyymm."""
    year, month_of_year = _utc_month(at // _DAY_MS)
    return year * 100 + month_of_year


@lru_cache(maxsize=16_384)
def _utc_month(utc_day: int) -> tuple[int, int]:
    moment = _EPOCH + timedelta(days=utc_day)
    return moment.year, moment.month
