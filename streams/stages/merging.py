"""The records of one chunk that can matter -> the union rows that they change, and the activities to publish for it."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from schemas.enrich_rows import HeldFact, LateOffset, PartitionRow, UnionRow
from schemas.identity import activity_key, event_id, fingerprint, message_key
from schemas.records import Activity, FileEvent, MailEvent
from schemas.rows import decode_row, encode_row
from schemas.wire import MAGIC, Wire
from streams.enrichment.assembly import Fact, unite
from streams.enrichment.bounds import bound_file, bound_mail, bound_setting, fact_rank
from streams.enrichment.context import file_activities, mail_activities, setting_activities
from streams.enrichment.reference import Reference
from streams.enrichment.wanted import Wanted
from streams.stages.chunk import Delivered, Output
from streams.stages.horizons import Horizons, outlived
from streams.stages.intake import EVENTS, Event, Kept
from streams.stages.limits import MAX_RECORD
from streams.stages.partition import prefix
from streams.stages.store import Store
from streams.stages.unions import Union, again, fact_name, settle

ACTIVITIES: Final = "activities"
_GENERATION: Final = 1 << 40
_LONGEST_KEY: Final = 1_000


@dataclass(frozen=True, slots=True)
class Setup:
    """What a merge works with.

    ``keeper`` encodes the facts that are held, without any registry; ``most_bytes`` is the size above which an activity is refused.
    """

    wire: Wire
    keeper: Wire
    reference: Reference
    wanted: Wanted
    generation: int
    horizons: Horizons
    most_bytes: int = MAX_RECORD


@dataclass(slots=True)
class Merged:
    """What came of a chunk. ``rows`` are the union rows to write; ``refused`` are records with which an activity would be too large."""

    rows: dict[bytes, bytes | None] = field(default_factory=dict)
    outputs: list[Output] = field(default_factory=list)
    facts: int = 0
    duplicates: int = 0
    late: list[LateOffset] = field(default_factory=list)
    refused: list[Delivered] = field(default_factory=list)


@dataclass(slots=True)
class _Touched:
    """A union in work: the chunk's facts in it, the events that need no decoding, and whether what was published may not have arrived."""

    union: Union
    facts: list[Delivered] = field(default_factory=list)
    events: dict[bytes, Event] = field(default_factory=dict)
    unsure: bool = False


def merge(kept: Sequence[Kept], setup: Setup, store: Store, head: PartitionRow) -> Merged:
    """Return what the records that can matter amount to, given the state and the partition's row before the chunk. Writes nothing."""
    merging = _Merging(setup, head)
    keys = [_union_key(each.event) for each in kept]
    merging.read(store, keys)
    for key, each in zip(keys, kept, strict=True):
        merging.take(key, each)
    return merging.finish()


class _Merging:
    def __init__(self, setup: Setup, head: PartitionRow) -> None:
        self._setup = setup
        self._head = head
        self._unions: dict[str, _Touched] = {}
        self._merged = Merged()

    def read(self, store: Store, keys: Iterable[str]) -> None:
        distinct = list(dict.fromkeys(keys))
        for key, data in zip(distinct, store.get_many([self._place(key) for key in distinct]), strict=True):
            row = decode_row(data, UnionRow) if data is not None else UnionRow(key=key)
            self._unions[key] = _Touched(Union(row, self._rank))

    def take(self, key: str, kept: Kept) -> None:
        touched, offset = self._unions[key], kept.delivered.offset
        if offset <= self._head.through:
            touched.unsure = True
            return
        name, at = fact_name(kept.event), kept.event.occurred_at
        held = touched.union.facts.get(name)
        behind = 0 if kept.clock is None else kept.clock - at
        if held is not None and held.offset == offset:
            touched.unsure = True  # known before its time: a kill came between the two writes
        elif kept.clock is not None and behind > (self._setup.horizons.join if held is None else self._setup.horizons.held):
            self._merged.late.append(LateOffset(offset=offset, clock=kept.clock))
            return
        elif held is not None:
            self._merged.duplicates += 1
            return
        else:
            held, touched.events[name] = self._fact(name, kept)
            touched.union.add(held)
        touched.facts.append(kept.delivered)
        self._merged.facts += 1

    def finish(self) -> Merged:
        for key, touched in self._unions.items():
            if touched.facts:
                self._settle(key, touched)
            elif touched.unsure:
                self._publish(again(touched.union.emitted, self._activities(touched)))
        return self._merged

    def _settle(self, key: str, touched: _Touched) -> None:
        union, clock = touched.union, self._head.sure_clock
        if clock is not None:
            union.forget(outlived(union.facts.values(), clock - self._setup.horizons.keep))
        activities = [(activity, fact_name(activity)) for activity in self._activities(touched)]
        revision = self._setup.generation * _GENERATION + touched.facts[-1].offset + 1
        forgotten = -(1 << 62) if clock is None else clock - self._setup.horizons.sure
        union.emitted, published = settle(union.emitted, activities, revision, forgotten, everything=touched.unsure)
        row = encode_row(union.row())
        if len(row) > MAX_RECORD or not self._publish(published):
            self._merged.refused += touched.facts
            return
        self._merged.rows[self._place(key)] = row

    def _publish(self, activities: Iterable[Activity]) -> bool:
        """Encode activities; publish none and return False when one is too large."""
        outputs = [
            Output(ACTIVITIES, activity_key(each.grouping, each.value).encode(), self._setup.wire.encode(each, ACTIVITIES))
            for each in activities
        ]
        fit = all(len(output.value) <= self._setup.most_bytes for output in outputs)
        if fit:
            self._merged.outputs += outputs
        return fit

    def _activities(self, touched: _Touched) -> list[Activity]:
        reference, wanted, union = self._setup.reference, self._setup.wanted, touched.union
        events = [(touched.events.get(held.name) or self._event(held), held) for held in union.facts.values()]
        mails = [Fact(event, held.outside, held.cut) for event, held in events if isinstance(event, MailEvent)]
        if mails:
            united = unite(union.key, mails, self._setup.horizons.join, ended_at=union.ended_at, short=union.floor is not None)
            return [activity for mail in united for activity in mail_activities(mail, reference, wanted)]
        others = [event for event, _ in events if not isinstance(event, MailEvent)]
        if not others:
            return []
        first = min(others, key=lambda event: (event.occurred_at, repr(event)))
        return file_activities(first, reference, wanted) if isinstance(first, FileEvent) else setting_activities(first, reference, wanted)

    def _fact(self, name: bytes, kept: Kept) -> tuple[HeldFact, Event]:
        event, outside, cut = kept.event, 0, False
        bounded: Event
        if isinstance(event, MailEvent):
            fact = bound_mail(event, self._setup.reference)
            bounded, outside, cut = fact.event, fact.outside, fact.cut
        else:
            bounded = bound_file(event) if isinstance(event, FileEvent) else bound_setting(event)
        value = kept.delivered.value
        if value is None or bounded != event or not value.startswith(MAGIC):
            value = self._setup.keeper.encode(bounded, self._head.topic)
        held = HeldFact(
            name=name,
            offset=kept.delivered.offset,
            occurred_at=event.occurred_at,
            event=value,
            outside=outside,
            cut=cut,
        )
        return held, bounded

    def _event(self, held: HeldFact) -> Event:
        return self._setup.keeper.decode(held.event, EVENTS[self._head.topic])

    def _rank(self, held: HeldFact) -> int:
        event = self._event(held)
        return fact_rank(event, self._setup.reference) if isinstance(event, MailEvent) else 0

    def _place(self, key: str) -> bytes:
        return prefix(self._head.topic, self._head.partition) + b"u" + hashlib.blake2b(key.encode(), digest_size=16).digest()


def _union_key(event: Event) -> str:
    if not isinstance(event, MailEvent):
        return event_id(event)
    key = message_key(event)
    return key if len(key) <= _LONGEST_KEY else "long:" + fingerprint(key)
