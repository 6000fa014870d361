"""How far the detect stage is in one partition, how its records ended, and what its state was made with: one row."""

from collections.abc import Mapping

import msgspec

from schemas.detect_rows import DetectionRow, DetectorVersion
from schemas.rows import decode_row, encode_row
from streams.counts import Counts
from streams.stages.store import Store


def read_detection(store: Store, topic: str, partition: int) -> DetectionRow | None:
    """Return the partition's row; None before its first chunk."""
    stored = store.get_many([_key(topic, partition)])[0]
    return None if stored is None else decode_row(stored, DetectionRow)


def detection_rows(row: DetectionRow) -> dict[bytes, bytes | None]:
    """Return the row as it is written."""
    return {_key(row.topic, row.partition): encode_row(row)}


def versions_of(detectors: Mapping[str, int]) -> tuple[DetectorVersion, ...]:
    """Return detectors' versions, by id, as a row holds them."""
    return tuple(DetectorVersion(detector=name, version=version) for name, version in detectors.items())


def advanced(row: DetectionRow, counts: Counts, through: int) -> DetectionRow:
    """Return the row after records up to ``through`` that ended so."""
    total = {name: getattr(row, name) + more for name, more in counts.as_dict().items()}
    return msgspec.structs.replace(row, through=max(row.through, through), **total)


def partition_counts(store: Store, topic: str, partition: int) -> Counts:
    """Return how the records of one partition ended since its state began.

    A kill inside the writing of state can let a new fact count as a duplicate, or the other way; the sum is exact.
    """
    row = read_detection(store, topic, partition)
    return Counts() if row is None else Counts(**{name: getattr(row, name) for name in Counts().as_dict()})


def _key(topic: str, partition: int) -> bytes:
    return f"p{topic}:{partition}".encode()
