"""One typed record <-> one Avro body, without framing."""

from io import BytesIO
from typing import Generic, TypeVar

import msgspec
from fastavro import schemaless_reader, schemaless_writer
from fastavro.read import SchemaResolutionError

from schemas.versions import Schema

T = TypeVar("T", bound=msgspec.Struct)

_DETAIL_LENGTH = 200

# What fastavro and msgspec raise on bytes that mean nothing: bad UTF-8 and a value that is not allowed are ValueErrors, a union branch
# that does not exist an IndexError, the rest comes from a reader that resolves an old schema.
_WRONG = (ValueError, LookupError, TypeError, OverflowError, AttributeError, SchemaResolutionError)


class WireError(Exception):
    """Bytes that are no record of ours, or a record that no bytes can hold.

    ``reason`` is one of ``wrong-magic``, ``unknown-schema``, ``truncated``, ``over-long``, ``wrong-type``; ``detail`` says more.
    """

    def __init__(self, reason: str, detail: str) -> None:
        """Keep why."""
        super().__init__(f"{reason}: {detail}")
        self.reason = reason
        self.detail = detail


class Codec(Generic[T]):
    """Reads what any version of a record wrote, and writes the newest."""

    def __init__(self, record_type: type[T], reader: Schema) -> None:
        """Read into ``record_type`` by the schema ``reader``, its newest."""
        self._type = record_type
        self._reader = reader

    def encode(self, record: T, header: bytes) -> bytes:
        """Return header and body. Raise WireError ``wrong-type`` for what Avro cannot hold: a lone surrogate, an int beyond 64 bits."""
        out = BytesIO()
        out.write(header)
        try:
            schemaless_writer(out, self._reader.parsed, msgspec.to_builtins(record, builtin_types=(bytes,)))
        except _WRONG as error:
            raise WireError("wrong-type", f"{self._reader.title}: {error}"[:_DETAIL_LENGTH]) from error
        return out.getvalue()

    def decode(self, data: bytes, start: int, writer: Schema) -> T:
        """Return the record whose body, written by ``writer``, is all of ``data`` from ``start``. Raise WireError."""
        body = BytesIO(data)
        body.seek(start)
        reader = self._reader
        try:
            # Without a reader schema fastavro takes the way that resolves nothing, which is the faster one.
            value = schemaless_reader(body, writer.parsed, None if writer is reader else reader.parsed)
            record = msgspec.convert(value, self._type, builtin_types=(bytes,))
        except EOFError:
            raise WireError("truncated", f"{writer.title}: the body ends after {len(data) - start} bytes") from None
        except _WRONG as error:
            # fastavro raises an IndexError both for a number whose last bytes are missing and for a union branch that there is none of.
            # Only the first ends with a byte that announces another one.
            if isinstance(error, IndexError) and body.tell() == len(data) and data[-1] & 0x80:
                raise WireError("truncated", f"{writer.title}: the body ends within a number") from error
            raise WireError("wrong-type", f"{writer.title}: {error}"[:_DETAIL_LENGTH]) from error
        if body.tell() != len(data):
            raise WireError("over-long", f"{writer.title}: {len(data) - body.tell()} bytes after the body")
        return record
