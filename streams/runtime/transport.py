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
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, cast

import faust
import structlog
from aiokafka.errors import IllegalStateError, KafkaError
from faust.transport.consumer import RecordMap
from faust.transport.drivers import aiokafka as driver
from faust.types import TP, AppT, ConsumerMessage, Message
from mode.utils.futures import notify

from streams.runtime.alignment import Alignment
from streams.runtime.chunks import Chunk, Ledger, Place, chunks
from streams.runtime.elsewhere import Elsewhere, NotKnownYetError
from streams.runtime.lease import Lease

log = structlog.get_logger(__name__)

_OUT_OF_STEP_SECONDS = 0.05
"""How long to wait for partitions that are behind before asking again."""
_SAY_EVERY_SECONDS = 60.0
_FETCH_WAIT_MS = 50
"""How long the broker may sit on a fetch. One that was sent while records of some partitions lay here asks for the others alone, and
those must wait until it is answered: Faust has 1.5 s."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """How large a chunk and how much in flight: records and bytes of one chunk, bytes of all that were fetched and not yet handled.

    A fetch is made while fewer than ``in_flight_chunks`` wait: one is being handled, and one is there when it ends.
    """

    chunk_records: int = 4_096
    chunk_bytes: int = 4 * 1024 * 1024
    in_flight_bytes: int = 16 * 1024 * 1024
    in_flight_chunks: int = 2


@dataclass(frozen=True, slots=True)
class Step:
    """What keeps the partitions of a group in step: all its source partitions, what is held of those here, and a look at the others."""

    places: frozenset[Place]
    alignment: Alignment
    elsewhere: Elsewhere


class ChunkSchema(faust.Schema[Any, Any]):
    """Hands a chunk through as it is; what its bytes say is the stage's business."""

    def loads_key(self, app: AppT, message: Message, **_: Any) -> None:
        """Return nothing: a chunk has no key of its own."""

    def loads_value(self, app: AppT, message: Message, **_: Any) -> Any:  # noqa: ARG002 - Faust's signature
        """Return the chunk."""
        return message.value


class _Thread(driver.AIOKafkaConsumerThread):
    """The client's own thread, which tells the lease of every heartbeat that was answered."""

    def _create_worker_consumer(self, transport: driver.Transport) -> Any:
        consumer: Any = super()._create_worker_consumer(transport)
        consumer._fetch_max_wait_ms = _FETCH_WAIT_MS  # noqa: SLF001 - Faust has no setting for it
        return consumer

    async def on_start(self) -> None:
        """See the base class."""
        await super().on_start()
        lease = cast("ChunkedConsumer", self.consumer).lease
        coordinator: Any = self._ensure_consumer()._coordinator  # noqa: SLF001 - the client tells nobody of its heartbeats
        beat, reset = coordinator._do_heartbeat, coordinator.reset_generation  # noqa: SLF001 - as above

        async def timed_beat() -> bool:
            sent = lease.now()
            answered = bool(await beat())
            if answered:
                lease.renew(sent)
            return answered

        def noted_reset(*args: Any, **kwargs: Any) -> Any:
            lease.expelled()
            return reset(*args, **kwargs)

        coordinator._do_heartbeat = timed_beat  # noqa: SLF001 - as above
        coordinator.reset_generation = noted_reset

    def position_now(self, tp: TP) -> int | None:
        """Return how far a partition was fetched, without a question to the broker; None while nobody knows."""
        assignment = self._ensure_consumer()._subscription.subscription.assignment  # noqa: SLF001 - position() asks the broker
        if assignment is None or driver.ensure_aiokafka_TP(tp) not in assignment.tps:
            return None
        state = assignment.state_value(driver.ensure_aiokafka_TP(tp))
        return None if state is None or not state.has_valid_position else int(state.position)


class _Listener(driver.ConsumerRebalanceListener):
    """Tells the lease of a rebalance as early as the client knows."""

    def on_partitions_revoked(self, revoked: Iterable[Any]) -> Any:
        """See the base class."""
        cast("ChunkedConsumer", self._thread.consumer).lease.rebalancing()
        return super().on_partitions_revoked(revoked)


class ChunkedConsumer(driver.Consumer):
    """Faust's consumer, in chunks. ``bounds`` and ``lease`` come from the transport."""

    RebalanceListener = _Listener
    _thread: _Thread

    def __init__(self, transport: "ChunkedTransport", *args: Any, **kwargs: Any) -> None:
        """Start with an empty ledger and no position known."""
        self.bounds = transport.bounds
        self.lease = transport.lease
        self.step = transport.step
        self.ledger = Ledger()
        self._epoch = 0
        self._lost_track = True
        self._room = asyncio.Event()
        self._in_step_since = 0.0
        super().__init__(transport, *args, **kwargs)

    def _new_consumer_thread(self) -> _Thread:
        return _Thread(self, loop=self.loop, beacon=self.beacon)

    # Positions: what Faust does to them, and how they are found again.

    def _lose_track(self) -> None:
        """Believe no position and no fetch that is under way."""
        self._epoch += 1
        self._lost_track = True
        if self.step is not None:
            self.step.alignment.forget()

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
        wanted = active if self.step is None else {tp for tp in active if _place(tp) not in self.step.alignment.full()}
        records: RecordMap = await super()._getmany(wanted, timeout) if wanted else {}
        if not records and not sources:
            return records
        fetched: RecordMap = {tp: found for tp, found in records.items() if not self._is_changelog_tp(tp)}
        changelogs: RecordMap = {tp: found for tp, found in records.items() if tp not in fetched}
        if epoch != self._epoch or self._lost_track:
            # Fetched from a position that has since been given up: the next fetch starts where the broker says.
            self._lose_track()
            return changelogs
        if self.step is not None:
            fetched = await self._in_step(self.step, fetched)
        return {**changelogs, **self._as_chunks(fetched, sources)}

    async def _in_step(self, step: Step, fetched: RecordMap) -> RecordMap:
        """Hold what was fetched; return what may be handed on now."""
        for tp, found in fetched.items():
            step.alignment.hold(_place(tp), found)
        taken = step.alignment.take()
        if taken:
            self._in_step_since = self.loop.time()
        if not taken and step.alignment.waiting():
            if await self._grant(step):
                taken = step.alignment.take()
            else:
                await asyncio.sleep(_OUT_OF_STEP_SECONDS)
        return {TP(*place): list(found) for place, found in taken.items()}

    async def _grant(self, step: Step) -> bool:
        """Ask how far the partitions are of which nothing is held here; return whether more may be handed on now."""
        epoch = self._epoch
        open_places = [place for place in step.places if not step.alignment.holds(place)]
        behind: object = None
        try:
            ends = await step.elsewhere.ends(open_places)
            positions = {place: await self._position(place) for place in open_places}
            left = {place: at for place, at in positions.items() if ends[place] > at}
            times = await step.elsewhere.next_times(left)
            # What was held may have been forgotten meanwhile, and nobody asked about those partitions.
            if epoch == self._epoch and step.alignment.grant(times):
                self._in_step_since = self.loop.time()
                return True
            behind = left
        except (NotKnownYetError, KafkaError, IllegalStateError) as error:
            behind = repr(error)
        if self.loop.time() - self._in_step_since > _SAY_EVERY_SECONDS:
            log.warning("partitions-wait-for-others", behind=behind)
            self._in_step_since = self.loop.time()
        return False

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
            if position is not None and not (self.step and self.step.alignment.holds(_place(tp))):
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
