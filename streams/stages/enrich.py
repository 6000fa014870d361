"""The enrich stage: a chunk of mail, file or setting events -> the activities that changed.

Two writes, in this order: the union rows that the chunk touched, then the partition's row with how far it is. A kill between them leaves
facts that are known before their time; each remembers its offset, so the same records end the same way when they are read again.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any, Final

from msgspec.structs import replace

from detectors.contract import Detector
from schemas.enrich_rows import PartitionRow
from schemas.records import Millis
from schemas.wire import Wire
from streams.counts import Counts
from streams.enrichment.reference import Reference
from streams.enrichment.wanted import Wanted
from streams.stages.chunk import Delivered, Handled, Output
from streams.stages.dead_letters import dead_letter, late_record
from streams.stages.expiry import due_note, leaving
from streams.stages.horizons import Horizons
from streams.stages.intake import Intake, take_in
from streams.stages.limits import MAX_RECORD
from streams.stages.merging import Merged, Setup, merge
from streams.stages.partition import counts_of, figures, partition_counts, partition_rows, read_partition
from streams.stages.store import Store

__all__ = ["EnrichStage", "partition_counts"]

_LEAST_HORIZON: Final = timedelta(hours=24)


class EnrichStage:
    """Unites partial facts and turns them into activities. Everything is a function of chunk, store, reference data and ``now``."""

    def __init__(
        self,
        wire: Wire,
        reference: Callable[[], Reference],
        detectors: Mapping[str, Detector[Any]],
        generation: int,
        join_horizon: timedelta,
        *,
        most_bytes: int = MAX_RECORD,
    ) -> None:
        """Take what a force is configured with.

        ``reference`` is asked once a chunk; ``detectors`` decide which kinds and groupings are written; facts of one message may come
        ``join_horizon`` behind the partition's clock (at least 24 h: one mail's facts may lie that far apart); an activity of more than
        ``most_bytes`` becomes a dead letter. Raise ValueError for a shorter horizon.
        """
        if join_horizon < _LEAST_HORIZON:
            raise ValueError(f"join_horizon is {join_horizon}, and must be at least 24 h")
        self._wire = wire
        self._keeper = Wire()
        self._reference = reference
        self._wanted = Wanted.of(detectors.values())
        self._generation = generation
        self._horizons = Horizons.of(join_horizon)
        self._most_bytes = most_bytes

    async def handle(self, chunk: Sequence[Delivered], store: Store, now: Millis) -> Handled:
        """Handle a chunk of one partition of a source topic; on return its state is durable. ``now`` only dates the dead letters.

        Whatever is raised before the first write leaves no trace.
        """
        if not chunk:
            return Handled()
        head = _read(store, chunk[0])
        reference = self._reference()
        intake = take_in(chunk, self._wire, reference, self._wanted, head.through, head.clock)
        merged = merge(intake.kept, self._setup(reference), store, head)
        counts = _counts(chunk, head, intake, merged)
        outputs = [*merged.outputs, *self._set_aside(chunk, intake, merged, head, now)]
        rows = dict(merged.rows)
        left = leaving(store, head, self._horizons.keep, set(rows))
        rows |= left.rows
        if merged.rows and intake.clock is not None:
            rows |= due_note(head, intake.clock, list(merged.rows))
        if rows:
            store.put_many(rows)
            await store.commit()
        head = _advanced(head, chunk, counts, intake.clock)
        marks = {"late_offsets": (*head.late_offsets, *merged.late), "refused_offsets": (*head.refused_offsets, *_offsets(merged.refused))}
        head = replace(head, first_due=left.first_due, next_due=head.next_due + bool(merged.rows), **marks)
        store.put_many(partition_rows(head))
        await store.commit()
        return Handled(outputs, counts)

    async def bury(self, delivered: Delivered, reason: str, detail: str, store: Store, now: Millis) -> Handled:
        """Set one record aside that ``handle`` raised on: it is counted as a dead letter and the partition goes on after it."""
        head = _read(store, delivered)
        again = delivered.offset <= head.through
        counts = Counts(redelivered=1) if again else Counts(read=1, dead_letters=1)
        store.put_many(partition_rows(_advanced(head, [delivered], counts, head.clock)))
        await store.commit()
        return Handled([dead_letter(self._wire, delivered, reason, detail, now)], counts)

    def _setup(self, reference: Reference) -> Setup:
        return Setup(self._wire, self._keeper, reference, self._wanted, self._generation, self._horizons, self._most_bytes)

    def _set_aside(self, chunk: Sequence[Delivered], intake: Intake, merged: Merged, head: PartitionRow, now: Millis) -> list[Output]:
        """Return the dead letters and late records of a chunk, those of an earlier delivery too: they may not have arrived."""
        outputs = [dead_letter(self._wire, dead.delivered, dead.reason, dead.detail, now) for dead in intake.dead]
        refused = {*head.refused_offsets, *_offsets(merged.refused)}
        outputs += [
            dead_letter(self._wire, delivered, "too-large", f"with it an activity would pass {self._most_bytes} bytes", now)
            for delivered in chunk
            if delivered.offset in refused
        ]
        met = {late.offset: late.clock for late in (*head.late_offsets, *merged.late)}
        for kept in intake.kept:
            clock = met.get(kept.delivered.offset)
            if clock is not None:
                at = kept.event.occurred_at
                outputs.append(late_record(self._wire, kept.delivered, at, clock, clock - self._horizons.join - at))
        return outputs


def _read(store: Store, first: Delivered) -> PartitionRow:
    """Return the partition's row. A chunk that begins with a new record shows that all before it was sent, or it would begin earlier."""
    head = read_partition(store, first.topic, first.partition)
    return replace(head, sure_clock=head.clock) if first.offset > head.through else head


def _counts(chunk: Sequence[Delivered], head: PartitionRow, intake: Intake, merged: Merged) -> Counts:
    """Count how each record ended that was not counted before."""
    counts = Counts(read=sum(delivered.offset > head.through for delivered in chunk))
    counts.redelivered = len(chunk) - counts.read
    counts.duplicates = merged.duplicates
    counts.late = len(merged.late)
    counts.dead_letters = sum(dead.delivered.offset > head.through for dead in intake.dead) + len(merged.refused)
    counts.facts = merged.facts - len(merged.refused)
    counts.discarded = counts.read - counts.duplicates - counts.late - counts.dead_letters - counts.facts
    return counts


def _advanced(head: PartitionRow, chunk: Sequence[Delivered], counts: Counts, clock: Millis | None) -> PartitionRow:
    """Return the partition's row after a chunk. What an earlier delivery of this chunk set aside stays on record for the next one."""
    total = counts_of(head)
    total.add(counts)
    return replace(
        head,
        through=max(head.through, chunk[-1].offset),
        clock=clock,
        late_offsets=tuple(mark for mark in head.late_offsets if mark.offset >= chunk[0].offset),
        refused_offsets=tuple(offset for offset in head.refused_offsets if offset >= chunk[0].offset),
        **figures(total),
    )


def _offsets(records: Sequence[Delivered]) -> tuple[int, ...]:
    return tuple(delivered.offset for delivered in records)
