"""The rows of a detect key <-> what the engine works on, and the keys that were worked on last.

A key is a head row and one row for each UTC month of its activities. Only months with new facts are written, and before the head: facts
that a crash leaves without their head are laid in again, which changes nothing. What was let go leaves its row later, when the head
whose floors let it go is surely durable.
"""

import zlib
from collections import Counter, OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from detectors.calendar import month
from detectors.contract import Key
from detectors.engine.facts import Fact, Issued, KeyFacts, Late, Memory, order
from schemas.detect_rows import BareFact, DetectorMark, ExceptionUse, HeadRow, IssuedAlert, KindFloor, LateMark, MonthRow
from schemas.identity import activity_key
from schemas.records import Activity, Grouping
from schemas.rows import decode_row, encode_row
from streams.stages.store import Store

_COMPRESSION = 1


@dataclass(slots=True)
class Held:
    """A key as it was read: its facts, and the months that have rows; ``stale`` ones hold nothing any more, ``thin`` ones mostly that.

    What is let go of a month that something else keeps (a year of mails keeps no year of file events) would else be read for as long.
    """

    facts: KeyFacts
    months: set[int] = field(default_factory=set)
    stale: set[int] = field(default_factory=set)
    thin: set[int] = field(default_factory=set)
    stored: dict[int, int] = field(default_factory=dict)
    """How many facts each month's row holds, those included that were let go since."""

    def written(self) -> None:
        """Be as if read again, now that all rows are durable: what was let go is gone, and months may have become stale or thin by it."""
        facts = self.facts
        self.months = (self.months - self.stale) | facts.touched
        moved = bool(facts.retired) or len(facts.touched) > 1
        standing = Counter(month(fact.occurred_at) for fact in facts.facts.values()) if moved else {}
        self.stale = {of for of in self.months if not standing.get(of)} if moved else set()
        self.thin = {of for of in self.months - self.stale if 2 * standing[of] < self.stored.get(of, 0)} if moved else set()
        facts.touched, facts.retired = set(), []

    def month_rows(self) -> dict[bytes, bytes | None]:
        """Return the month rows to write before the head."""
        name = _name(self.facts.key)
        rows: dict[bytes, bytes | None] = {_month_key(name, stale): None for stale in self.stale}
        if written := self.facts.touched | self.thin:
            by_month: dict[int, list[Fact]] = {of: [] for of in written}
            for fact in [*self.facts.facts.values(), *self.facts.retired]:
                if (of := month(fact.occurred_at)) in by_month:
                    by_month[of].append(fact)
            rows |= {_month_key(name, of): _month_row(name, of, facts) for of, facts in by_month.items()}
            self.stored |= {of: len(facts) for of, facts in by_month.items()}
        return rows

    def head_row(self) -> dict[bytes, bytes]:
        """Return the head row to write when the month rows are durable."""
        facts, name = self.facts, _name(self.facts.key)
        row = HeadRow(
            key=name,
            through=facts.through,
            clock=facts.clock,
            floors=tuple(KindFloor(kind=kind, floor=floor) for kind, floor in sorted(facts.floors.items())),
            subjects=tuple(facts.subjects.values()),
            exceptions=tuple(facts.exceptions.values()),
            used=tuple(ExceptionUse(exception_id=name, times=times) for name, times in facts.used.items()),
            detectors=tuple(
                DetectorMark(detector=name, floor=memory.floor, settled=tuple(sorted(memory.settled)))
                for name, memory in facts.memory.items()
            ),
            issued=tuple(_issued_row(name, issued) for name, issued in facts.issued.items()),
            late=tuple(
                LateMark(offset=late.offset, occurred_at=late.occurred_at, clock=late.clock, late_by=late.late_by) for late in facts.late
            ),
            months=tuple(sorted((self.months - self.stale) | facts.touched)),
        )
        return {_head_key(name): encode_row(row)}


class Recent:
    """Keys as they were left, of the last that were worked on: a busy one need not be decoded and derived anew for each chunk.

    A key that is taken is no longer here until it is put back, so that work that fails leaves nothing behind. What the store has is the
    truth: a key whose head row is another than the one it was left with (the partition was elsewhere meanwhile) is read again.
    """

    def __init__(self, most_facts: int = 50_000) -> None:
        """Hold at most so many facts, of the keys used last."""
        self._most = most_facts
        self._held: OrderedDict[str, tuple[bytes, Held]] = OrderedDict()
        self._facts = 0

    def take(self, store: Store, names: Sequence[str]) -> dict[str, Held]:
        """Return keys (``grouping:value``), those that are not here as ``read`` gives them."""
        left = {name: self._pop(name) for name in names if name in self._held}
        heads = store.get_many([_head_key(name) for name in left]) if left else []
        current = {name: held for (name, (row, held)), head in zip(left.items(), heads, strict=True) if head == row}
        return current | read(store, [name for name in names if name not in current])

    def put(self, name: str, held: Held, head: bytes) -> None:
        """Keep a key whose rows are durable, ``head`` the last of them."""
        held.written()
        size = len(held.facts.facts)
        if size > self._most:
            return
        self._held[name] = (head, held)
        self._facts += size
        while self._facts > self._most:
            self._pop(next(iter(self._held)))

    def _pop(self, name: str) -> tuple[bytes, Held]:
        row, held = self._held.pop(name)
        self._facts -= len(held.facts.facts)
        return row, held


def read(store: Store, names: Sequence[str]) -> dict[str, Held]:
    """Read keys (``grouping:value``) in bulk; one that was never written is empty."""
    heads = {
        name: decode_row(row, HeadRow) if row is not None else HeadRow(key=name, through=-1)
        for name, row in zip(names, store.get_many([_head_key(name) for name in names]), strict=True)
    }
    wanted = [(name, of) for name, head in heads.items() for of in head.months]
    rows = store.get_many([_month_key(name, of) for name, of in wanted])
    months: dict[str, dict[int, MonthRow | None]] = {name: {} for name in names}
    for (name, of), row in zip(wanted, rows, strict=True):
        months[name][of] = decode_row(zlib.decompress(row), MonthRow) if row is not None else None
    return {name: _held(head, months[name]) for name, head in heads.items()}


def _held(head: HeadRow, months: Mapping[int, MonthRow | None]) -> Held:
    grouping, _, value = head.key.partition(":")
    facts = KeyFacts(
        key=Key(_grouping(grouping), value),
        through=head.through,
        clock=head.clock,
        floors={floor.kind: floor.floor for floor in head.floors},
        subjects={fact.fact_id: fact for fact in head.subjects},
        exceptions={fact.exception_id: fact for fact in head.exceptions},
        used={use.exception_id: use.times for use in head.used},
        memory={mark.detector: Memory(floor=mark.floor, settled=set(mark.settled)) for mark in head.detectors},
        issued={row.alert_id: _issued(row) for row in head.issued},
        late=[Late(offset=mark.offset, occurred_at=mark.occurred_at, clock=mark.clock, late_by=mark.late_by) for mark in head.late],
    )
    stale, thin, counts = set(), set(), {}
    for of, row in months.items():
        stored: Sequence[Activity | BareFact] = (*row.activities, *row.bare) if row is not None else ()
        counts[of] = len(stored)
        standing = [fact for fact in stored if facts.admits(fact)]
        facts.facts.update((fact.activity_id, fact) for fact in standing)
        if not standing:
            stale.add(of)
        elif 2 * len(standing) < len(stored):
            thin.add(of)
    return Held(facts, months=set(months), stale=stale, thin=thin, stored=counts)


def _grouping(written: str) -> Grouping:
    if written in {"officer", "address", "document"}:
        return written  # type: ignore[return-value] # the membership test narrows it, which mypy does not follow
    raise ValueError(f"a key of no known grouping: {written!r}")


def _month_row(name: str, of: int, facts: Iterable[Fact]) -> bytes:
    ordered = sorted(facts, key=order)
    row = MonthRow(
        key=name,
        month=of,
        activities=tuple(fact for fact in ordered if isinstance(fact, Activity)),
        bare=tuple(fact for fact in ordered if isinstance(fact, BareFact)),
    )
    # An officer's mails are much alike: a month of them shrinks to a tenth, and a busy mailbox stays far from the bound of a record.
    return zlib.compress(encode_row(row), _COMPRESSION)


def _issued(row: IssuedAlert) -> Issued:
    return Issued(row.detector, row.trigger, row.status, row.revision, row.last_at, row.digest, row.alert, row.published)


def _issued_row(name: str, issued: Issued) -> IssuedAlert:
    return IssuedAlert(
        alert_id=name,
        detector=issued.detector,
        trigger=issued.trigger,
        status=issued.status,
        revision=issued.revision,
        last_at=issued.last_at,
        digest=issued.digest,
        alert=issued.alert,
        published=issued.published,
    )


def _name(key: Key) -> str:
    return activity_key(key.grouping, key.value)


def _head_key(name: str) -> bytes:
    return b"h" + name.encode()


def _month_key(name: str, of: int) -> bytes:
    return b"m" + name.encode() + b"\x00%d" % of
