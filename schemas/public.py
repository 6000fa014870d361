"""The public JSON form of a record: what people and programs outside read and write, one object a line.

Names are those of the Avro fields. Instants are ISO 8601: written in UTC with milliseconds and ``Z``; read with any offset, which must be
there, and with any fraction of a second, cut to milliseconds. Bytes are base64. Every field is written, null where there is nothing.
"""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import msgspec
import orjson

from schemas.constraints import instants
from schemas.records import Millis, Record

__all__ = ["PublicError", "dumps", "from_public", "loads", "millis_of", "time_of", "to_public"]

R = TypeVar("R", bound=Record)

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
_INSTANT = re.compile(r"(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d(?::\d\d)?)(?:[.,](\d{1,12}))?([Zz]|[+-]\d\d:?\d\d)", re.ASCII)


class PublicError(ValueError):
    """A public form that is no record: no JSON object, a field missing or of a wrong type, an instant without offset."""


def to_public(record: Record) -> dict[str, Any]:
    """Return a record's public form: JSON types only. Raise PublicError for an instant outside the years 1 to 9999."""
    value: dict[str, Any] = _with_lists(msgspec.to_builtins(record))
    for path in instants(type(record)):
        _change(value, path, time_of)
    return value


def from_public(value: Any, record_type: type[R]) -> R:
    """Return the record of a public form; ``value`` is left as it is, keys that the record has not are ignored. Raise PublicError."""
    if not isinstance(value, dict):
        raise PublicError(f"expected an object, got {type(value).__name__}")
    for path in instants(record_type):
        value = _changed(value, path, millis_of)
    try:
        return msgspec.convert(value, record_type)
    except msgspec.ValidationError as error:
        raise PublicError(str(error)) from error


def dumps(record: Record) -> bytes:
    """Return a record as one line of NDJSON, with its line feed. Raise PublicError for what JSON cannot say."""
    try:
        return orjson.dumps(to_public(record), option=orjson.OPT_APPEND_NEWLINE)
    except orjson.JSONEncodeError as error:
        raise PublicError(str(error)) from error


def loads(line: bytes | str, record_type: type[R]) -> R:
    """Return the record in one line of NDJSON. Raise PublicError."""
    try:
        value = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        raise PublicError(f"no JSON: {error}") from error
    return from_public(value, record_type)


def time_of(instant: Millis) -> str:
    """Return an instant as ``2023-05-01T08:30:00.000Z``. Raise PublicError outside the years 1 to 9999."""
    try:
        return (_EPOCH + instant * _MILLISECOND).replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"
    except OverflowError as error:
        raise PublicError(f"{instant} ms is not in the years 1 to 9999") from error


def millis_of(text: Any) -> Millis:
    """Return the instant that an ISO 8601 date, time and offset name. Raise PublicError for anything else, a missing offset included."""
    match = _INSTANT.fullmatch(text.strip()) if isinstance(text, str) else None
    if match is None:
        raise PublicError(f"{text!r:.60} is no date, time and offset like 2023-05-01T08:30:00Z or 2023-05-01T09:30:00+01:00")
    date, time, fraction, offset = match.groups()
    try:
        whole = datetime.fromisoformat(f"{date}T{time}{offset.upper()}")
        return (whole - _EPOCH) // _MILLISECOND + int((fraction or "").ljust(3, "0")[:3])
    except (ValueError, OverflowError) as error:
        raise PublicError(f"{text!r:.60}: {error}") from error


def _with_lists(value: Any) -> Any:
    """Return the same with lists for tuples."""
    if isinstance(value, dict):
        return {key: _with_lists(inner) for key, inner in value.items()}
    return [_with_lists(inner) for inner in value] if isinstance(value, tuple) else value


def _change(value: Any, path: tuple[str, ...], change: Callable[[Any], Any]) -> None:
    """Change what a path leads to, in place; the path goes through every element of a list."""
    for element in value if isinstance(value, list) else (value,):
        if element[path[0]] is None:
            continue
        if len(path) > 1:
            _change(element[path[0]], path[1:], change)
            continue
        element[path[0]] = change(element[path[0]])


def _changed(value: Any, path: tuple[str, ...], change: Callable[[Any], Any]) -> Any:
    """Return a copy with what a path leads to changed; what does not fit is left for the record's own check to name."""
    if isinstance(value, list):
        return [_changed(element, path, change) for element in value]
    if not isinstance(value, dict) or value.get(path[0]) is None:
        return value
    inner = value[path[0]]
    try:
        return {**value, path[0]: change(inner) if len(path) == 1 else _changed(inner, path[1:], change)}
    except PublicError as error:
        raise PublicError(f"{path[0]}: {error}") from error
