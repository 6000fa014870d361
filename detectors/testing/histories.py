"""Random histories for the contract: a detector's own examples, mixed, moved in time, disordered; and activities with anything in them."""

import types
from collections.abc import Callable, Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from random import Random
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

import msgspec
from hypothesis import strategies as st

from detectors.contract import Key
from detectors.engine.facts import Record
from detectors.registry import AnyDetector
from detectors.testing.builders import LATENESS
from detectors.testing.example import Example
from detectors.testing.running import key_of
from schemas.constraints import instants
from schemas.records import Activity, ClassifiedAddress, ExceptionFact, Kind, Millis, SubjectFact

RecordT = TypeVar("RecordT", bound=msgspec.Struct)
_HOUR = 3_600_000
_LATENESS = int(LATENESS.total_seconds() * 1000)
_IDS = {Activity: "activity_id", SubjectFact: "fact_id", ExceptionFact: "exception_id"}
_INNER = frozenset({"address", "own", "name", "size", "sha256", "label", "marking", "categories", "protected_person", "reasons"})
_WORDS = ("", "a", "report.docx", "WITSEC", "x@mail.example", "naïve \u202e\x00 name")


@dataclass(frozen=True, slots=True)
class History:
    """One key's records, the dated facts apart from the activities; ``detector`` makes a new detector to judge them with."""

    example: Example
    dated: tuple[Record, ...]
    activities: tuple[Activity, ...]

    def detector(self, of: type[AnyDetector]) -> AnyDetector:
        """Return a new detector, configured as the examples want it."""
        return self.example.detector(of)

    def in_order(self) -> list[Record]:
        """Return the records in the order of time, the dated facts first."""
        return [*self.dated, *sorted(self.activities, key=lambda activity: (activity.occurred_at, activity.activity_id))]

    def disordered(self, rnd: Random) -> list[Record]:
        """Return the records in an order in which none comes more than the lateness behind its key's clock.

        A dated fact has no event time and comes anywhere, unless the history is so long that something may be final before it comes.
        """
        moved = {activity.activity_id: activity.occurred_at + rnd.uniform(0, _LATENESS) for activity in self.activities}
        log: list[Record] = [*sorted(self.activities, key=lambda activity: moved[activity.activity_id])]
        times = [activity.occurred_at for activity in self.activities]
        short = not times or max(times) - min(times) <= _LATENESS
        for fact in self.dated:
            log.insert(rnd.randrange(len(log) + 1) if short else 0, fact)
        return log


@st.composite
def histories(draw: st.DrawFn, examples: Sequence[Example]) -> History:
    """Draw a history of one key: some of the examples of one configuration, each moved by up to a year as a whole."""
    first = draw(st.sampled_from(examples))
    alike = [example for example in examples if example.config == first.config and key_of(example.fires) == key_of(first.fires)]
    # By seed: hypothesis likes small and equal numbers, and would rarely lay two that fire far apart.
    rnd = Random(draw(st.integers(0, 2**32)))  # noqa: S311 - nothing secret comes of it
    hours = rnd.choice([24 * 5, 24 * 365])
    dated: list[Record] = []
    activities: list[Activity] = []
    for number in range(draw(st.integers(1, 4))):
        by = rnd.randrange(hours) * _HOUR
        example = rnd.choice(alike)
        for record in rnd.choice([example.fires, example.fires, example.near_miss]):
            told = _retold(record, f"{number}-", by)
            if isinstance(told, Activity):
                activities.append(told)
            else:
                dated.append(told)
    return History(first, tuple(dated), tuple(activities))


def _retold(record: Record, prefix: str, by: Millis) -> Record:
    """Return a record under another id, with all of its instants moved."""
    named = _IDS[type(record)]
    changes: dict[str, Any] = {named: prefix + getattr(record, named)}
    for (name,) in (path for path in instants(type(record)) if len(path) == 1):
        if getattr(record, name) is not None:
            changes[name] = getattr(record, name) + by
    return msgspec.structs.replace(record, **changes)


def optional_fields(record_type: type[msgspec.Struct]) -> dict[str, Any]:
    """Return the fields that a record can be without, each with the value it has then."""
    nothing = {field.name: field.default for field in msgspec.structs.fields(record_type) if not field.required}
    return {**nothing, **({"address": None} if record_type is ClassifiedAddress else {})}  # withheld: None without being optional


def less() -> st.SearchStrategy[Callable[[Activity], Activity]]:
    """Draw a way to take optional fields out of an activity, of its addresses, its documents and what is said of its message too."""
    return st.builds(
        lambda fields, inner: lambda activity: _less(_less_inside(activity, inner), fields),
        st.sets(st.sampled_from(sorted(optional_fields(Activity)))),
        st.sets(st.sampled_from(sorted(_INNER))),
    )


def _less_inside(activity: Activity, fields: AbstractSet[str]) -> Activity:
    return msgspec.structs.replace(
        activity,
        addresses=tuple(_less(address, fields) for address in activity.addresses),
        documents=tuple(_less(each, fields) for each in activity.documents),
        message=_less(activity.message, fields) if activity.message else None,
    )


def _less(record: RecordT, fields: AbstractSet[str]) -> RecordT:
    without = optional_fields(type(record))
    return msgspec.structs.replace(record, **{name: without[name] for name in without if name in fields})


def activities(kinds: Iterable[Kind], key: Key) -> st.SearchStrategy[Activity]:
    """Draw standing activities of a key with anything in them that the record's types allow."""

    def told(seed: int) -> Activity:
        rnd = Random(seed)  # noqa: S311 - nothing secret comes of it
        activity: Activity = _anything(Activity, rnd)
        return msgspec.structs.replace(
            activity,
            activity_id=f"anything-{seed}",
            kind=rnd.choice(sorted(kinds)),
            grouping=key.grouping,
            value=key.value,
            void=False,
        )

    # By seed and not field by field: a record of forty fields is too much for hypothesis to vary well.
    return st.integers(0, 2**32).map(told)


def _anything(hint: Any, rnd: Random) -> Any:
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is Annotated:
        return rnd.randrange(4_000_000_000_000)
    if origin is Literal:
        return rnd.choice(arguments)
    if origin in (Union, types.UnionType):
        return _anything(rnd.choice(arguments), rnd)
    if origin is tuple:
        return tuple(_anything(arguments[0], rnd) for _ in range(rnd.randrange(3)))
    if isinstance(hint, type) and issubclass(hint, msgspec.Struct):
        return hint(**{name: _anything(each, rnd) for name, each in get_type_hints(hint, include_extras=True).items()})
    return {str: rnd.choice(_WORDS), bool: rnd.random() < 0.5, int: rnd.randrange(-1, 2**40), type(None): None}[hint]
