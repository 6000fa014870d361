"""The detect stage: a chunk of activities -> per key, its facts -> episodes -> alerts.

State first, in this order: the months' facts, then the heads with what was announced; only then does the stage return what to publish.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field

from detectors.engine.engine import Engine
from detectors.engine.facts import Arrival, Record
from detectors.registry import AnyDetector
from schemas.detect_rows import DetectionRow
from schemas.identity import activity_key
from schemas.records import Activity, ExceptionFact, Millis, SubjectFact
from schemas.wire import Wire, WireError
from streams.counts import Counts
from streams.errors import CustodietError
from streams.stages.chunk import Delivered, Handled, Output
from streams.stages.dead_letters import dead_letter, late_record
from streams.stages.detection import advanced, detection_rows, partition_counts, read_detection, versions_of
from streams.stages.held import Held, Recent
from streams.stages.limits import CLOCK_SKEW, MAX_RECORD
from streams.stages.store import Store
from streams.stages.takeover import ALERTS, waiting_rows

__all__ = ["DetectStage", "GenerationMismatchError", "partition_counts"]

Ends = Callable[[str, int], Awaitable[int]]
"""Asks where a partition of a topic ends at this moment."""


class GenerationMismatchError(CustodietError):
    """The state was made by other detectors or another configuration, and a generation has one of each."""


@dataclass(slots=True)
class _Work:
    """A chunk in work: its records by key, the keys' facts, how each record ended, and what to publish."""

    chunk: Sequence[Delivered]
    now: Millis
    row: DetectionRow
    arrivals: dict[str, list[Arrival]] = field(default_factory=dict)
    held: dict[str, Held] = field(default_factory=dict)
    outputs: list[Output] = field(default_factory=list)
    dead: set[int] = field(default_factory=set)
    late: set[int] = field(default_factory=set)
    repeated: set[int] = field(default_factory=set)

    def counts(self) -> Counts:
        """Count how each record ended that was not counted before."""
        counts = Counts()
        for delivered in self.chunk:
            if delivered.offset <= self.row.through:
                counts.redelivered += 1
                continue
            counts.read += 1
            if delivered.offset in self.dead:
                counts.dead_letters += 1
            elif delivered.offset in self.late:
                counts.late += 1
            elif delivered.offset in self.repeated:
                counts.duplicates += 1
            else:
                counts.facts += 1
        return counts


class DetectStage:
    """Judges activities with a force's detectors. ``generation`` and ``config_version`` name what the state was made with."""

    def __init__(
        self,
        *,
        wire: Wire,
        engine: Engine,
        detectors: Mapping[str, AnyDetector],
        generation: int = 1,
        config_version: str = "",
        ends: Ends | None = None,
    ) -> None:
        """Take the codec, the engine and what it was built with.

        With ``ends``, a generation that begins on a partition keeps its alerts to itself (``takeover``) until it has read all that there is
        at that moment.
        """
        self._wire = wire
        self._engine = engine
        self._versions = {name: detector.version for name, detector in sorted(detectors.items())}
        self._generation = generation
        self._config_version = config_version
        self._ends = ends
        self._recent = Recent()

    async def handle(self, chunk: Sequence[Delivered], store: Store, now: Millis) -> Handled:
        """Handle a chunk of one partition of ``activities``; on return its state is durable.

        Raise GenerationMismatchError, before anything is written, when the partition's state belongs to other detectors or another
        configuration. What a detector raises goes through, and nothing was written then either.
        """
        if not chunk:
            return Handled()
        row = read_detection(store, chunk[0].topic, chunk[0].partition)
        work = _Work(chunk, now, await self._begun(chunk[0]) if row is None else row)
        self._verify(work.row)
        for delivered in chunk:
            self._sort(delivered, work)
        work.held = self._recent.take(store, list(work.arrivals))
        values = {delivered.offset: delivered for delivered in chunk}
        done: dict[str, bytes] = {}
        months: dict[bytes, bytes | None] = {}
        heads: dict[bytes, bytes | None] = {}
        for name, arrivals in work.arrivals.items():
            late, alerts = self._judge(work, work.held[name], arrivals, values)
            month_rows, head_row = work.held[name].month_rows(), work.held[name].head_row()
            if any(row is not None and len(row) > MAX_RECORD for row in (*month_rows.values(), *head_row.values())):
                for arrival in arrivals:
                    self._refuse(work, values[arrival.offset], "too-large", f"with it the state of {name} would pass {MAX_RECORD} bytes")
                continue
            months |= month_rows
            heads |= head_row
            work.outputs += late
            (done[name],) = head_row.values()
            if work.row.takes_over_at is None:
                work.outputs += alerts
            else:
                heads |= waiting_rows(alerts)
        counts = work.counts()
        if months:
            store.put_many(months)
            await store.commit()
        store.put_many(heads | detection_rows(advanced(work.row, counts, chunk[-1].offset)))
        await store.commit()
        for name, head in done.items():
            self._recent.put(name, work.held[name], head)
        return Handled(work.outputs, counts)

    async def bury(self, delivered: Delivered, reason: str, detail: str, store: Store, now: Millis) -> Handled:
        """Set one record aside that ``handle`` raised on: it is counted as a dead letter and the partition goes on after it."""
        row = read_detection(store, delivered.topic, delivered.partition) or await self._begun(delivered)
        counts = Counts(redelivered=1) if delivered.offset <= row.through else Counts(read=1, dead_letters=1)
        store.put_many(detection_rows(advanced(row, counts, delivered.offset)))
        await store.commit()
        return Handled([dead_letter(self._wire, delivered, reason, detail, now)], counts)

    def check(self, store: Store, topic: str, partition: int) -> None:
        """Raise GenerationMismatchError when a partition's state was made with other detectors or another configuration."""
        row = read_detection(store, topic, partition)
        if row is not None:
            self._verify(row)

    def _verify(self, row: DetectionRow) -> None:
        stored = {version.detector: version.version for version in row.detectors}
        if stored == self._versions and row.config_version == self._config_version:
            return
        what = "configuration" if stored == self._versions else "detectors"
        raise GenerationMismatchError(
            f"the state of generation {self._generation} was made with other {what}; to judge all that is in the log anew beside it, "
            f"run `CUSTODIET_GENERATION={self._generation + 1} custodiet worker detect`"
        )

    def _sort(self, delivered: Delivered, work: _Work) -> None:
        """Decode a record and lay it beside the others of its key, or refuse it."""
        if delivered.value is None:
            self._refuse(work, delivered, "no-value", "a record of activities without a value says nothing")
            return
        try:
            record = self._wire.decode(delivered.value)
        except WireError as error:
            self._refuse(work, delivered, error.reason, error.detail)
            return
        if not isinstance(record, Activity | SubjectFact | ExceptionFact):
            self._refuse(work, delivered, "wrong-record", f"a {type(record).__name__} has no place in activities")
        elif isinstance(record, Activity) and record.occurred_at > delivered.timestamp + CLOCK_SKEW:
            self._refuse(work, delivered, "clock-skew", "the event time lies more than 24 h ahead of the producer's clock")
        elif delivered.key != (name := _key_of(record)).encode():
            self._refuse(work, delivered, "wrong-key", f"sent under another key than its own, {name}")
        else:
            work.arrivals.setdefault(name, []).append(Arrival(delivered.offset, record))

    def _judge(
        self, work: _Work, held: Held, arrivals: Sequence[Arrival], values: Mapping[int, Delivered]
    ) -> tuple[list[Output], list[Output]]:
        """Give a key its new records; return those that came too late, and the alerts that changed."""
        outcome = self._engine.apply(held.facts, arrivals)
        work.repeated |= outcome.laid.repeated
        work.late |= {late.offset for late in outcome.late}
        late = [
            late_record(self._wire, values[late.offset], late.occurred_at, late.clock, late.late_by)
            for late in outcome.late
            if late.offset in values
        ]
        return late, [Output(ALERTS, alert.alert_id.encode(), self._wire.encode(alert, ALERTS)) for alert in outcome.alerts]

    def _refuse(self, work: _Work, delivered: Delivered, reason: str, detail: str) -> None:
        work.outputs.append(dead_letter(self._wire, delivered, reason, detail, work.now))
        work.dead.add(delivered.offset)

    async def _begun(self, first: Delivered) -> DetectionRow:
        """Return the row of a partition of which nothing was read before."""
        takes_over_at = None if self._ends is None or self._generation == 1 else await self._ends(first.topic, first.partition)
        return DetectionRow(
            topic=first.topic,
            partition=first.partition,
            through=-1,
            began_at=first.offset,
            takes_over_at=takes_over_at,
            config_version=self._config_version,
            detectors=versions_of(self._versions),
        )


def _key_of(record: Record) -> str:
    if isinstance(record, Activity):
        return activity_key(record.grouping, record.value)
    return activity_key("officer", record.officer_id)
