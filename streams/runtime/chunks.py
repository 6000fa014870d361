"""Chunks of records and the ledger of what was fetched, handled and may be committed. Knows nothing of Faust or Kafka."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Protocol, TypeAlias

from schemas.records import Millis
from streams.stages.chunk import Delivered

Place: TypeAlias = tuple[str, int]
"""A topic (by its name at the broker) and a partition."""


class Fetched(Protocol):
    """What a chunk needs of a record as the Kafka client hands it over."""

    @property
    def offset(self) -> int:
        """The record's offset."""

    @property
    def timestamp(self) -> Millis:
        """The record's timestamp at the broker, in ms."""

    @property
    def key(self) -> bytes | None:
        """The record's key."""

    @property
    def value(self) -> bytes | None:
        """The record's value; None is a tombstone."""


class Chunk:
    """Some records of one partition, in the order of their offsets, handled and acknowledged as one.

    ``size`` is in bytes; ``generation`` is the consumer group's generation under which the records were fetched. ``acknowledged`` is
    set by whoever handled the chunk, and by nobody else: a chunk that was merely dropped on the way never looks handled. Whoever set
    ``on_acknowledged`` is told at once.
    """

    __slots__ = ("acknowledged", "first", "generation", "last", "on_acknowledged", "partition", "records", "size", "topic")

    def __init__(self, topic: str, partition: int, records: Sequence[Fetched], size: int, generation: int) -> None:
        """Keep at least one record."""
        self.topic = topic
        self.partition = partition
        self.records = records
        self.size = size
        self.generation = generation
        self.first = records[0].offset
        self.last = records[-1].offset
        self.acknowledged = False
        self.on_acknowledged: Callable[[Chunk], None] | None = None

    def acknowledge(self) -> None:
        """Say that state and output of every record are durable: the chunk may be committed."""
        self.acknowledged = True
        if self.on_acknowledged is not None:
            self.on_acknowledged(self)

    def delivered(self, topic: str) -> list[Delivered]:
        """Return the records as stages take them, under the topic's name in the catalogue."""
        partition = self.partition
        return [Delivered(topic, partition, record.offset, record.timestamp, record.key, record.value) for record in self.records]

    def __repr__(self) -> str:
        """Name the place and the offsets."""
        return f"Chunk({self.topic}/{self.partition} {self.first}..{self.last})"


def weight(record: Fetched) -> int:
    """Return how many bytes a record is counted for."""
    return len(record.key or b"") + len(record.value or b"")


def split(records: Sequence[Fetched], most_records: int, most_bytes: int) -> Iterator[tuple[Sequence[Fetched], int]]:
    """Cut records into runs of at most ``most_records`` and ``most_bytes`` each, with their bytes; a larger record stands alone."""
    for start in range(0, len(records), most_records):
        run = records[start : start + most_records]
        size = sum([weight(record) for record in run])
        if size <= most_bytes:
            yield run, size
        else:
            yield from _split_by_bytes(run, most_bytes)


def _split_by_bytes(records: Sequence[Fetched], most_bytes: int) -> Iterator[tuple[Sequence[Fetched], int]]:
    run: list[Fetched] = []
    size = 0
    for record in records:
        more = weight(record)
        if run and size + more > most_bytes:
            yield run, size
            run, size = [], 0
        run.append(record)
        size += more
    if run:
        yield run, size


class Ledger:
    """Which chunks of which partitions were fetched and not yet committed, in the order in which they were fetched.

    A chunk enters when it is fetched, not when it is delivered: what Faust drops between the two stays at the head of its partition,
    and nothing behind it is committed.
    """

    def __init__(self) -> None:
        """Start empty."""
        self._fetched: dict[Place, deque[Chunk]] = {}
        self._reached: dict[Place, int] = {}
        self._outstanding: dict[Chunk, int] = {}
        self._bytes = 0

    @property
    def outstanding_bytes(self) -> int:
        """The bytes of all chunks that were fetched and not yet acknowledged."""
        return self._bytes

    @property
    def outstanding_chunks(self) -> int:
        """The number of chunks that were fetched and not yet acknowledged."""
        return len(self._outstanding)

    def enter(self, chunk: Chunk) -> None:
        """Note a chunk that was fetched."""
        place = (chunk.topic, chunk.partition)
        self._fetched.setdefault(place, deque()).append(chunk)
        self._outstanding[chunk] = chunk.size
        self._bytes += chunk.size

    def reach(self, place: Place, position: int) -> None:
        """Note how far a partition was fetched: past its last record there may be offsets that hold none (markers, compacted records)."""
        self._reached[place] = position

    def release(self, chunk: Chunk) -> None:
        """Take an acknowledged chunk from what is outstanding; one that the ledger has forgotten is none of its business."""
        if chunk.acknowledged:
            self._bytes -= self._outstanding.pop(chunk, 0)

    def settled(self) -> list[Place]:
        """Return the partitions for which ``advance`` has something to tell."""
        heads = [place for place, queue in self._fetched.items() if queue and queue[0].acknowledged]
        return heads + [place for place in self._reached if not self._fetched.get(place)]

    def advance(self, place: Place) -> int | None:
        """Cross out the acknowledged chunks at the head of a partition; return the offset to go on from, None when nothing is known.

        The offset lies beyond the last acknowledged chunk before the first that is not; when none is left, it is as far as was fetched.
        """
        queue = self._fetched.get(place)
        after: int | None = None
        while queue and queue[0].acknowledged:
            chunk = queue.popleft()
            self.release(chunk)
            after = chunk.last + 1
        if queue:
            return after
        reached = self._reached.get(place)
        return after if reached is None else max(reached, after or 0)

    def forget(self, places: Iterable[Place] | None = None) -> None:
        """Strike out everything of these partitions, or of all: their records will be fetched again, here or elsewhere."""
        for place in list({*self._fetched, *self._reached}) if places is None else list(places):
            self._reached.pop(place, None)
            for chunk in self._fetched.pop(place, ()):
                self._bytes -= self._outstanding.pop(chunk, 0)


def chunks(topic: str, partition: int, records: Sequence[Fetched], bounds: tuple[int, int], generation: int) -> list[Chunk]:
    """Return records of one partition as chunks; ``bounds`` are the most records and the most bytes of one."""
    return [Chunk(topic, partition, run, size, generation) for run, size in split(records, *bounds)]
