"""Which union rows leave the state, found without a scan: each chunk that wrote rows leaves a note of them in a queue by clock.

A row leaves by the clock up to which everything was surely sent, ``sure_clock``: whatever a kill makes of the chunk, the rows that it
looks at again, and what was made of them, are still there.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from schemas.enrich_rows import DueRow, PartitionRow, UnionRow
from schemas.records import Millis
from schemas.rows import decode_row, encode_row
from streams.stages.partition import prefix
from streams.stages.store import Store

LEAST_WORK = 1_000
"""Union rows that a chunk looks at, at least, when that many are due; and twice as many as it wrote, so that the queue shrinks."""


@dataclass(frozen=True, slots=True)
class Left:
    """What leaves: rows to delete, and the number of the first note that still waits."""

    rows: dict[bytes, bytes | None]
    first_due: int


def leaving(store: Store, head: PartitionRow, keep: Millis, touched: set[bytes]) -> Left:
    """Return what leaves before a chunk that touches the rows ``touched``, with a bounded amount of work.

    ``keep`` is for how many milliseconds behind the clock a row stays. A row that was written again later stands in a later note.
    """
    rows: dict[bytes, bytes | None] = {}
    first, looked = head.first_due, 0
    if head.sure_clock is None:
        return Left(rows, first)
    while first < head.next_due and looked <= max(LEAST_WORK, 2 * len(touched)):
        key = _key(head, first)
        (data,) = store.get_many([key])
        if data is not None:
            note = decode_row(data, DueRow)
            if head.sure_clock - note.clock <= keep:
                break
            looked += len(note.unions)
            unions = [union for union in note.unions if union not in touched]
            for union, row in zip(unions, store.get_many(unions), strict=True):
                if row is not None and head.sure_clock - _latest(decode_row(row, UnionRow)) > keep:
                    rows[union] = None
            rows[key] = None
        first += 1
    return Left(rows, first)


def due_note(head: PartitionRow, clock: Millis, unions: Sequence[bytes]) -> dict[bytes, bytes | None]:
    """Return the note of the rows that a chunk writes; ``clock`` is that after the chunk. It is number ``next_due`` of the partition."""
    return {_key(head, head.next_due): encode_row(DueRow(clock=clock, unions=tuple(unions)))}


def _latest(row: UnionRow) -> Millis:
    return max((fact.occurred_at for fact in row.facts), default=0)


def _key(head: PartitionRow, number: int) -> bytes:
    return prefix(head.topic, head.partition) + b"d" + number.to_bytes(8, "big")
