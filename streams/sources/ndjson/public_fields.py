"""Strict reading of our own formats: each field by its public name, with the type that it must have."""

import re
from typing import TypeVar, get_args

from schemas.identity import fingerprint
from schemas.records import Attachment, Millis
from streams.errors import SourceError
from streams.sources.cells.instants import read_instant
from streams.sources.cells.whole_numbers import whole_number
from streams.sources.outcome import Row

_Word = TypeVar("_Word", bound=str)
_SHA256 = re.compile(r"[0-9a-fA-F]{64}")


def text(row: Row, name: str) -> str | None:
    """Return an optional string, trimmed; None when it is absent, null or blank. Raises SourceError ``wrong-type``."""
    value = row.get(name)
    if value is not None and not isinstance(value, str):
        raise _wrong_type(name, "a string", value)
    return (value or "").strip() or None


def needed(row: Row, name: str) -> str:
    """Return a required string. Raises SourceError ``missing-field`` or ``wrong-type``."""
    value = text(row, name)
    if value is None:
        raise SourceError("missing-field", f"no {name}")
    return value


def texts(row: Row, name: str) -> tuple[str, ...]:
    """Return a list of strings, without blank ones; empty when it is absent or null. Raises SourceError ``wrong-type``."""
    value = row.get(name)
    if value is None:
        return ()
    if not isinstance(value, list):
        raise _wrong_type(name, "a list of strings", value)
    for item in value:
        if not isinstance(item, str):
            raise _wrong_type(name, "a list of strings", item)
    return tuple(item.strip() for item in value if item.strip())


def number(row: Row, name: str) -> int | None:
    """Return an optional whole number, also written as a string or with ``.00``. Raises SourceError ``wrong-type``."""
    value = row.get(name)
    if value is None:
        return None
    found = whole_number(value)
    if found is None:
        raise _wrong_type(name, "a whole number", value)
    return found


def instant(row: Row, name: str) -> Millis:
    """Return a required instant with its offset to UTC. Raises SourceError ``no-instant``, ``bad-instant`` or ``no-offset``."""
    try:
        return read_instant(row.get(name), needs_offset=True)
    except SourceError as error:
        raise SourceError(error.reason, f"{name}: {error.detail}") from error


def word(row: Row, name: str, allowed: object, default: _Word | None) -> _Word:
    """Return one of the words that the Literal ``allowed`` lists; None for ``default`` makes it required. Raises SourceError."""
    value = text(row, name)
    if value is None:
        if default is None:
            raise SourceError("missing-field", f"no {name}")
        return default
    for one in get_args(allowed):
        if value.lower() == one:
            found: _Word = one
            return found
    raise SourceError("wrong-value", f"{name} is {value[:40]!r}; allowed are {', '.join(get_args(allowed))}")


def sha256(row: Row, name: str) -> str | None:
    """Return an optional SHA-256 in lower-case hex. Raises SourceError ``wrong-value`` or ``wrong-type``."""
    value = text(row, name)
    if value is not None and _SHA256.fullmatch(value) is None:
        raise SourceError("wrong-value", f"{name} must be 64 hex digits")
    return None if value is None else value.lower()


def attachments(row: Row, name: str) -> tuple[Attachment, ...]:
    """Return a list of attachments. Raises SourceError that names the field within."""
    value = row.get(name)
    if value is None:
        return ()
    if not isinstance(value, list):
        raise _wrong_type(name, "a list of objects", value)
    return tuple(_attachment(name, index, item) for index, item in enumerate(value))


def record_id(row: Row) -> str:
    """Return the record's own id, or one that its content gives. Raises SourceError ``wrong-type``."""
    value = row.get("record_id")
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return text(row, "record_id") or "content:" + fingerprint(*(f"{key}={row[key]!r}" for key in sorted(row)))


def _attachment(name: str, index: int, item: object) -> Attachment:
    if not isinstance(item, dict):
        raise _wrong_type(f"{name}[{index}]", "an object", item)
    try:
        return Attachment(name=needed(item, "name"), size=number(item, "size"), label=text(item, "label"), sha256=sha256(item, "sha256"))
    except SourceError as error:
        raise SourceError(error.reason, f"{name}[{index}]: {error.detail}") from error


def _wrong_type(name: str, must_be: str, value: object) -> SourceError:
    return SourceError("wrong-type", f"{name} must be {must_be}, not {type(value).__name__}")
