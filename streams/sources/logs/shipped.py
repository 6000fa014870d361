"""A line of a text log as a shipper wraps it in JSON: the line as it was, or its parts.

Known are the names of Filebeat, rsyslog, Graylog and Splunk. They are tried as they stand and, where they hold dots, as objects in
each other.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from schemas.records import Millis
from streams.errors import SourceError
from streams.sources.cells.instants import read_instant
from streams.sources.cells.whole_numbers import whole_number

_TEXTS: Final = ("event.original", "_raw", "message", "MESSAGE", "msg", "log", "short_message")
_INSTANTS: Final = ("@timestamp", "timestamp", "timereported", "time", "_time", "timegenerated")
_HOSTS: Final = ("host.hostname", "host.name", "hostname", "host", "source", "logsource", "syslog.hostname")
_PROGRAMS: Final = (
    *(
        "log.syslog.appname",
        "syslog.identifier",
        "syslog.appname",
        "process.name",
        "programname",
        "program",
        "app-name",
        "appname",
        "app_name",
    ),
    *("application_name", "syslogtag", "tag", "ident"),
)
_FROM_MICROS, _FROM_MILLIS = 10**14, 10**11
_BEYOND_MICROS = 7_258_118_400_000_000  # the year 2200; what is more counts something else


@dataclass(frozen=True, slots=True)
class Shipped:
    """What the record says; ``text`` may be a whole line of syslog, and then the rest counts only where the line does not tell it."""

    text: str
    host: str
    program: str
    at: Millis | None


def shipped(record: Mapping[str, object]) -> Shipped:
    """Return the parts of a shipper's record. Raises SourceError ``bad-line`` where it holds no text."""
    text = _first(record, _TEXTS)
    if text is None:
        raise SourceError("bad-line", "neither a syslog line nor a journal record")
    program = (_first(record, _PROGRAMS) or "").partition("[")[0].rstrip(":")
    return Shipped(text, _first(record, _HOSTS) or "", program, _instant(record))


def _instant(record: Mapping[str, object]) -> Millis | None:
    for name in _INSTANTS:
        value = _at(record, name)
        if isinstance(value, str):
            try:
                return read_instant(value)
            except SourceError:
                value = whole_number(value)
        if isinstance(value, int | float) and not isinstance(value, bool) and 0 < value < _BEYOND_MICROS:
            return int(value // 1000 if value >= _FROM_MICROS else value if value >= _FROM_MILLIS else value * 1000)
    return None


def _first(record: Mapping[str, object], names: tuple[str, ...]) -> str | None:
    return next((value.strip() for name in names if isinstance(value := _at(record, name), str) and value.strip()), None)


def _at(record: Mapping[str, object], name: str) -> object:
    if name in record:
        return record[name]
    held: object = record
    for part in name.split("."):
        held = held.get(part) if isinstance(held, Mapping) else None
    return held
