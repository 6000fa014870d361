"""Reference records into their topics, and the officers' dated facts and exceptions into ``activities``.

Only what changed is sent. The facts go first: a load that is broken off between the two sends them again the next time, while the other
way round the topics would say that nothing is left to do.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from msgspec.structs import replace

from schemas.identity import activity_key
from schemas.records import ExceptionFact, Millis, Officer, Record, SubjectFact
from schemas.wire import Wire
from streams.enrichment.reference_files import ReferenceRecords, subject_facts
from streams.runtime.names import Names
from streams.runtime.reading import read_to_end
from streams.runtime.sender import ToSend
from streams.runtime.shelf import CLASSES, ENTRIES, EXCEPTIONS, OFFICERS, RECORDS, Shelf, key_of
from streams.settings import Settings

ACTIVITIES = "activities"


@dataclass(frozen=True, slots=True)
class Changes:
    """What a load does to one topic: records by key; ``before`` is how the changed ones were."""

    added: Mapping[bytes, Record]
    changed: Mapping[bytes, Record]
    before: Mapping[bytes, Record]
    removed: Mapping[bytes, Record]
    unchanged: int


@dataclass(frozen=True, slots=True)
class Plan:
    """What a load does: ``facts`` for ``activities``, with ``void`` for what is gone; changes by topic."""

    topics: Mapping[str, Changes]
    facts: Sequence[SubjectFact | ExceptionFact] = field(default_factory=tuple)

    @property
    def empty(self) -> bool:
        """Whether there is nothing to do."""
        return not self.facts and not any(changes.added or changes.changed or changes.removed for changes in self.topics.values())


async def read_shelf(settings: Settings, wire: Wire) -> Shelf:
    """Return what the topics of reference records hold now."""
    names, shelf = Names(settings.topic_prefix, settings.generation), Shelf(wire)
    async for record in read_to_end(settings, [names.topic(topic) for topic in RECORDS]):
        shelf.put(names.logical(record.topic), record.key or b"", record.value)
    return shelf


def plan(shelf: Shelf, records: ReferenceRecords, now: Millis, *, again: bool = False) -> Plan:
    """Compare files with topics. ``again`` sends every fact, not only the changed; revisions are ``now``, or above any there was."""
    known = [record for record in shelf.records(EXCEPTIONS).values() if isinstance(record, ExceptionFact)]
    revision = max([now, *(fact.revision + 1 for fact in known)])
    wanted: dict[str, Iterable[Record]] = {
        CLASSES: records.classes,
        ENTRIES: records.entries,
        EXCEPTIONS: [replace(fact, revision=revision) for fact in records.exceptions],
        OFFICERS: records.officers,
    }
    topics = {topic: _compare(shelf.records(topic), of) for topic, of in wanted.items()}
    return Plan(
        topics, [*_subjects(topics[OFFICERS], records.officers, revision, again=again), *_exceptions(topics, wanted, revision, again=again)]
    )


def sends(plan: Plan, wire: Wire, names: Names) -> tuple[list[ToSend], list[ToSend]]:
    """Return what to send first (the facts) and, when the broker has that, what to send then."""
    facts = [
        ToSend(names.topic(ACTIVITIES), activity_key("officer", fact.officer_id).encode(), wire.encode(fact, ACTIVITIES))
        for fact in plan.facts
    ]
    records: list[ToSend] = []
    for topic, changes in plan.topics.items():
        records += [
            ToSend(names.topic(topic), key, wire.encode(record, topic)) for key, record in {**changes.added, **changes.changed}.items()
        ]
        records += [ToSend(names.topic(topic), key, None) for key in changes.removed]
    return facts, records


def _compare(held: Mapping[bytes, Record], wanted: Iterable[Record]) -> Changes:
    new = {key_of(record): record for record in wanted}
    changed = {key: record for key, record in new.items() if key in held and _content(held[key]) != _content(record)}
    return Changes(
        added={key: record for key, record in new.items() if key not in held},
        changed=changed,
        before={key: held[key] for key in changed},
        removed={key: record for key, record in held.items() if key not in new},
        unchanged=sum(key in held for key in new) - len(changed),
    )


def _content(record: Record) -> Record:
    return replace(record, revision=0) if isinstance(record, ExceptionFact) else record


def _subjects(changes: Changes, officers: Sequence[Officer], revision: Millis, *, again: bool) -> list[SubjectFact]:
    touched = (
        officers if again else [record for record in (*changes.added.values(), *changes.changed.values()) if isinstance(record, Officer)]
    )
    gone = [record for record in changes.removed.values() if isinstance(record, Officer)]
    return [*subject_facts(touched, revision), *(replace(fact, void=True) for fact in subject_facts(gone, revision))]


def _exceptions(
    topics: Mapping[str, Changes], wanted: Mapping[str, Iterable[Record]], revision: Millis, *, again: bool
) -> list[ExceptionFact]:
    changes = topics[EXCEPTIONS]
    touched = wanted[EXCEPTIONS] if again else (*changes.added.values(), *changes.changed.values())
    facts = [record for record in touched if isinstance(record, ExceptionFact)]
    gone = [replace(record, void=True, revision=revision) for record in changes.removed.values() if isinstance(record, ExceptionFact)]
    return [*facts, *gone, *_moved(changes, revision)]


def _moved(changes: Changes, revision: Millis) -> list[ExceptionFact]:
    """Take an exception back from the officer whose it was when it is another's now: each has a key of his own in ``activities``."""
    return [
        replace(old, void=True, revision=revision)
        for key, old in changes.before.items()
        if isinstance(old, ExceptionFact) and isinstance(new := changes.changed[key], ExceptionFact) and old.officer_id != new.officer_id
    ]
