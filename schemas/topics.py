"""The topics that ``topics.yaml`` describes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

import msgspec
from ruamel.yaml import YAML

from schemas.records import Record
from schemas.versions import SchemaError

Cleanup: TypeAlias = Literal["delete", "compact"]

MAX_RECORD_BYTES = 4 * 1024 * 1024
"""The largest record, encoded; a larger one is a dead letter, and is checked before the send."""

_DAY_MS = 24 * 60 * 60 * 1000


@dataclass(frozen=True, slots=True)
class Topic:
    """One topic.

    ``records`` are the types that travel in it, ``key`` says in words what it is keyed by, ``partitioned`` that it has the one partition
    count of the settings (else it has one partition). ``retention_ms`` is counted from the time of production and -1 is for ever;
    ``max_bytes`` is the largest record batch; ``extra`` is further broker configuration.
    """

    name: str
    records: tuple[type[Record], ...]
    key: str
    partitioned: bool
    cleanup: Cleanup
    retention_ms: int
    max_bytes: int
    writers: tuple[str, ...]
    readers: tuple[str, ...]
    extra: Mapping[str, str] = field(default_factory=dict)

    @property
    def config(self) -> dict[str, str]:
        """The topic's whole configuration as Kafka names it."""
        return {
            "cleanup.policy": self.cleanup,
            "retention.ms": str(self.retention_ms),
            "max.message.bytes": str(self.max_bytes),
            "message.timestamp.type": "LogAppendTime",
            **self.extra,
        }


class _Entry(msgspec.Struct, forbid_unknown_fields=True):
    """One entry of the file as it is written."""

    records: list[str]
    key: str
    partitions: Literal["keyed", "one"]
    cleanup: Cleanup
    retention: int | Literal["for ever"]
    max_bytes: int
    writers: list[str]
    readers: list[str]
    config: dict[str, str] = {}


def read_topics(text: str, records: Sequence[type[Record]]) -> dict[str, Topic]:
    """Return name -> Topic. Raise SchemaError for an unknown key, a wrong value or a record that there is none of."""
    types = {each.__name__: each for each in records}
    source: Any = YAML(typ="safe", pure=True).load(text)
    try:
        entries = msgspec.convert(source["topics"], dict[str, _Entry])
        return {name: _topic(name, entry, types) for name, entry in entries.items()}
    except (msgspec.ValidationError, KeyError, TypeError) as error:
        raise SchemaError(f"topics.yaml: {error}") from error


def _topic(name: str, entry: _Entry, types: Mapping[str, type[Record]]) -> Topic:
    return Topic(
        name=name,
        records=tuple(types[each] for each in entry.records),
        key=entry.key,
        partitioned=entry.partitions == "keyed",
        cleanup=entry.cleanup,
        retention_ms=-1 if entry.retention == "for ever" else entry.retention * _DAY_MS,
        max_bytes=entry.max_bytes,
        writers=tuple(entry.writers),
        readers=tuple(entry.readers),
        extra=entry.config,
    )
