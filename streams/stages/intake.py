"""A chunk as delivered -> what it says: which records are dead, which cannot matter, and the few that can, each with the clock it meets."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt

from schemas.columns import columns
from schemas.records import FileEvent, MailEvent, Millis, Record, SettingEvent
from schemas.wire import Wire, WireError
from streams.enrichment.reference import Reference
from streams.enrichment.sieve import can_matter, sieve, sieve_files
from streams.enrichment.wanted import Wanted
from streams.stages.chunk import Delivered
from streams.stages.limits import CLOCK_SKEW

Event: TypeAlias = MailEvent | FileEvent | SettingEvent
EVENTS: Final[Mapping[str, type[MailEvent] | type[FileEvent] | type[SettingEvent]]] = {
    "mail-events": MailEvent,
    "file-events": FileEvent,
    "setting-events": SettingEvent,
}
_BEFORE_ALL: Final = np.iinfo(np.int64).min


@dataclass(frozen=True, slots=True)
class Kept:
    """A record that can matter; ``clock`` is the highest event time that was applied before it, None before the first."""

    delivered: Delivered
    event: Event
    clock: Millis | None


@dataclass(frozen=True, slots=True)
class Dead:
    """A record that cannot be read or believed, and why."""

    delivered: Delivered
    reason: str
    detail: str


@dataclass(frozen=True, slots=True)
class Intake:
    """What a chunk says, in log order. What is neither dead nor kept cannot matter. ``clock`` is that after the chunk."""

    kept: list[Kept]
    dead: list[Dead]
    clock: Millis | None


def take_in(chunk: Sequence[Delivered], wire: Wire, reference: Reference, wanted: Wanted, through: int, clock: Millis | None) -> Intake:
    """Read one chunk of one source topic.

    ``through`` and ``clock`` are the partition's before the chunk; a record at or below ``through`` moves no clock, nor does a dead one.
    """
    expected = EVENTS[chunk[0].topic]
    values = [delivered.value for delivered in chunk]
    read = columns(values, expected, wire)
    instants = np.full(len(chunk), _BEFORE_ALL, dtype=np.int64)
    may = np.zeros(len(chunk), dtype=bool)
    if len(read.rows):
        instants[read.rows] = read.batch.column(read.batch.schema.get_field_index("occurred_at")).to_numpy(zero_copy_only=False)
        may[read.rows] = _may(read.batch, expected, reference, wanted)
    events: dict[int, Event] = {}
    dead: dict[int, Dead] = {}
    for index in read.others:
        event = _slowly(chunk[index], expected, wire)
        if isinstance(event, Dead):
            dead[index] = event
        else:
            events[index] = event
            instants[index] = event.occurred_at
            may[index] = True
    produced = np.fromiter((delivered.timestamp for delivered in chunk), dtype=np.int64, count=len(chunk))
    for index in np.flatnonzero(instants > produced + CLOCK_SKEW).tolist():
        dead[index] = Dead(chunk[index], "clock-skew", f"happened at {instants[index]} ms, produced at {produced[index]} ms")
        instants[index] = _BEFORE_ALL
        may[index] = False
    kept: list[Kept] = []
    clocks = _clocks(chunk, instants, through, clock)
    for index in np.flatnonzero(may).tolist():
        found = events.get(index) or _slowly(chunk[index], expected, wire)
        if isinstance(found, Dead):
            dead[index] = found
        elif _matters(found, reference, wanted):
            kept.append(Kept(chunk[index], found, _instant(clocks[index])))
    return Intake(kept, [dead[index] for index in sorted(dead)], _instant(clocks[-1]))


def _may(batch: object, expected: type[Record], reference: Reference, wanted: Wanted) -> npt.NDArray[np.bool_] | bool:
    if expected is MailEvent:
        return sieve(batch, reference, wanted)
    return sieve_files(batch, wanted) if expected is FileEvent else "setting" in wanted.kinds


def _matters(event: Event, reference: Reference, wanted: Wanted) -> bool:
    if isinstance(event, MailEvent):
        return can_matter(event, reference, wanted)
    if isinstance(event, FileEvent):
        return "file" in wanted.kinds and event.action in wanted.actions
    return "setting" in wanted.kinds


def _slowly(delivered: Delivered, expected: type[Event], wire: Wire) -> Event | Dead:
    if delivered.value is None:
        return Dead(delivered, "no-value", f"a record of {delivered.topic} without a value says nothing")
    try:
        return wire.decode(delivered.value, expected)
    except WireError as error:
        return Dead(delivered, error.reason, error.detail)


def _clocks(chunk: Sequence[Delivered], instants: npt.NDArray[np.int64], through: int, clock: Millis | None) -> npt.NDArray[np.int64]:
    """Return the clock before each record of the chunk, and the one after it as the last element."""
    offsets = np.fromiter((delivered.offset for delivered in chunk), dtype=np.int64, count=len(chunk))
    moved = np.concatenate(([_BEFORE_ALL if clock is None else clock], np.where(offsets <= through, _BEFORE_ALL, instants)))
    return np.maximum.accumulate(moved)


def _instant(clock: np.int64) -> Millis | None:
    return None if clock == _BEFORE_ALL else int(clock)
