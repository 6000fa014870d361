"""One row of the enrich stage: the facts of one key, within bounds, and what was published of them.

A fact is recognised by all that it says and remembers the offset at which it was read first: after a kill between the two writes of a
chunk the same record meets itself, and is the fact again rather than its duplicate.
"""

import hashlib
import heapq
from collections.abc import Callable, Iterable, Sequence
from typing import Final

import msgspec
from msgspec.structs import replace

from schemas.enrich_rows import Emission, FactRank, HeldFact, UnionRow
from schemas.records import Activity, Millis

ROW_BYTES: Final = 512 * 1024
"""The facts of one key have so many bytes at the most."""

MOST_VOID: Final = 500
_FACT_OVERHEAD: Final = 96
_NAME_BYTES: Final = 16

Rank = Callable[[HeldFact], int]


def fact_name(event: msgspec.Struct) -> bytes:
    """Return the digest of all that an event says."""
    return hashlib.blake2b(msgspec.msgpack.encode(event), digest_size=_NAME_BYTES).digest()


class Union:
    """A union row while a chunk is worked on."""

    def __init__(self, row: UnionRow, rank: Rank, most_bytes: int = ROW_BYTES) -> None:
        """Start from a row. ``rank`` says how readily a fact is let go; it is asked only when there are too many."""
        self.key: Final = row.key
        self.facts: dict[bytes, HeldFact] = {fact.name: fact for fact in row.facts}
        self.emitted: tuple[Emission, ...] = row.emitted
        self.floor = row.floor
        self.ended_at = row.ended_at
        self._rank = rank
        self._most = most_bytes
        self._bytes = sum(_weight(fact) for fact in row.facts)
        self._readily: list[tuple[int, int, bytes]] | None = None

    def add(self, fact: HeldFact) -> None:
        """Hold a fact; what is let go for it depends on the set of facts alone, not on their order.

        Facts are kept up to the first, in the order of rank and name, that goes beyond the bytes allowed. Once one was let go, none
        above it is taken any more, or it would depend on the order which small fact slips in behind a large one.
        """
        if self.floor is not None:
            fact = self._ranked(fact)
            if (fact.rank, fact.name) >= (self.floor.rank, self.floor.name):
                return
        self.facts[fact.name] = fact
        self._bytes += _weight(fact)
        if self._readily is not None:
            heapq.heappush(self._readily, self._place(fact))
        while self._bytes > self._most:
            self._let_go()

    def row(self) -> UnionRow:
        """Return the row to write."""
        return UnionRow(key=self.key, facts=tuple(self.facts.values()), floor=self.floor, ended_at=self.ended_at, emitted=self.emitted)

    def forget(self, names: Iterable[bytes]) -> None:
        """Drop the facts of mails that are older than anything that may still come; when they were is kept."""
        for name in names:
            fact = self.facts.pop(name)
            self._bytes -= _weight(fact)
            self.ended_at = fact.occurred_at if self.ended_at is None else max(self.ended_at, fact.occurred_at)
        self._readily = None

    def _let_go(self) -> None:
        if self._readily is None:
            self.facts = {name: self._ranked(fact) for name, fact in self.facts.items()}
            self._readily = [self._place(fact) for fact in self.facts.values()]
            heapq.heapify(self._readily)
        rank, _, name = heapq.heappop(self._readily)
        self._bytes -= _weight(self.facts.pop(name))
        self.floor = FactRank(rank=-rank, name=name)

    def _ranked(self, fact: HeldFact) -> HeldFact:
        return fact if fact.rank is not None else replace(fact, rank=self._rank(fact))

    @staticmethod
    def _place(fact: HeldFact) -> tuple[int, int, bytes]:
        return -(fact.rank or 0), -int.from_bytes(fact.name, "big"), fact.name


def settle(
    emitted: Sequence[Emission],
    activities: Sequence[tuple[Activity, bytes]],
    revision: int,
    forgotten_before: Millis,
    *,
    everything: bool,
) -> tuple[tuple[Emission, ...], list[Activity]]:
    """Return what is published of a key from now on, and the activities to publish for it.

    ``activities`` are what the facts amount to, each with the digest of its content; ``revision`` is that of the last fact. What is new
    or changed gets that revision, what is no longer there is taken back with it, all else is as it was and is published only when
    ``everything`` is asked for. What happened before ``forgotten_before`` has left with its facts and is not taken back.
    """
    before = {(each.activity_id, each.grouping, each.value): each for each in emitted}
    kept: list[Emission] = []
    published: list[Activity] = []
    for activity, digest in activities:
        known = before.pop((activity.activity_id, activity.grouping, activity.value), None)
        changed = known is None or known.void or known.digest != digest
        if known is None or changed:
            number = max(revision, known.revision if known is not None else 0)
            known = Emission(
                activity_id=activity.activity_id,
                kind=activity.kind,
                grouping=activity.grouping,
                value=activity.value,
                officer_id=activity.officer_id,
                occurred_at=activity.occurred_at,
                revision=number,
                digest=digest,
            )
        kept.append(known)
        if changed or everything:
            published.append(replace(activity, revision=known.revision))
    gone: list[Emission] = []
    for each in before.values():
        if each.occurred_at < forgotten_before:
            continue
        taken = each if each.void else replace(each, void=True, revision=max(revision, each.revision), digest=b"")
        gone.append(taken)
        if everything or not each.void:
            published.append(void(taken))
    gone.sort(key=lambda each: each.revision, reverse=True)
    return (*kept, *gone[:MOST_VOID]), published


def again(emitted: Sequence[Emission], activities: Iterable[Activity]) -> list[Activity]:
    """Return what was published, to be published once more as it was: the revisions are those of then."""
    now = {(each.activity_id, each.grouping, each.value): each for each in activities}
    found: list[Activity] = []
    for each in emitted:
        activity = now.get((each.activity_id, each.grouping, each.value))
        if each.void:
            found.append(void(each))
        elif activity is not None:
            found.append(replace(activity, revision=each.revision))
    return found


def void(emission: Emission) -> Activity:
    """Return the activity that takes an emission back: it says nothing but which."""
    return Activity(
        activity_id=emission.activity_id,
        revision=emission.revision,
        kind=emission.kind,
        grouping=emission.grouping,
        value=emission.value,
        void=True,
        occurred_at=emission.occurred_at,
        officer_id=emission.officer_id,
    )


def _weight(fact: HeldFact) -> int:
    return len(fact.event) + _FACT_OVERHEAD
