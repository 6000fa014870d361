"""What one key holds, and how records of the log are laid into it.

A key holds its activities once; evidence is derived from them whenever it is judged. Everything here is a pure function of the records
laid in, so that a record read twice, or in another chunk, changes nothing.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from detectors.calendar import month
from detectors.contract import Evidence, Key
from schemas.detect_rows import BareFact
from schemas.records import Activity, Alert, ExceptionFact, Kind, Millis, Status, SubjectFact

Fact: TypeAlias = Activity | BareFact
Record: TypeAlias = Activity | SubjectFact | ExceptionFact


@dataclass(frozen=True, slots=True)
class Arrival:
    """A record of ``activities`` with its offset in the key's partition."""

    offset: int
    record: Record


@dataclass(frozen=True, slots=True)
class Late:
    """A record that came more than the allowed lateness behind its key's clock as it stood then."""

    offset: int
    occurred_at: Millis
    clock: Millis
    late_by: Millis


@dataclass(slots=True)
class Memory:
    """What the engine remembers of one detector on one key: nothing before ``floor`` is looked at; settled pieces are context only."""

    floor: Millis | None = None
    settled: set[str] = field(default_factory=set)


@dataclass(slots=True)
class Issued:
    """An alert id that was announced.

    Once it is surely published its ``alert`` is kept without evidence, and not at all once it is final or gone: only what a redelivery
    would have to publish again is kept whole.
    """

    detector: str
    trigger: str
    status: Status
    revision: int
    last_at: Millis
    digest: str
    alert: Alert | None
    published: bool = False


@dataclass(frozen=True, slots=True)
class Derived:
    """What each detector, by its id, makes of one fact; nothing of it holds for another fact, or another revision of this one."""

    of: Activity
    evidence: Mapping[str, Evidence]


@dataclass(slots=True)
class KeyFacts:
    """All that is held for one key. ``through`` is the last offset laid in, ``clock`` the highest event time, ``late`` the last chunk's."""

    key: Key
    through: int = -1
    clock: Millis | None = None
    facts: dict[str, Fact] = field(default_factory=dict)
    floors: dict[Kind, Millis] = field(default_factory=dict)
    subjects: dict[str, SubjectFact] = field(default_factory=dict)
    exceptions: dict[str, ExceptionFact] = field(default_factory=dict)
    used: dict[str, int] = field(default_factory=dict)
    memory: dict[str, Memory] = field(default_factory=dict)
    issued: dict[str, Issued] = field(default_factory=dict)
    late: list[Late] = field(default_factory=list)
    touched: set[int] = field(default_factory=set)
    """The months (yyyymm) that facts were laid into since this was read."""
    retired: list[Fact] = field(default_factory=list)
    """Facts let go since this was read. Their rows may lose them only after the floors that let them go are durable."""
    derived: dict[str, Derived] = field(default_factory=dict)
    """What was derived of facts, by activity id: kept with them for as long as this lives, and no part of what is written."""

    def admits(self, fact: Fact) -> bool:
        """Tell whether a stored fact is still held, or lies before what its kind's detectors look at."""
        floor = self.floors.get(fact.kind)
        return floor is None or fact.occurred_at >= floor

    def put(self, fact: Fact) -> None:
        """Hold a fact in the place of its earlier revision, if any."""
        held = self.facts.get(fact.activity_id)
        if held is not None:
            self.touched.add(month(held.occurred_at))
        self.touched.add(month(fact.occurred_at))
        self.facts[fact.activity_id] = fact

    def sorted_facts(self) -> list[Fact]:
        """Return the facts by (occurred_at, activity_id)."""
        return sorted(self.facts.values(), key=order)


@dataclass(slots=True)
class Laid:
    """What laying a chunk's records into a key came to. ``revision`` is None when every record was a redelivery."""

    revision: int | None = None
    repeated: set[int] = field(default_factory=set)
    """Offsets of records that said nothing new."""
    late: list[Late] = field(default_factory=list)
    """Those that were late for the first time."""
    days: set[Millis] = field(default_factory=set)
    """An instant in each day that got or lost a fact."""


def order(fact: Fact) -> tuple[Millis, str]:
    """Return what facts are sorted by."""
    return fact.occurred_at, fact.activity_id


def lay(held: KeyFacts, arrivals: Iterable[Arrival], *, lateness: Millis, base: int, kinds: frozenset[Kind]) -> Laid:
    """Lay a chunk's records into a key, one by one in log order.

    ``base`` is generation·2^40, what revisions count from; activities of other ``kinds`` than a detector takes are read but not held.
    """
    laid = Laid()
    for arrival in arrivals:
        if arrival.offset <= held.through:
            continue
        held.through = arrival.offset
        laid.revision = base + arrival.offset + 1
        record = arrival.record
        if isinstance(record, Activity):
            _lay_activity(held, arrival.offset, record, lateness, laid, kinds)
        elif not _lay_dated(held, record):
            laid.repeated.add(arrival.offset)
    return laid


def _lay_activity(held: KeyFacts, offset: int, activity: Activity, lateness: Millis, laid: Laid, kinds: frozenset[Kind]) -> None:
    known = held.facts.get(activity.activity_id)
    if known is not None and known.revision > activity.revision:
        laid.repeated.add(offset)
        return
    again = known is not None and known.revision == activity.revision
    earliest = min(activity.occurred_at, known.occurred_at) if known else activity.occurred_at
    if not again and held.clock is not None and earliest < held.clock - lateness:
        laid.late.append(Late(offset=offset, occurred_at=activity.occurred_at, clock=held.clock, late_by=held.clock - lateness - earliest))
        return
    # The same revision again is laid in again: after a crash between two writes of state it may stand here while the clock is the old one.
    if again:
        laid.repeated.add(offset)
    held.clock = activity.occurred_at if held.clock is None else max(held.clock, activity.occurred_at)
    if activity.kind not in kinds:
        return
    if known is not None:
        laid.days.add(known.occurred_at)
        if known.revision == activity.revision and isinstance(known, BareFact):
            return
    laid.days.add(activity.occurred_at)
    held.put(activity)


def _lay_dated(held: KeyFacts, record: SubjectFact | ExceptionFact) -> bool:
    """Hold a dated fact when it is newer than what is held; these have no event time, move no clock and are never late."""
    if isinstance(record, SubjectFact):
        known_subject = held.subjects.get(record.fact_id)
        if known_subject is not None and known_subject.revision >= record.revision:
            return False
        held.subjects[record.fact_id] = record
        return True
    known = held.exceptions.get(record.exception_id)
    if known is not None and known.revision >= record.revision:
        return False
    held.exceptions[record.exception_id] = record
    return True


def of_kinds(facts: Iterable[Fact], kinds: frozenset[Kind], floor: Millis | None) -> Iterator[Fact]:
    """Yield the standing facts of these kinds that do not lie before a floor."""
    for fact in facts:
        if not fact.void and fact.kind in kinds and (floor is None or fact.occurred_at >= floor):
            yield fact
