"""Faust's Kafka transport with a chunk of records where Faust has one, and commits that never pass what was not handled.

Stock Faust starts four asyncio tasks for each record, can commit past records in flight, and loses what lies in its queues when it
clears them while its position has moved on. Here

* the records that one fetch returns for a partition travel as chunks; changelog topics go on record by record, for Faust's recovery;
* each chunk is entered in a ledger when it is fetched. A commit goes up to the first chunk that nobody acknowledged, and acknowledging
  is the agent's word alone: a chunk that Faust skips or drops is never committed;
* whenever Faust may have moved a position or emptied a queue, the next fetch starts from what the broker has as committed;
* how much may be fetched and not yet handled is bounded, and waiting for room ends with the acknowledgement that makes it (Faust's own
  back-pressure sleeps a whole second). The bound is in chunks first: what comes while two wait stays at the client and is one chunk of
  its partition later, so that the cost of a chunk is shared by more records the more there is to do.
"""

import asyncio
import contextlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, cast

import faust
import structlog
from aiokafka.errors import IllegalStateError, KafkaError
from faust.transport.consumer import RecordMap
from faust.transport.drivers import aiokafka as driver
from faust.types import TP, AppT, ConsumerMessage, Message
from mode.utils.futures import notify

from streams.runtime.chunks import Chunk, Ledger, Place, chunks
from streams.runtime.client_thread import ClientThread, RebalanceListener
from streams.runtime.elsewhere import NotKnownYetError
from streams.runtime.lease import Lease
from streams.runtime.stepping import Step, Stepping

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Bounds:
    """How large a chunk and how much in flight: records and bytes of one chunk, bytes of all that were fetched and not yet handled.

    A fetch is made while fewer than ``in_flight_chunks`` wait: one is being handled, and one is there when it ends.
    """

    chunk_records: int = 4_096
    chunk_bytes: int = 4 * 1024 * 1024
    in_flight_bytes: int = 16 * 1024 * 1024
    in_flight_chunks: int = 2


class ChunkSchema(faust.Schema[Any, Any]):
    """Hands a chunk through as it is; what its bytes say is the stage's business."""

    def loads_key(self, app: AppT, message: Message, **_: Any) -> None:
        """Return nothing: a chunk has no key of its own."""

    def loads_value(self, app: AppT, message: Message, **_: Any) -> Any:  # noqa: ARG002 - Faust's signature
        """Return the chunk."""
        return message.value


class ChunkedConsumer(driver.Consumer):
    """Faust's consumer, in chunks. ``bounds`` and ``lease`` come from the transport."""

    RebalanceListener = RebalanceListener
    _thread: ClientThread

    def __init__(self, transport: "ChunkedTransport", *args: Any, **kwargs: Any) -> None:
        """Start with an empty ledger and no position known."""
        self.bounds = transport.bounds
        self.lease = transport.lease
        self.stepping = None if transport.step is None else Stepping(transport.step, self._position)
        self.ledger = Ledger()
        self._epoch = 0
        self._lost_track = True
        self._room = asyncio.Event()
        super().__init__(transport, *args, **kwargs)

    def _new_consumer_thread(self) -> ClientThread:
        return ClientThread(self, loop=self.loop, beacon=self.beacon)

    # Positions: what Faust does to them, and how they are found again.

    def _lose_track(self) -> None:
        """Believe no position and no fetch that is under way."""
        self._epoch += 1
        self._lost_track = True
        if self.stepping is not None:
            self.stepping.forget()

    async def on_partitions_revoked(self, revoked: set[TP]) -> None:
        """Let what is being handled end and be committed, then forget what was fetched of the revoked partitions."""
        self._lose_track()
        await super().on_partitions_revoked(revoked)
        self.ledger.forget((tp.topic, tp.partition) for tp in revoked)
        self._lose_track()

    async def on_partitions_assigned(self, assigned: set[TP], generation_id: int = 0) -> None:
        """Start afresh on what is assigned."""
        self.ledger.forget()
        self._lose_track()
        self.lease.joined(generation_id)
        await super().on_partitions_assigned(assigned, generation_id)

    async def perform_seek(self) -> None:
        """Let Faust seek; where it does and where it does not (nothing was ever committed), the next fetch asks the broker."""
        self._lose_track()
        await super().perform_seek()
        self._lose_track()

    def resume_flow(self) -> None:
        """Resume; Faust has just emptied its queues, so what lay there is to be fetched again."""
        super().resume_flow()
        self.ledger.forget()
        self._lose_track()

    async def _find_track(self) -> None:
        """Put every source partition at what the broker has as committed, or at its beginning."""
        epoch = self._epoch
        consumer = self._thread._ensure_consumer()  # noqa: SLF001 - Faust has no question for one partition's committed offset
        sources = [tp for tp in self.assignment() if not self._is_changelog_tp(tp)]
        committed: dict[TP, int | None] = {
            tp: await self._thread.call_thread(consumer.committed, driver.ensure_aiokafka_TP(tp)) for tp in sources
        }
        fresh = [tp for tp in sources if committed[tp] is None]
        earliest = await self.earliest_offsets(*fresh) if fresh else {}
        if epoch != self._epoch:
            return
        self.ledger.forget()
        self._committed_offset.update(committed)
        await self.seek_wait({tp: earliest[tp] if offset is None else offset for tp, offset in committed.items()})
        if epoch == self._epoch:
            self._lost_track = False

    # Fetching.

    async def _getmany(self, active_partitions: set[TP] | None, timeout: float) -> RecordMap:  # noqa: ASYNC109 - Faust's signature
        active = set(active_partitions or ())
        sources = {tp for tp in active if not self._is_changelog_tp(tp)}
        if sources and not await self._ready_for_sources(timeout):
            active -= sources
        if not active:
            await asyncio.sleep(0.01)
            return {}
        epoch = self._epoch
        wanted = active if self.stepping is None else {tp for tp in active if _place(tp) not in self.stepping.full()}
        records: RecordMap = await super()._getmany(wanted, timeout) if wanted else {}
        if not records and not sources:
            return records
        fetched: RecordMap = {tp: found for tp, found in records.items() if not self._is_changelog_tp(tp)}
        changelogs: RecordMap = {tp: found for tp, found in records.items() if tp not in fetched}
        if epoch != self._epoch or self._lost_track:
            # Fetched from a position that has since been given up: the next fetch starts where the broker says.
            self._lose_track()
            return changelogs
        if self.stepping is not None:
            handed_on = await self.stepping.hand_on({_place(tp): found for tp, found in fetched.items()})
            fetched = {TP(*place): found for place, found in handed_on.items()}
        return {**changelogs, **self._as_chunks(fetched, sources)}

    async def _position(self, place: Place) -> int:
        """Return how far the group is on a partition: fetched here, or committed by whoever reads it."""
        tp = TP(*place)
        if tp in self.assignment():
            position = self._thread.position_now(tp)
            if position is None:
                raise NotKnownYetError(f"no position on {place}")
            return position
        consumer = self._thread._ensure_consumer()  # noqa: SLF001 - Faust has no question for one partition's committed offset
        committed = await self._thread.call_thread(consumer.committed, driver.ensure_aiokafka_TP(tp))
        return int(committed or 0)

    async def _ready_for_sources(self, patience: float) -> bool:
        if self._lost_track:
            try:
                await self._find_track()
            except (KafkaError, IllegalStateError, TimeoutError) as error:
                log.warning("positions-unknown", error=repr(error))
                await asyncio.sleep(0.5)
            return False
        if self._has_room():
            return True
        self._room.clear()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._room.wait(), patience)
        return self._has_room()

    def _has_room(self) -> bool:
        ledger, bounds = self.ledger, self.bounds
        return ledger.outstanding_chunks < bounds.in_flight_chunks and ledger.outstanding_bytes < bounds.in_flight_bytes

    def _as_chunks(self, records: RecordMap, sources: set[TP]) -> dict[TP, list[Any]]:
        """Make chunks of what is handed on and enter them in the ledger."""
        generation = self.app.consumer_generation_id
        bounds = (self.bounds.chunk_records, self.bounds.chunk_bytes)
        made = {tp: chunks(tp.topic, tp.partition, found, bounds, generation) for tp, found in records.items()}
        for chunk in (chunk for of_one in made.values() for chunk in of_one):
            chunk.on_acknowledged = self._make_room
            self.ledger.enter(chunk)
        for tp in sources:
            position = self._thread.position_now(tp)
            if position is not None and not (self.stepping and self.stepping.holds(_place(tp))):
                self.ledger.reach(_place(tp), position)
        return made

    def _to_message(self, tp: TP, record: Any) -> ConsumerMessage:
        if not isinstance(record, Chunk):
            return super()._to_message(tp, record)
        # Faust drops a message that lies before the last it saw. Positions are the ledger's business.
        self._read_offset.pop(tp, None)
        newest = record.records[-1]
        return ConsumerMessage(
            topic=tp.topic,
            partition=tp.partition,
            offset=record.last,
            timestamp=newest.timestamp / 1000.0,
            timestamp_type=0,
            headers=None,
            key=None,
            value=cast("bytes", record),  # ChunkSchema knows better
            checksum=None,
            serialized_key_size=0,
            serialized_value_size=record.size,
            tp=tp,
            generation_id=record.generation,
        )

    async def _add_gap(self, tp: TP, offset_from: int, offset_to: int) -> None:
        """Do nothing: an offset that holds no record needs no acknowledgement."""

    # Acknowledging and committing.

    def ack(self, message: Message) -> bool:
        """Note that Faust is done with a message; whether its chunk was handled is what the chunk itself says."""
        chunk = message.value
        if not isinstance(chunk, Chunk):
            return bool(super().ack(message))
        message.acked = True
        self._unacked_messages.discard(message)
        self._n_acked += 1
        notify(self._waiting_for_ack)
        return chunk.acknowledged

    def _make_room(self, chunk: Chunk) -> None:
        # The chunk tells of itself: Faust's compiled streams acknowledge without asking the consumer.
        self.ledger.release(chunk)
        self._room.set()

    def _filter_tps_with_pending_acks(self, topics: Any = None) -> Iterator[TP]:
        for topic, partition in self.ledger.settled():
            tp = TP(topic, partition)
            if topics is None or tp in topics or topic in topics:
                yield tp

    def _new_offset(self, tp: TP) -> int | None:
        return self.ledger.advance(_place(tp))

    def _should_commit(self, tp: TP, offset: int) -> bool:
        return offset > (self._committed_offset.get(tp) or 0)

    def verify_event_path(self, now: float, tp: TP) -> None:
        """Do nothing: Faust's watch over single events raises false alarms over chunks."""

    def committed(self) -> Mapping[Place, int]:
        """Return what was committed of each partition, for tests and metrics."""
        return {_place(tp): offset for tp, offset in self._committed_offset.items() if offset is not None}


class ChunkedTransport(driver.Transport):
    """Names the consumer above. Set it as ``app.transport`` before the app starts."""

    Consumer = ChunkedConsumer

    def __init__(self, url: Any, app: AppT, *, bounds: Bounds, lease: Lease) -> None:
        """Connect to ``url`` (a list of broker URLs) for ``app``; set ``step`` before the start to keep the partitions in step."""
        super().__init__(url, app)
        self.bounds = bounds
        self.lease = lease
        self.step: Step | None = None


def _place(tp: TP) -> Place:
    return (tp.topic, tp.partition)
