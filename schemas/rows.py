"""Changelog rows <-> bytes: what a stage remembers, in the framing of the wire, so that a row of version N is read by version N+1.

A row type is a frozen record (``MonthRow``) and a file of the same name under ``state/`` (``month_row.v1.avsc``). Rows hold
whole travelling records by name, see ``schemas.versions``. When a record gets a new version, each row that holds it gets one too, with
nothing but the pin in ``embeds`` changed: a test holds the newest rows to the newest records.
"""

from functools import cache
from importlib.resources import files
from typing import Any, TypeVar

from schemas.codec import Codec, WireError
from schemas.detect_rows import DetectionRow, HeadRow, MonthRow
from schemas.enrich_rows import DueRow, PartitionRow, UnionRow
from schemas.records import Record
from schemas.versions import Schema, newest, read_texts, read_versions

__all__ = ["ROWS", "WireError", "decode_row", "encode_row", "row_versions"]

R = TypeVar("R", bound=Record)

ROWS: tuple[type[Record], ...] = (UnionRow, DueRow, PartitionRow, HeadRow, MonthRow, DetectionRow)
"""Every row type."""

_MAGIC = b"\xc3\x01"
_HEADER = 10


def row_versions(row_type: type) -> tuple[Schema, ...]:
    """Return every version of a row type's schema, oldest first."""
    return read_versions(_texts("state"), row_type, _texts("avro"))


def encode_row(row: Record) -> bytes:
    """Return a row as Avro single-object encoding of its newest schema. Raise WireError for what Avro cannot hold."""
    header, codec, _ = _codec(type(row))
    return codec.encode(row, header)


def decode_row(data: bytes, row_type: type[R]) -> R:
    """Return the row that ``data`` holds, whichever version wrote it. Raise WireError."""
    codec: Codec[R]
    _, codec, writers = _codec(row_type)
    writer = writers.get(data[:_HEADER])
    if writer is None:
        raise WireError("unknown-schema", f"no version of {row_type.__name__} has the header {data[:_HEADER].hex()}")
    return codec.decode(data, _HEADER, writer)


@cache
def _texts(folder: str) -> dict[str, dict[int, str]]:
    return read_texts(files("schemas") / folder)


@cache
def _codec(row_type: type[Any]) -> tuple[bytes, Codec[Any], dict[bytes, Schema]]:
    schemas = row_versions(row_type)
    reader = newest(schemas)
    return _MAGIC + reader.fingerprint, Codec(row_type, reader), {_MAGIC + schema.fingerprint: schema for schema in schemas}
