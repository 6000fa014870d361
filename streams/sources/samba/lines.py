"""The header of a syslog line: RFC 3164 with or without a year, RFC 5424, ISO 8601 stamps, and Samba's own log files.

A classic stamp has no year and no zone. The zone is declared by whoever loads the file (Europe/London unless told); the year is the last
in which the stamp lies not after ``until``, the time of the file, by more than a day: logs are read after they were written.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

from schemas.records import Millis
from streams.errors import SourceError
from streams.sources.cells.instants import read_instant
from streams.sources.logs.repeats import LAST, once

ZONE = ZoneInfo("Europe/London")

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
_SLACK = timedelta(days=1)
_CLOCK = r"\d{1,2}:\d{2}:\d{2}(?:[.,]\d{1,9})?"
_CLASSIC = rf"[A-Za-z]{{3}} {{1,2}}\d{{1,2}} (?:\d{{4}} )?{_CLOCK}"
_ISO = rf"\d{{4}}[-/]\d{{2}}[-/]\d{{2}}[T ]{_CLOCK}(?:Z|[+-]\d{{2}}:?\d{{2}})?"
_LINE = re.compile(
    rf"(?:<\d{{1,3}}>)?(?P<stamp>{_CLASSIC}|{_ISO}) +(?:\S{{1,255}} +)??(?P<host>\S{{1,255}}) +"
    r"(?P<tag>[^\s:\[]{1,100})(?:\[[^\]\s]{0,20}\])?: ?(?P<text>.*)",
    re.DOTALL,
)
_RFC5424 = re.compile(
    rf"<\d{{1,3}}>1 (?P<stamp>{_ISO}) (?P<host>\S{{1,255}}) (?P<tag>\S{{1,48}}) \S{{1,128}} \S{{1,32}} "
    r'(?:-|(?:\[(?:[^\]"\\]|"(?:[^"\\]|\\.)*+"|\\.)*+\])++) ?(?:\ufeff)?(?P<text>.*)',
    re.DOTALL,
)
_OWN_LOG = re.compile(
    rf"\[(?P<stamp>\d{{4}}/\d{{2}}/\d{{2}} {_CLOCK})[^\]\n]{{0,200}}\] *[^\n]{{0,300}}\((?P<tag>\w{{1,100}})\)\s*+(?P<text>.*)", re.DOTALL
)
_LAST = re.compile(rf"(?:<\d{{1,3}}>)?(?P<stamp>{_CLASSIC}|{_ISO}) +(?:(?P<host>\S{{1,255}}) +)?(?P<text>{LAST})\s*")
_CLASSIC_PARTS = re.compile(
    r"(?P<month>[A-Za-z]{3}) +(?P<day>\d{1,2}) (?:(?P<year>\d{4}) )?"
    r"(?P<hour>\d{1,2}):(?P<minute>\d{2}):(?P<second>\d{2})(?:[.,](?P<fraction>\d{1,9}))?"
)


@dataclass(frozen=True, slots=True)
class SyslogLine:
    """What stands before the message, and the message. ``tag`` is empty where a line only says that the last message was repeated."""

    stamp: str
    host: str | None
    tag: str
    text: str


def read_line(line: str) -> SyslogLine | None:
    """Return the line's parts; None when it has no header that is known."""
    for pattern in (_RFC5424, _LINE, _OWN_LOG, _LAST):
        match = pattern.fullmatch(line)
        if match is not None:
            parts = match.groupdict()
            return SyslogLine(parts["stamp"], parts.get("host"), parts.get("tag", ""), once(parts["text"]))
    return None


def stamp_instant(stamp: str, zone: tzinfo = ZONE, until: Millis | None = None) -> Millis:
    """Return the instant of a stamp; in the hour that a clock is set back it is taken as the first of two.

    Raises SourceError ``no-year`` for a stamp without a year where ``until`` is None, and ``bad-instant``.
    """
    match = _CLASSIC_PARTS.fullmatch(stamp)
    if match is None:
        return _iso(stamp, zone)
    month = match["month"].lower()
    if month not in _MONTHS:
        raise SourceError("bad-instant", f"no month: {stamp!r}")
    rest = f"{_MONTHS.index(month) + 1:02}-{int(match['day']):02}T{int(match['hour']):02}:{match['minute']}:{match['second']}"
    rest = f"{rest}.{match['fraction']}" if match["fraction"] else rest
    if match["year"] is not None:
        return _iso(f"{match['year']}-{rest}", zone)
    if until is None:
        raise SourceError("no-year", f"{stamp!r} has no year, and nothing says when the log was written")
    latest = _EPOCH + timedelta(milliseconds=until) + _SLACK
    return _last_before(rest, zone, latest)


def _last_before(rest: str, zone: tzinfo, latest: datetime) -> Millis:
    year = latest.year + 1
    failure: SourceError | None = None
    for candidate in range(year, year - 10, -1):  # a 29th of February may lie eight years back
        try:
            found = _iso(f"{candidate}-{rest}", zone)
        except SourceError as error:
            failure = error
            continue
        if _EPOCH + timedelta(milliseconds=found) <= latest:
            return found
    raise failure or SourceError("bad-instant", f"no year fits {rest!r}")


def _iso(stamp: str, zone: tzinfo) -> Millis:
    as_utc = read_instant(stamp)
    if re.search(r"(?:Z|[+-]\d{2}:?\d{2})\Z", stamp):
        return as_utc
    moment = (_EPOCH + timedelta(milliseconds=as_utc)).replace(tzinfo=zone)
    return (moment - _EPOCH) // _MILLISECOND
