"""A record <-> the bytes of a Kafka value.

Two framings, both always readable:

* Avro single-object encoding: ``C3 01``, the schema's CRC-64-AVRO fingerprint (8 bytes, little-endian), body. It needs no registry.
* Confluent framing: ``00``, the schema's id in a registry (4 bytes, big-endian), body. Written when a registry is given.

Anything else is a WireError and nothing but a WireError: the bytes come from a topic that others can write to.
"""

from typing import Protocol, TypeVar, overload

from fastavro.schema import SchemaParseException

from schemas.catalogue import Catalogue, catalogue
from schemas.codec import Codec, WireError
from schemas.records import Record
from schemas.versions import Schema, fingerprint_of

__all__ = ["MAGIC", "SchemaRegistry", "Wire", "WireError"]

MAGIC = b"\xc3\x01"
HEADER_BYTES = 10
_CONFLUENT = b"\x00"
_CONFLUENT_BYTES = 5

R = TypeVar("R", bound=Record)


class SchemaRegistry(Protocol):
    """Where schemas have ids. An implementation remembers what it was told, unknown ids for a while too; faults of its own pass through."""

    def id_for(self, subject: str, schema_json: str) -> int:
        """Return the id of a schema under a subject, registering it where it is new."""

    def schema_of(self, schema_id: int) -> str:
        """Return the schema's JSON text. Raise KeyError where there is no such id."""


class Wire:
    """Encodes records by their newest schema and decodes what any version wrote."""

    def __init__(self, registry: SchemaRegistry | None = None, known: Catalogue | None = None) -> None:
        """Write Confluent framing when a registry is given, else single-object encoding."""
        self._registry = registry
        self._catalogue = known or catalogue()
        self._codecs = {each: Codec(each, self._catalogue.schema(each)) for each in self._catalogue.records}
        self._headers = {each: MAGIC + self._catalogue.schema(each).fingerprint for each in self._catalogue.records}
        self._writers = {MAGIC + schema.fingerprint: schema for each in self._codecs for schema in self._catalogue.versions(each)}
        self._by_id: dict[int, Schema] = {}
        self._ids: dict[tuple[str, type[Record]], bytes] = {}

    def encode(self, record: Record, topic: str) -> bytes:
        """Return the value to send to ``topic``. Raise WireError ``wrong-type`` for what Avro cannot hold: a lone surrogate, a huge int."""
        record_type = type(record)
        header = self._headers[record_type] if self._registry is None else self._registered(self._registry, record_type, topic)
        return self._codecs[record_type].encode(record, header)

    @overload
    def decode(self, data: bytes) -> Record: ...
    @overload
    def decode(self, data: bytes, expected: type[R]) -> R: ...
    @overload
    def decode(self, data: bytes, expected: tuple[type[Record], ...]) -> Record: ...
    def decode(self, data: bytes, expected: type[Record] | tuple[type[Record], ...] = Record) -> Record:
        """Return the record that ``data`` holds, read by its newest schema. Raise WireError, also for one that is not ``expected``."""
        if not isinstance(data, bytes):
            raise WireError("wrong-type", f"{type(data).__name__}, not bytes")
        writer, start = self._writers.get(data[:HEADER_BYTES]), HEADER_BYTES
        if writer is None:
            writer, start = self._other_framing(data)
        if not issubclass(writer.record_type, expected):
            raise WireError("wrong-type", f"{writer.title} has no business here")
        return self._codecs[writer.record_type].decode(data, start, writer)

    def headers(self, record_type: type[Record]) -> tuple[bytes, ...]:
        """Return what a value starts with when the newest schema wrote it: the single-object header, and each registry id met so far."""
        numbers = [number for number, schema in self._by_id.items() if schema is self._catalogue.schema(record_type)]
        return (self._headers[record_type], *(_CONFLUENT + number.to_bytes(_CONFLUENT_BYTES - 1, "big") for number in numbers))

    def schema(self, record_type: type[Record]) -> Schema:
        """Return the newest schema of a record."""
        return self._catalogue.schema(record_type)

    def schema_named(self, data: bytes) -> str | None:
        """Return what the bytes claim to be, for a dead letter: ``MailEvent.v1``, ``fingerprint:…``, ``id:7``; None without any framing."""
        writer = self._writers.get(data[:HEADER_BYTES])
        if writer is not None:
            return writer.title
        if data.startswith(MAGIC) and len(data) >= HEADER_BYTES:
            return f"fingerprint:{data[len(MAGIC) : HEADER_BYTES].hex()}"
        if data.startswith(_CONFLUENT) and len(data) >= _CONFLUENT_BYTES:
            return f"id:{int.from_bytes(data[1:_CONFLUENT_BYTES], 'big')}"
        return None

    def _registered(self, registry: SchemaRegistry, record_type: type[Record], topic: str) -> bytes:
        """Return the Confluent header; the subject is topic and record, since one topic may hold several records."""
        header = self._ids.get((topic, record_type))
        if header is None:
            number = registry.id_for(f"{topic}-custodiet.{record_type.__name__}", self._catalogue.schema(record_type).json)
            header = self._ids[topic, record_type] = _CONFLUENT + number.to_bytes(_CONFLUENT_BYTES - 1, "big")
        return header

    def _other_framing(self, data: bytes) -> tuple[Schema, int]:
        """Return writer and start of the body of what is not single-object encoding of a known schema."""
        if data.startswith(_CONFLUENT):
            if len(data) < _CONFLUENT_BYTES:
                raise WireError("truncated", f"{len(data)} bytes of a Confluent header")
            return self._by_number(int.from_bytes(data[1:_CONFLUENT_BYTES], "big")), _CONFLUENT_BYTES
        if len(data) < HEADER_BYTES and MAGIC.startswith(data[: len(MAGIC)]):
            raise WireError("truncated", f"{len(data)} bytes of a header")
        if not data.startswith(MAGIC):
            raise WireError("wrong-magic", f"starts with {data[:4].hex()}")
        raise WireError("unknown-schema", f"fingerprint {data[len(MAGIC) : HEADER_BYTES].hex()}")

    def _by_number(self, number: int) -> Schema:
        known = self._by_id.get(number)
        if known is not None:
            return known
        if self._registry is None:
            raise WireError("unknown-schema", f"id {number}, and no registry is set")
        try:
            text = self._registry.schema_of(number)
        except KeyError:
            raise WireError("unknown-schema", f"id {number} is not in the registry") from None
        try:
            self._by_id[number] = self._catalogue.by_fingerprint(fingerprint_of(text))
        except (ValueError, LookupError, TypeError, AttributeError, SchemaParseException) as error:
            raise WireError("unknown-schema", f"id {number} is another schema than ours") from error
        return self._by_id[number]
