"""How far the enrich stage is in one partition, and how that partition's records ended: exact under kill -9, being one row."""

from dataclasses import fields
from typing import Final

from schemas.enrich_rows import PartitionRow
from schemas.rows import decode_row, encode_row
from streams.counts import Counts
from streams.stages.store import Store

_MARKS: Final = {"mail-events": b"m", "file-events": b"f", "setting-events": b"s"}
_FIGURES: Final = tuple(field.name for field in fields(Counts))


def prefix(topic: str, partition: int) -> bytes:
    """Return what the state keys of one partition start with: a store may serve several."""
    return _MARKS[topic] + partition.to_bytes(4, "big")


def read_partition(store: Store, topic: str, partition: int) -> PartitionRow:
    """Return the partition's row; a fresh one where there is none yet."""
    (data,) = store.get_many([_key(topic, partition)])
    return decode_row(data, PartitionRow) if data is not None else PartitionRow(topic=topic, partition=partition)


def partition_rows(row: PartitionRow) -> dict[bytes, bytes | None]:
    """Return the row as it is written."""
    return {_key(row.topic, row.partition): encode_row(row)}


def partition_counts(store: Store, topic: str, partition: int) -> Counts:
    """Return how the records of one partition of a source topic ended, from its beginning on."""
    return counts_of(read_partition(store, topic, partition))


def counts_of(row: PartitionRow) -> Counts:
    """Return the counts in a row."""
    return Counts(**{name: getattr(row, name) for name in _FIGURES})


def figures(counts: Counts) -> dict[str, int]:
    """Return counts as the fields of a row."""
    return {name: getattr(counts, name) for name in _FIGURES}


def _key(topic: str, partition: int) -> bytes:
    return prefix(topic, partition) + b"p"
