"""Dead letters sent again: the record that each tells of is read where it stood, and sent as it is, under its own key and headers."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.structs import ConsumerRecord

from schemas.catalogue import catalogue
from schemas.records import DeadLetter
from streams.runtime.names import Names
from streams.runtime.reading import opened
from streams.runtime.sender import Sender, ToSend
from streams.settings import Settings

PATIENCE_MS: Final = 5_000
"""How long the broker may take to answer for one record."""


@dataclass(slots=True)
class Redriven:
    """What became of some dead letters."""

    sent: int = 0
    gone: int = 0
    """Their topic does not keep them any more."""
    others: int = 0
    """Not from a topic of events: read from a file, or from a compacted topic, where an old record would silence a newer one."""


async def redrive(settings: Settings, letters: Iterable[DeadLetter], sender: Sender) -> Redriven:
    """Send the records of these dead letters to their topics again, each once. Raises KafkaConnectionError when no broker answers."""
    names, done = Names(settings.topic_prefix, settings.generation), Redriven()
    places: defaultdict[TopicPartition, set[int]] = defaultdict(set)
    for letter in letters:
        place = _place(letter, names)
        if place is None or letter.offset is None:
            done.others += 1
        else:
            places[place].add(letter.offset)
    async with opened(settings, sorted({place.topic for place in places})) as (consumer, ends):
        begins = await consumer.beginning_offsets(list(ends)) if ends else {}
        for place, offset in _in_order(places):
            kept = begins.get(place, 0) <= offset < ends.get(place, 0)
            record = await _record(consumer, place, offset) if kept else None
            if record is None:
                done.gone += 1
                continue
            await sender.send([ToSend(place.topic, record.key or b"", record.value, place.partition, tuple(record.headers))])
            done.sent += 1
    return done


def _place(letter: DeadLetter, names: Names) -> TopicPartition | None:
    topic = catalogue().topics.get(letter.topic or "")
    if topic is None or topic.cleanup != "delete" or letter.partition is None:
        return None
    return TopicPartition(names.topic(topic.name), letter.partition)


def _in_order(places: dict[TopicPartition, set[int]]) -> Iterator[tuple[TopicPartition, int]]:
    for place in sorted(places):
        for offset in sorted(places[place]):
            yield place, offset


async def _record(consumer: AIOKafkaConsumer, place: TopicPartition, offset: int) -> ConsumerRecord[bytes, bytes] | None:
    """Return the record that stands there; None when nothing does."""
    consumer.seek(place, offset)
    found = await consumer.getmany(place, timeout_ms=PATIENCE_MS, max_records=1)
    record = next(iter(found.get(place, [])), None)
    return record if record is not None and record.offset == offset else None
