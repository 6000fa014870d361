"""One entry of a Google Workspace log: an activity of the Reports API, a row of the BigQuery export, or a row of a console CSV.

The Reports API writes parameters as a list of ``{"name", "value" | "intValue" | "boolValue" | "multiValue" | "messageValue" | …}``; here
they become plain objects, so that both JSON shapes read alike.
"""

import re
from collections.abc import Mapping

from schemas.records import Millis
from streams.errors import SourceError
from streams.sources.cells.fields import Fields, as_list, as_object, as_text
from streams.sources.cells.local_times import LocalTimes

FEED = "google-workspace"

_VALUES = ("value", "intValue", "boolValue", "multiValue", "multiIntValue")
_DEEPEST = 20
_WORDS = re.compile(
    r"(?:[A-Za-z]{3},?\s+)?(?P<month>[A-Za-z]{3})[a-z]{0,6}\s+(?P<day>\d{1,2}),?\s+(?P<year>\d{4}),?\s+"
    r"(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2}))?\s*(?P<half>[AaPp][Mm])?\s*(?P<zone>[A-Za-z]{2,5}(?:[+-]\d{1,2}(?::?\d{2})?)?|[+-]\d{2}:?\d{2})?"
)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_ZONES = {"utc": "+00:00", "gmt": "+00:00", "z": "+00:00", "bst": "+01:00"}
_OFFSET = re.compile(r"(?:GMT|UTC)?(?P<sign>[+-])(?P<hours>\d{1,2}):?(?P<minutes>\d{2})?", re.IGNORECASE)
_MICROS = re.compile(r"\d{15,16}")


def parameters(value: object, depth: int = 0) -> dict[str, object]:
    """Return a list of parameters by name, nested messages as objects; what is an object already stays one."""
    if isinstance(value, Mapping):
        return {str(key): item for key, item in value.items()}
    found: dict[str, object] = {}
    for item in as_list(value):
        pair = as_object(item)
        name = None if pair is None else as_text(pair.get("name"))
        if pair is not None and name is not None and depth < _DEEPEST:
            found[name] = _value(pair, depth)
    return found


def _value(pair: Mapping[str, object], depth: int) -> object:
    message = as_object(pair.get("messageValue"))
    if message is not None:
        return parameters(message.get("parameter"), depth + 1)
    if "multiMessageValue" in pair:
        held = (as_object(item) for item in as_list(pair.get("multiMessageValue")))
        return [parameters(item.get("parameter"), depth + 1) for item in held if item is not None]
    return next((pair[name] for name in _VALUES if pair.get(name) is not None), None)


def texts(value: object) -> tuple[str, ...]:
    """Return every text of a value or list, each once."""
    return tuple(dict.fromkeys(text for item in as_list(value) if (text := as_text(item)) is not None))


def micros(value: object) -> Millis | None:
    """Return an instant written as microseconds since 1970; None when it is not."""
    text = as_text(value)
    return int(text) // 1000 if text is not None and _MICROS.fullmatch(text) else None


def console_instant(fields: Fields, times: LocalTimes, *names: str) -> Millis:
    """Return the instant of a CSV row: with its offset (``Mar 4, 2024, 9:15:31 AM GMT+1``, as the console shows it), or as ``times`` says.

    Raises SourceError ``no-instant``, ``bad-instant`` or ``no-offset``.
    """
    text = fields.text(*names)
    match = None if text is None else _WORDS.fullmatch(re.sub(r"\s+", " ", text))
    if match is None:
        return times.instant(text)
    month = match["month"].lower()
    hour = int(match["hour"])
    if month not in _MONTHS or (match["half"] is not None and not 1 <= hour <= 12):
        raise SourceError("bad-instant", f"not an instant: {match.group()[:60]!r}")
    if match["half"] is not None:
        hour = hour % 12 + (12 if match["half"].lower() == "pm" else 0)
    date = f"{match['year']}-{_MONTHS.index(month) + 1:02}-{int(match['day']):02}"
    return times.instant(f"{date}T{hour:02}:{match['minute']}:{match['second'] or '00'}{_offset(match['zone'])}")


def _offset(zone: str | None) -> str:
    if zone is None:
        return ""
    if zone.lower() in _ZONES:
        return _ZONES[zone.lower()]
    match = _OFFSET.fullmatch(zone)
    if match is None:
        raise SourceError("no-offset", f"the zone {zone!r} stands for more than one offset")
    return f"{match['sign']}{int(match['hours']):02}:{match['minutes'] or '00'}"
