"""Files into the event topics: read and encoded in a thread of its own, sent from the event loop, in batches under way at once."""

import asyncio
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future
from typing import Final

from schemas.records import DeadLetter, Millis
from schemas.wire import Wire, WireError
from streams.counts import Counts
from streams.runtime.alignment import STEP, header
from streams.runtime.names import Names
from streams.runtime.sender import RecordTooLarge, Sender, ToSend
from streams.scan import route, unfit
from streams.sources.formats import Input
from streams.sources.load import Load
from streams.sources.outcome import Event
from streams.stages.dead_letters import DEAD_LETTERS

BATCH: Final = 2_000
UNDER_WAY: Final = 4
"""Batches that may be on their way to the broker while the next is read."""


class Ingest:
    """One load of some inputs. ``counts`` and ``sent`` are complete when ``run`` has returned."""

    def __init__(self, inputs: Sequence[Input], now: Millis, wire: Wire, names: Names, sender: Sender) -> None:
        """Take the inputs and a started sender; ``now`` is the clock that future events are refused by."""
        self._inputs = inputs
        self._now = now
        self._wire = wire
        self._names = names
        self._sender = sender
        self._under_way: deque[Future[list[int]]] = deque()
        self._loop: asyncio.AbstractEventLoop | None = None
        self.counts = Counts()
        self.sent = 0

    async def run(self, progress: Callable[[int, int], None] | None = None, on_sent: Callable[[int], None] | None = None) -> None:
        """Send every event and every dead letter; return when the broker has them all.

        ``progress`` is called with (bytes read, bytes in all), ``on_sent`` with the events sent so far; both from another thread. Raises
        what Load raises: then nothing but dead letters was sent.
        """
        self._loop = asyncio.get_running_loop()
        await asyncio.to_thread(self._load, progress, on_sent)

    def _load(self, progress: Callable[[int, int], None] | None, on_sent: Callable[[int], None] | None) -> None:
        load = Load(self._inputs, self._now, self._bury, progress=progress)
        unfit = 0
        try:
            for batch, another_step in _batches(load):
                if another_step:
                    self._wait()  # a worker that sees what comes now must find all that came before it
                fitting = [record for event in batch if (record := self._encoded(event)) is not None]
                unfit += len(batch) - len(fitting)
                self._hand_over(fitting)
                self.sent += len(fitting)
                if on_sent is not None:
                    on_sent(self.sent)
        finally:
            self._wait()
        self.counts.add(load.counts)
        # An event that no topic takes was read and found new, and ends as a dead letter all the same.
        self.counts.facts -= unfit
        self.counts.dead_letters += unfit

    def _encoded(self, event: Event) -> ToSend | None:
        topic, key = route(event)
        try:
            record = ToSend(self._names.topic(topic), key, self._wire.encode(event, topic), headers=(header(event.occurred_at),))
            self._sender.check(record)
        except WireError as error:
            self._refuse(event, error.reason, error.detail)
        except RecordTooLarge as error:
            self._refuse(event, "too-large", str(error))
        else:
            return record
        return None

    def _refuse(self, event: Event, reason: str, detail: str) -> None:
        self._bury(unfit(event, reason, detail, self._now))

    def _bury(self, letter: DeadLetter) -> None:
        key = f"{letter.file}:{letter.line}" if letter.file is not None else f"{letter.feed}:{letter.at}"
        value = self._wire.encode(letter, DEAD_LETTERS)
        self._hand_over([ToSend(self._names.topic(DEAD_LETTERS), key.encode("utf-8", "replace"), value)])

    def _wait(self) -> None:
        """Wait until the broker has all that was handed over."""
        while self._under_way:
            self._under_way.popleft().result()

    def _hand_over(self, records: list[ToSend]) -> None:
        """Have a batch sent; wait for the oldest when enough are under way, so that memory stays bounded."""
        if self._loop is None:
            raise RuntimeError("an ingest is run from an event loop")
        self._under_way.append(asyncio.run_coroutine_threadsafe(self._sender.send(records), self._loop))
        while len(self._under_way) > UNDER_WAY:
            self._under_way.popleft().result()


def _batches(events: Iterable[Event]) -> Iterator[tuple[list[Event], bool]]:
    """Yield the events in batches, each with whether it is the first of another step of event time."""
    step: int | None = None
    batch: list[Event] = []
    first = False
    for event in events:
        another = event.occurred_at // STEP != step
        if batch and (another or len(batch) == BATCH):
            yield batch, first
            batch, first = [], False
        first = first or another
        step = event.occurred_at // STEP
        batch.append(event)
    if batch:
        yield batch, first
