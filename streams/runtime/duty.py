"""What an agent owes each chunk: nothing lost, nothing skipped, nothing that ends the loop.

A chunk that raises is done again record by record; the record that raises becomes a dead letter. What cannot be handled (no state, no
broker, a group that has moved on) ends the process, so that uncommitted work is read again by whoever comes next.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final, Protocol

import structlog
from aiokafka.errors import KafkaError

from schemas.records import DeadLetter, Millis
from schemas.wire import Wire
from streams.counts import Counts
from streams.errors import CustodietError
from streams.metrics import Metrics
from streams.runtime.chunks import Chunk
from streams.runtime.faults import Faults
from streams.runtime.health import FeedHealth
from streams.runtime.lease import Fenced
from streams.runtime.names import Names
from streams.runtime.sender import RecordTooLarge, Sender, ToSend
from streams.runtime.table_store import StateFault, TableStore
from streams.stages.chunk import Delivered, Handled, Output
from streams.stages.dead_letters import DEAD_LETTERS, position
from streams.stages.store import MemoryStore, Store

log = structlog.get_logger(__name__)


class Stage(Protocol):
    """What an agent runs. Both methods return when the state behind what they give is durable."""

    async def handle(self, chunk: Sequence[Delivered], store: Store, now: Millis, /) -> Handled:
        """Handle records of one partition, in the order of their offsets."""

    async def bury(self, delivered: Delivered, reason: str, detail: str, store: Store, now: Millis) -> Handled:
        """Set aside one record that ``handle`` raised on: count it as a dead letter, give that dead letter, and go on after it."""


BROKEN: Final = 70
"""Exit code of a worker that met what it cannot handle."""
RAW_BYTES: Final = 256 * 1024
"""How much of a record that is too large its dead letter keeps."""

_FATAL: Final = (CustodietError, Fenced, StateFault, KafkaError, MemoryError)


@dataclass(frozen=True, slots=True)
class Tools:
    """What every chunk of a worker is handled with. ``end`` ends the process with an exit code and never returns."""

    role: str
    names: Names
    wire: Wire
    sender: Sender
    metrics: Metrics
    faults: Faults
    end: Callable[[int], None]
    clock: Callable[[], Millis]


class Duty:
    """A worker's dealings with its chunks, one after the other."""

    def __init__(self, tools: Tools) -> None:
        """Keep the tools and the health of each topic's feed."""
        self._tools = tools
        self._health: dict[str, FeedHealth] = {}

    @asynccontextmanager
    async def work(self, chunk: Chunk, store: TableStore | None = None) -> AsyncIterator["Work"]:
        """Give the work on one chunk; log it when it is done, and end the process when it cannot be done."""
        work = Work(chunk, self._tools, store)
        began = time.perf_counter()
        try:
            yield work
        except asyncio.CancelledError:
            # The worker stops: the chunk is not acknowledged and comes again.
            raise
        except CustodietError as error:
            log.error("worker-ends", reason=str(error), chunk=repr(chunk))  # noqa: TRY400 - it is the user's to mend, not ours to trace
            self._tools.end(error.exit_code)
        except BaseException:
            log.critical("worker-ends", reason="a fault that it cannot handle", chunk=repr(chunk), exc_info=True)
            self._tools.end(BROKEN)
        else:
            self._note(work, time.perf_counter() - began)

    def _note(self, work: "Work", seconds: float) -> None:
        chunk, counts, metrics = work.chunk, work.counts, self._tools.metrics
        topic = self._tools.names.logical(chunk.topic)
        log.info(
            "chunk",
            topic=topic,
            partition=chunk.partition,
            first=chunk.first,
            last=chunk.last,
            **{name: number for name, number in counts.as_dict().items() if number},
            outputs=work.sent,
            ms=round(seconds * 1000, 1),
        )
        metrics.ended(topic, chunk.partition, counts)
        metrics.chunk(seconds)
        health = self._health.setdefault(topic, FeedHealth())
        if health.saw(counts.read, counts.dead_letters):
            metrics.unhealthy(topic, broken=health.unhealthy)
            if health.unhealthy:
                log.error("feed-unhealthy", topic=topic, partition=chunk.partition, last=chunk.last)


class Work:
    """One chunk: ``handle`` it, ``send`` what came of it, then the agent acknowledges it."""

    def __init__(self, chunk: Chunk, tools: Tools, store: TableStore | None) -> None:
        """Begin; a stage without state gets a store that forgets."""
        self.chunk = chunk
        self.counts = Counts()
        self.sent = 0
        self._tools = tools
        self._table = store
        self.store: Store = MemoryStore() if store is None else store

    async def handle(self, stage: Stage) -> Handled:
        """Run the stage; on return the state behind what it gives is durable."""
        self._tools.faults.at("before-state")
        now = self._tools.clock()
        records = self.chunk.delivered(self._tools.names.logical(self.chunk.topic))
        try:
            handled = await stage.handle(records, self.store, now)
        except _FATAL:
            raise
        except Exception:  # whatever one record makes a stage raise must not stop the partition
            log.warning("chunk-raised", chunk=repr(self.chunk), exc_info=True)
            handled = await self._one_by_one(records, stage, now)
        self.counts = handled.counts
        self._tools.faults.at("after-state")
        return handled

    async def send(self, outputs: Sequence[Output]) -> None:
        """Return when the broker has every output; one that is too large goes to the dead letters instead."""
        records = [self._fitting(output) for output in outputs]
        await self._tools.sender.send(records)
        self.sent += len(records)
        for output in outputs:
            self._tools.metrics.outputs(output.topic, 1)
            if output.topic == DEAD_LETTERS:
                self._tools.metrics.dead_letter(self._tools.wire.decode(output.value, DeadLetter).reason)
        self._tools.faults.at("after-output")

    async def _one_by_one(self, records: Sequence[Delivered], stage: Stage, now: Millis) -> Handled:
        total = Handled()
        for record in records:
            self._roll_back()
            try:
                handled = await stage.handle([record], self.store, now)
            except _FATAL:
                raise
            except Exception as error:  # noqa: BLE001 - this is the record to blame
                handled = await self._bury(record, error, stage, now)
            total.outputs += handled.outputs
            total.counts.add(handled.counts)
        return total

    async def _bury(self, record: Delivered, error: Exception, stage: Stage, now: Millis) -> Handled:
        reason = "too-large" if isinstance(error, RecordTooLarge) else "bug"
        log.error("record-raised", reason=reason, position=position(record), error=repr(error), exc_info=error)
        self._roll_back()
        return await stage.bury(record, reason, f"{type(error).__name__}: {error}", self.store, now)

    def _fitting(self, output: Output) -> ToSend:
        record = ToSend(self._tools.names.topic(output.topic), output.key, output.value)
        try:
            self._tools.sender.check(record)
        except RecordTooLarge as error:
            letter = DeadLetter(
                reason="too-large",
                detail=f"an output of {self._tools.role}: {error}; the first {RAW_BYTES:,} bytes are kept",
                raw=output.value[:RAW_BYTES],
                topic=self._tools.names.logical(self.chunk.topic),
                partition=self.chunk.partition,
                offset=self.chunk.last,
                at=self._tools.clock(),
            )
            log.error("output-too-large", topic=output.topic, bytes=error.size, chunk=repr(self.chunk))  # noqa: TRY400 - no fault of the code
            return ToSend(self._tools.names.topic(DEAD_LETTERS), output.key[:RAW_BYTES], self._tools.wire.encode(letter, DEAD_LETTERS))
        return record

    def _roll_back(self) -> None:
        if self._table is not None:
            self._table.rollback()
