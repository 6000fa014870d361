"""Whole topics read to their end, without a consumer group."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.structs import ConsumerRecord

from streams.runtime.connection import client_options
from streams.settings import Settings

POLL_MS = 500


@asynccontextmanager
async def opened(settings: Settings, topics: Sequence[str]) -> AsyncIterator[tuple[AIOKafkaConsumer, dict[TopicPartition, int]]]:
    """Give a consumer at the beginning of every partition of ``topics`` (their names at the broker), and where each ends now.

    A topic that does not exist has no partitions. Raises KafkaConnectionError when no broker answers.
    """
    consumer = AIOKafkaConsumer(group_id=None, enable_auto_commit=False, auto_offset_reset="earliest", **client_options(settings))
    try:
        await consumer.start()
        cluster = await consumer._client.fetch_all_metadata()  # noqa: SLF001 - the consumer tells only of topics that it reads already
        places = [TopicPartition(topic, partition) for topic in topics for partition in sorted(cluster.partitions_for_topic(topic) or ())]
        consumer.assign(places)
        if places:
            await consumer.seek_to_beginning(*places)
        yield consumer, await consumer.end_offsets(places) if places else {}
    finally:
        await consumer.stop()


async def reached(consumer: AIOKafkaConsumer, ends: dict[TopicPartition, int]) -> bool:
    """Return whether a consumer has read up to these offsets."""
    for place, end in ends.items():
        if end and await consumer.position(place) < end:
            return False
    return True


async def read_to_end(settings: Settings, topics: Sequence[str]) -> AsyncIterator[ConsumerRecord[bytes, bytes]]:
    """Yield every record that the topics hold at this moment, in order within each partition."""
    async with opened(settings, topics) as (consumer, ends):
        while not await reached(consumer, ends):
            for records in (await consumer.getmany(timeout_ms=POLL_MS)).values():
                for record in records:
                    yield record
