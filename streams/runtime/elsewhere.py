"""What a group still has to read: the event time of the next record of partitions that are read by other workers, or not fetched yet."""

from collections.abc import Iterable, Mapping
from typing import Any, Final, Self

import structlog
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from schemas.records import Millis
from streams.runtime.alignment import event_time
from streams.runtime.chunks import Place

log = structlog.get_logger(__name__)

_LOOK_MS: Final = 1_000


class NotKnownYetError(Exception):
    """The broker did not tell in time; ask again."""


class Elsewhere:
    """Looks at single records without belonging to the group. Opens its connection when it is first asked."""

    def __init__(self, connection: Mapping[str, Any]) -> None:
        """Keep the client's keyword arguments."""
        self._connection = dict(connection)
        self._consumer: AIOKafkaConsumer | None = None
        self._seen: dict[Place, tuple[int, Millis | None]] = {}

    async def ends(self, places: Iterable[Place]) -> dict[Place, int]:
        """Return where partitions end at this moment. Raises NotKnownYetError."""
        consumer = await self._opened()
        wanted = {place: TopicPartition(*place) for place in places}
        try:
            found = await consumer.end_offsets(list(wanted.values())) if wanted else {}
        except (KafkaError, TimeoutError) as error:
            raise NotKnownYetError(str(error)) from error
        return {place: found[partition] for place, partition in wanted.items()}

    async def next_times(self, positions: Mapping[Place, int]) -> dict[Place, Millis | None]:
        """Return the event time of the record at, or first after, each position; each must have one. Raises NotKnownYetError."""
        consumer = await self._opened()
        unseen = {place: at for place, at in positions.items() if self._seen.get(place, (None, None))[0] != at}
        try:
            for place, at in unseen.items():
                partition = TopicPartition(*place)
                consumer.assign([partition])
                consumer.seek(partition, at)
                records = (await consumer.getmany(timeout_ms=_LOOK_MS, max_records=1)).get(partition)
                if not records:
                    raise NotKnownYetError(f"{place} gave nothing at {at}")
                self._seen[place] = (at, event_time(records[0]))
        except (KafkaError, TimeoutError) as error:
            raise NotKnownYetError(str(error)) from error
        return {place: self._seen[place][1] for place in positions}

    async def __aenter__(self) -> Self:
        """Begin without a connection."""
        return self

    async def __aexit__(self, *_: object) -> None:
        """Disconnect."""
        if self._consumer is not None:
            await self._consumer.stop()
            self._consumer = None

    async def _opened(self) -> AIOKafkaConsumer:
        if self._consumer is None:
            consumer = AIOKafkaConsumer(
                group_id=None, enable_auto_commit=False, auto_offset_reset="earliest", max_partition_fetch_bytes=65_536, **self._connection
            )
            try:
                await consumer.start()
            except (KafkaError, OSError) as error:
                await consumer.stop()
                raise NotKnownYetError(str(error)) from error
            self._consumer = consumer
        return self._consumer
