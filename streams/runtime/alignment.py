"""Partitions keep step in event time, so that a backlog is read as the days went by.

An officer's mails lie in many partitions. Read as fast as each partition goes, two months of one are over before another has begun, and
what the other holds would come to the officer's key too late. So a record is handed on only while its event time is within ``slack`` of
the earliest that any partition still has to hand on, here or at another worker. Live traffic is in step by itself and never waits: a
grant reaches ``slack`` ahead, and only what lies beyond it needs a new one.

The event time travels in a header that ``ingest`` sets; a record without it is handed on as it comes.
"""

from collections import Counter, deque
from collections.abc import Iterable, Mapping, Sequence
from typing import Final, Protocol

from schemas.records import Millis
from streams.runtime.chunks import Fetched, Place, weight
from streams.stages.limits import CLOCK_SKEW

EVENT_TIME: Final = "occurred-at"
STEP: Final = 2 * 24 * 3_600_000
"""``ingest`` waits for the broker after so much event time (ms), so that all that came before is there when what comes after is."""

_BYTES: Final = 8
_ENOUGH_HELD: Final = 1024 * 1024


class Headed(Fetched, Protocol):
    """A record as the Kafka client hands it over, with its headers."""

    @property
    def headers(self) -> Sequence[tuple[str, bytes]]:
        """The record's headers."""


def header(occurred_at: Millis) -> tuple[str, bytes]:
    """Return the header that tells a record's event time."""
    return EVENT_TIME, occurred_at.to_bytes(_BYTES, "big", signed=True)


def event_time(record: Headed) -> Millis | None:
    """Return the event time that a record's header tells; None where there is none that can be read, or one too far in the future."""
    for name, value in record.headers:
        if name == EVENT_TIME and len(value) == _BYTES:
            at = int.from_bytes(value, "big", signed=True)
            return at if at <= record.timestamp + CLOCK_SKEW else None
    return None


class Alignment:
    """What was fetched and may not be handed on yet, and up to which event time it may."""

    def __init__(self, slack: Millis) -> None:
        """Grant nothing yet; ``slack`` in ms is how far any partition may be ahead of the last."""
        self._slack = slack
        self._granted: Millis | None = None
        self._held: dict[Place, deque[tuple[Millis | None, Headed]]] = {}
        self._bytes: Counter[Place] = Counter()

    def hold(self, place: Place, records: Iterable[Headed]) -> None:
        """Take what one fetch returned for a partition."""
        queue = self._held.setdefault(place, deque())
        for record in records:
            queue.append((event_time(record), record))
            self._bytes[place] += weight(record)

    def forget(self, places: Iterable[Place] | None = None) -> None:
        """Let go of what is held of these partitions, or of all: it will be fetched again, here or elsewhere."""
        for place in list(self._held if places is None else places):
            self._held.pop(place, None)
            self._bytes.pop(place, None)

    def full(self) -> set[Place]:
        """Return the partitions of which so much is held that no more need be fetched."""
        return {place for place, held in self._bytes.items() if held >= _ENOUGH_HELD}

    def holds(self, place: Place) -> bool:
        """Tell whether anything of a partition is held back."""
        return bool(self._held.get(place))

    def take(self) -> dict[Place, list[Headed]]:
        """Return, by partition and in order, what may be handed on now."""
        taken = {}
        for place, queue in self._held.items():
            run = []
            while queue and self._allowed(queue[0][0]):
                run.append(queue.popleft()[1])
            if run:
                self._bytes[place] -= sum(map(weight, run))
                taken[place] = run
        return taken

    def waiting(self) -> bool:
        """Tell whether anything is held back for want of a grant."""
        return any(self._held.values())

    def grant(self, elsewhere: Mapping[Place, Millis | None]) -> bool:
        """Grant what all that is still to be handed on allows; return whether that is more than before.

        ``elsewhere`` are the next event times of partitions that have something and of which nothing is held here; None where a record
        tells none.
        """
        heads = [queue[0][0] for queue in self._held.values() if queue]
        known = [at for at in (*heads, *elsewhere.values()) if at is not None]
        if not known:
            return False
        reach = min(known) + self._slack
        if self._granted is not None and reach <= self._granted:
            return False
        self._granted = reach
        return True

    def _allowed(self, at: Millis | None) -> bool:
        return at is None or (self._granted is not None and at <= self._granted)
