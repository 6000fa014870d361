"""One line of a mail log: classic syslog (without year and zone), with ISO 8601 time, RFC 5424, a journald JSON record, or a shipper's."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from schemas.records import Millis
from streams.errors import SourceError
from streams.sources.cells.instants import civil_instant, read_instant
from streams.sources.cells.whole_numbers import whole_number
from streams.sources.logs.repeats import once
from streams.sources.logs.shipped import Shipped, shipped
from streams.sources.shapes.envelopes import opened
from streams.sources.shapes.json_text import decode_json, decode_text

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_PRIORITY = r"\ufeff?(?:<\d{1,3}>)?"
_CLASSIC = re.compile(
    rf"{_PRIORITY}(?:(?P<year>\d{{4}}) )?(?P<month>[A-Za-z]{{3}}) {{1,2}}(?P<day>\d{{1,2}}) (?:(?P<late_year>\d{{4}}) )?"
    r"(?P<hour>\d{1,2}):(?P<minute>\d\d):(?P<second>\d\d)(?:[.,](?P<fraction>\d{1,9}))? +"
)
_ISO = re.compile(
    rf"{_PRIORITY}(?P<version>1 )?(?P<at>\d{{4}}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d{{1,9}})?(?: ?(?:Z|[+-]\d\d:?\d\d)(?= ))?) +"
)
_REST = re.compile(
    r"(?:(?:\S+ +)??(?P<host>\S*[^\s:]) +)?(?P<program>[^\s:\[\]]+)(?:\[\d+\])?: ?(?:\[ID \d+ \S+\] )?(?P<text>.*)", re.DOTALL
)
_RFC5424 = re.compile(
    r'(?P<host>\S+) (?P<program>\S+) \S+ \S+ (?:-|(?:\[(?:[^\]"\\]|\\.|"(?:[^"\\]|\\.)*+")*+\])++)(?: \ufeff?(?P<text>.*))?', re.DOTALL
)


@dataclass(frozen=True, slots=True)
class LocalTime:
    """A date and a time of day in no known year and no known zone."""

    month: int
    day: int
    hour: int
    minute: int
    second: int
    millis: int


@dataclass(frozen=True, slots=True)
class LogLine:
    """What a line says: when (an instant, or a local time that a clock must place), on which host, by which program."""

    at: Millis | LocalTime
    host: str
    program: str
    text: str
    civil: bool = field(default=False, compare=False)
    """Whether ``at`` is a date and time that said no offset, taken as UTC."""


def read_line(data: bytes) -> LogLine:
    """Return the line. Raises SourceError ``bad-line``, ``bad-json``, ``no-instant`` or ``bad-instant``."""
    if data.lstrip()[:1] == b"{":
        return _journal(decode_json(data))
    return _syslog(decode_text(data).rstrip("\r\n"))


def _syslog(text: str) -> LogLine:
    match = _ISO.match(text)
    civil = False
    if match is not None:
        rest = (_RFC5424 if match["version"] else _REST).fullmatch(text, match.end())
        at: Millis | LocalTime
        at, told = civil_instant(match["at"])
        civil = not told
    else:
        match = _CLASSIC.match(text)
        if match is None:
            raise SourceError("bad-line", "the line does not begin with a time")
        rest = _REST.fullmatch(text, match.end())
        at = _classic(match)
        civil = not isinstance(at, LocalTime)
    if rest is None:  # ``last message repeated 3 times`` and its like name no program
        return LogLine(at, "", "", text[match.end() :], civil)
    return LogLine(at, rest["host"] or "", rest["program"], once(rest["text"] or ""), civil)


def local_time(data: bytes) -> LocalTime | None:
    """Return the time of a classic line without a year, also where a shipper wraps it; None for any other."""
    if data.lstrip()[:1] == b"{":
        try:
            wrapped = read_line(data).at
        except SourceError:
            return None
        return wrapped if isinstance(wrapped, LocalTime) else None
    match = _CLASSIC.match(data[:64].decode("ascii", "replace"))
    if match is None:
        return None
    try:
        at = _classic(match)
    except SourceError:
        return None
    return at if isinstance(at, LocalTime) else None


def _classic(match: re.Match[str]) -> Millis | LocalTime:
    name = match["month"].lower()
    if name not in _MONTHS:
        raise SourceError("bad-instant", f"{match['month']!r} is no month")
    month = _MONTHS.index(name) + 1
    year = match["year"] or match["late_year"]
    millis = (match["fraction"] or "0")[:3].ljust(3, "0")
    if year is not None:
        clock = f"{match['hour']}:{match['minute']}:{match['second']}.{millis}"
        return read_instant(f"{year}-{month:02}-{int(match['day']):02}T{clock}")
    return LocalTime(month, int(match["day"]), int(match["hour"]), int(match["minute"]), int(match["second"]), int(millis))


def _journal(value: object) -> LogLine:
    if not isinstance(value, Mapping):
        raise SourceError("bad-line", "neither a syslog line nor a journal record")
    micros = whole_number(value.get("_SOURCE_REALTIME_TIMESTAMP") or value.get("__REALTIME_TIMESTAMP"))
    if micros is None:
        return _shipped(shipped(opened(value)))
    at = read_instant(f"/Date({micros // 1000})/")
    program = value.get("SYSLOG_IDENTIFIER") or value.get("_COMM") or ""
    return LogLine(at, str(value.get("_HOSTNAME") or ""), str(program), _message(value.get("MESSAGE")))


def _shipped(record: Shipped) -> LogLine:
    """Return the line that a shipper wraps, or that its record tells in parts."""
    if _ISO.match(record.text) or _CLASSIC.match(record.text):
        line = _syslog(record.text)
        if line.program:
            return line
    if record.at is None:
        raise SourceError("no-instant", "the record has no __REALTIME_TIMESTAMP, no @timestamp and no other instant")
    return LogLine(record.at, record.host, record.program, record.text)


def _message(value: object) -> str:
    if isinstance(value, list):  # journald writes what is not UTF-8 as numbers
        return decode_text(bytes(item for item in value if isinstance(item, int) and 0 <= item < 256))
    return value if isinstance(value, str) else ""
