"""Records to Kafka, awaited: a send that returns is on the broker's disk, and one that cannot be ends the process.

A producer of our own beside Faust's, because Faust's throws the futures of its changelog away, gives up a flush after 100 ms, and dies
of one record that is too large. It is idempotent: a batch is tried again until the broker has it, once and in order, however long the
broker is away.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import structlog
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaTimeoutError, UnknownTopicOrPartitionError

from schemas.topics import MAX_RECORD_BYTES

log = structlog.get_logger(__name__)

LINGER_MS: Final = 5
BATCH_BYTES: Final = 262_144
OVERHEAD_BYTES: Final = 65_536
"""What Kafka adds to a record (headers of batch and record, lengths): the slack between a topic's limit and that of its records."""


class RecordTooLarge(Exception):  # noqa: N818 - says what is wrong with the record
    """A record passes the limit; ``size`` is in bytes. Raised before anything is sent."""

    def __init__(self, topic: str, size: int, limit: int) -> None:
        """Say which topic refuses how much."""
        super().__init__(f"a record of {size:,} bytes for {topic}; at most {limit:,} are taken")
        self.topic = topic
        self.size = size
        self.limit = limit


@dataclass(frozen=True, slots=True)
class ToSend:
    """One record, under the topic's name at the broker. ``partition`` None leaves it to the key's hash; ``value`` None is a tombstone."""

    topic: str
    key: bytes
    value: bytes | None
    partition: int | None = None
    headers: tuple[tuple[str, bytes], ...] = ()


class Sender:
    """Start it, use it from one event loop, stop it."""

    def __init__(self, connection: Mapping[str, Any], limits: Mapping[str, int] | None = None, *, linger_ms: int = LINGER_MS) -> None:
        """Keep how to reach the brokers (the client's keyword arguments).

        ``limits`` are the most bytes of a record, key and value together, by topic; for any other topic it is ``MAX_RECORD_BYTES``.
        """
        self._connection = dict(connection)
        self._linger_ms = linger_ms
        self._producer: AIOKafkaProducer | None = None
        self._limits = dict(limits or {})
        # One send after the other: two at once would mix their records wherever the first has to wait for room in the buffer.
        self._order = asyncio.Lock()

    async def start(self) -> None:
        """Connect; raises KafkaConnectionError when no broker answers."""
        producer = AIOKafkaProducer(
            acks="all",
            enable_idempotence=True,
            linger_ms=self._linger_ms,
            max_batch_size=BATCH_BYTES,
            max_request_size=max([MAX_RECORD_BYTES, *self._limits.values()]) + OVERHEAD_BYTES,
            **self._connection,
        )
        try:
            await producer.start()
        except BaseException:
            await producer.stop()
            raise
        self._producer = producer

    async def stop(self) -> None:
        """Wait for what is under way, then disconnect."""
        if self._producer is not None:
            await self._producer.stop()
            self._producer = None

    def check(self, record: ToSend) -> None:
        """Raise RecordTooLarge for a record over the limit."""
        size = len(record.key) + len(record.value or b"")
        limit = self._limits.get(record.topic, MAX_RECORD_BYTES)
        if size > limit:
            raise RecordTooLarge(record.topic, size, limit)

    async def send(self, records: Sequence[ToSend]) -> list[int]:
        """Return the offsets, in the order given, when the broker has every record.

        Sends that overlap keep their order. Raises RecordTooLarge before the first is sent; any other error means that some may have been
        sent and some not.
        """
        producer = self._started()
        for record in records:
            self.check(record)
        async with self._order:
            under_way = [await self._enqueue(producer, record) for record in records]
        return [(await future).offset for future in under_way]

    async def _enqueue(self, producer: AIOKafkaProducer, record: ToSend) -> Any:
        while True:
            try:
                return await producer.send(
                    record.topic, record.value, key=record.key, partition=record.partition, headers=list(record.headers)
                )
            except KafkaTimeoutError:
                # The buffer stayed full for a request timeout: the broker is away. What waits in the buffer waits for ever; so does this.
                log.warning("broker-away", topic=record.topic)
            except UnknownTopicOrPartitionError:
                log.warning("topic-missing", topic=record.topic)

    def _started(self) -> AIOKafkaProducer:
        if self._producer is None:
            raise RuntimeError("the sender is not started")
        return self._producer
