"""JSON bytes to Python values, for feeds that are not always as clean as JSON should be."""

import json

import orjson

from streams.errors import SourceError

_MAX_DEPTH = 200


def decode_json(data: bytes) -> object:
    """Return the value that ``data`` (UTF-8; else taken as Windows-1252) holds.

    Strings come out free of lone surrogates, which no later stage could encode. Raises SourceError ``bad-json``.
    """
    try:
        return orjson.loads(data)
    except orjson.JSONDecodeError as strict:
        return _decode_leniently(data, strict)


def _decode_leniently(data: bytes, strict: ValueError) -> object:
    """Try again with what orjson refuses and exports hold: 8-bit text, raw control characters, NaN, lone surrogates."""
    try:
        return _clean(json.loads(decode_text(data), strict=False), 0)
    except (ValueError, RecursionError) as error:
        raise SourceError("bad-json", f"{strict}, in {len(data)} bytes") from error


def decode_text(data: bytes) -> str:
    """Return ``data`` as text: UTF-8, else Windows-1252, in which the five bytes without a character become U+FFFD."""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")


def clean_text(text: str) -> str:
    """Return ``text`` with lone surrogates replaced by ``?``, so that it can be encoded."""
    return text.encode("utf-8", "replace").decode("utf-8")


def _clean(value: object, depth: int) -> object:
    if depth > _MAX_DEPTH:
        message = "nested too deeply"
        raise ValueError(message)
    if isinstance(value, str):
        return clean_text(value)
    if isinstance(value, list):
        return [_clean(item, depth + 1) for item in value]
    if isinstance(value, dict):
        return {clean_text(key): _clean(item, depth + 1) for key, item in value.items()}
    return value
