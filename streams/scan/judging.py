"""The second half of a scan: every key is judged with all that it got, once.

What is active in the end does not depend on how the log is cut into chunks, so a scan cuts it by key: the activities are sorted by key on
disk, the records of a key keep the order of the log, and a key's state is let go when the next one begins. Memory then depends neither
on how many keys there are nor on how long the log is, and a key is not read, judged and written again for every two days of it.
"""

from collections.abc import Callable, Iterable, Iterator
from itertools import groupby
from typing import Final

import msgspec

from schemas.records import Alert, Millis
from schemas.wire import Wire
from streams.scan.shelf import Alerts
from streams.sources.external_sort import ExternalSort
from streams.stages.chunk import Delivered, Handled, Output
from streams.stages.detect import DetectStage
from streams.stages.store import MemoryStore

_MEMORY: Final = 16 * 1024 * 1024
_MOST_RECORDS: Final = 2_000
_MOST_BYTES: Final = 4 * 1024 * 1024


class Filed(msgspec.Struct, frozen=True, array_like=True):
    """A record of ``activities`` on its way to its key; ``dated`` ones are facts about an officer, which alone are no reason to judge."""

    key: bytes
    value: bytes
    dated: bool = False


def filing() -> ExternalSort[Filed]:
    """Return what sorts records by key, each key's own in the order in which they were added."""
    return ExternalSort(Filed, lambda filed: (filed.key,), _MEMORY)


class Judging:
    """Judges sorted records and keeps the alerts that stand. ``judged`` counts the records so far."""

    def __init__(self, stage: Callable[[], DetectStage], wire: Wire, now: Millis) -> None:
        """Take what makes the stage that the workers run; it remembers keys that come again, and here none does."""
        self._made = stage
        self._stage = stage()
        self._wire = wire
        self._now = now
        self._store = MemoryStore()
        self._latest: dict[str, Alert] = {}
        self._standing = ExternalSort(Alert, lambda alert: (alert.first_at, alert.alert_id), _MEMORY)
        self.judged = 0

    async def handle(self, chunk: list[Filed], *, more: bool) -> Handled:
        """Judge records that follow those of the last call; with ``more`` the last key has some that are still to come."""
        delivered = [Delivered("activities", 0, self.judged + place, self._now, each.key, each.value) for place, each in enumerate(chunk)]
        self.judged += len(chunk)
        handled = await self._stage.handle(delivered, self._store, self._now)
        for output in handled.outputs:
            self._take(output)
        if not more:
            for alert in self._latest.values():
                if alert.status == "active":
                    self._standing.add(alert)
            self._latest, self._store, self._stage = {}, MemoryStore(), self._made()
        return handled

    def alerts(self) -> Alerts:
        """Return the alerts that stand, by first instant; once only."""
        with self._standing:
            return Alerts(self._standing)

    def _take(self, output: Output) -> None:
        if output.topic == "alerts":
            alert = self._wire.decode(output.value, Alert)
            known = self._latest.get(alert.alert_id)
            if known is None or alert.revision >= known.revision:
                self._latest[alert.alert_id] = alert


def chunks(filed: Iterable[Filed]) -> Iterator[tuple[list[Filed], bool]]:
    """Yield sorted records in chunks, and whether the last key of each has more; keys of which nothing was done are left out.

    A chunk ends where a key ends, so that nothing need be held for the next; only a key that is larger than a chunk is cut.
    """
    chunk: list[Filed] = []
    whole, size, cut = 0, 0, False
    for _, records in groupby(_acting(filed), lambda each: each.key):
        for each in records:
            if len(chunk) >= _MOST_RECORDS or size >= _MOST_BYTES:
                cut = not whole
                yield (chunk, True) if cut else (chunk[:whole], False)
                chunk, whole = chunk[whole:] if whole else [], 0
                size = sum(len(waiting.value) for waiting in chunk)
            chunk.append(each)
            size += len(each.value)
        if cut:
            yield chunk, False
            chunk, size, cut = [], 0, False
        whole = len(chunk)
    if chunk:
        yield chunk, False


def _acting(filed: Iterable[Filed]) -> Iterator[Filed]:
    """Yield the records of the keys that hold more than dated facts, which come first."""
    waiting: list[Filed] = []
    for each in filed:
        if waiting and waiting[0].key != each.key:
            waiting = []
        if each.dated:
            waiting.append(each)
            continue
        yield from waiting
        waiting = []
        yield each
