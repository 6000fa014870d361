"""The toolbox that detectors judge with: exact sliding windows over sorted evidence, and the runs that hot windows make.

A window ``(t - W, t]`` ends at a piece of evidence and holds every piece at ``t``, ties included. One that reaches its rule's threshold
is *hot*, and so is what it holds. An episode is a maximal run of hot pieces whose neighbours share a hot window; it is cut into parts
by the quarter in which the earliest hot window that holds a piece closes::

    pieces     a   b  c          d      e f g
    window 3        (-----c]              (---g]        threshold 3
    hot        a   b  c                 e f g
    episodes   [a   b  c]               [e f g]

A rule's threshold holds at all times, but for an officer under enhanced monitoring: there half of it is enough.
"""

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Annotated, Literal, Protocol, TypeAlias

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from detectors.calendar import Calendar, quarter
from detectors.contract import Evidence, View
from detectors.durations import Duration, milliseconds
from detectors.subject import Subject
from schemas.records import Millis

Measure: TypeAlias = Literal["count", "days", "weeks", "addresses", "documents", "officers", "bytes"]
_FACET_OF = {"addresses": "address", "documents": "document", "officers": "officer"}


class Rule(BaseModel):
    """When a window is too much: ``measure`` over elapsed time ``window`` reaches ``threshold``."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    window: Annotated[Duration, Field(gt=timedelta())]
    measure: Measure
    threshold: int = Field(ge=1)

    @property
    def width(self) -> Millis:
        """The window in milliseconds."""
        return milliseconds(self.window)


def _at_least_one(rules: tuple[Rule, ...]) -> tuple[Rule, ...]:
    if not rules:
        raise ValueError("at least one rule is wanted")
    return rules


Rules = Annotated[tuple[Rule, ...], AfterValidator(_at_least_one)]
"""Rules of which any one is enough."""


@dataclass(frozen=True, slots=True)
class Limit:
    """A rule as it is applied: ``measure`` over ``width`` milliseconds reaches what ``threshold`` says of the window's end."""

    width: Millis
    measure: Measure
    threshold: Callable[[Millis], int]


@dataclass(frozen=True, slots=True)
class Part:
    """The pieces of one episode that belong to one quarter and are not settled; ``trigger`` is the activity id that names it."""

    evidence: tuple[Evidence, ...]
    trigger: str


@dataclass(frozen=True, slots=True)
class _Hot:
    """One hot window as positions in the sorted evidence, ends included; ``reached`` is where the threshold was met."""

    low: int
    high: int
    reached: int


class _Meter(Protocol):
    """Measures a window that slides forward over the evidence."""

    def add(self, piece: Evidence) -> None: ...
    def remove(self, piece: Evidence) -> None: ...
    def value(self) -> int: ...


class _Sum:
    """Counts pieces, or adds up their bytes."""

    def __init__(self, *, of_bytes: bool) -> None:
        self._of_bytes = of_bytes
        self._total = 0

    def add(self, piece: Evidence) -> None:
        self._total += piece.value if self._of_bytes else 1

    def remove(self, piece: Evidence) -> None:
        self._total -= piece.value if self._of_bytes else 1

    def value(self) -> int:
        return self._total


class _Distinct:
    """Counts distinct days, weeks, addresses, documents or officers."""

    def __init__(self, measure: Measure, calendar: Calendar) -> None:
        self._measure = measure
        self._calendar = calendar
        self._held: Counter[object] = Counter()

    def add(self, piece: Evidence) -> None:
        self._held.update(self._marks(piece))

    def remove(self, piece: Evidence) -> None:
        for mark in self._marks(piece):
            self._held[mark] -= 1
            if not self._held[mark]:
                del self._held[mark]

    def value(self) -> int:
        return len(self._held)

    def _marks(self, piece: Evidence) -> set[object]:
        if self._measure == "days":
            return {self._calendar.day(piece.at)}
        if self._measure == "weeks":
            return {self._calendar.week(piece.at)}
        name = _FACET_OF[self._measure]
        return {value for facet, value in piece.facets if facet == name}


def parts(view: View, rules: Iterable[Rule], calendar: Calendar) -> list[Part]:
    """Return the parts that these rules make of a view's counted evidence, in the order of their first piece."""
    return parts_above(view, (limit_of(rule, view.subject) for rule in rules), calendar)


def parts_above(view: View, limits: Iterable[Limit], calendar: Calendar) -> list[Part]:
    """Return the parts that any of these limits make of a view's counted evidence, in the order of their first piece.

    The cost is linear in the evidence for each limit.
    """
    pieces = view.counted
    hot = [False] * len(pieces)
    linked = [False] * len(pieces)  # this piece and the next share a hot window
    closes: list[Millis | None] = [None] * len(pieces)
    reached: list[int] = []
    for limit in limits:
        fresh = 0  # windows come in the order of their ends: the first that holds a piece is the earliest to close on it
        for window in _hot_windows(pieces, limit, calendar):
            reached.append(window.reached)
            end = pieces[window.high].at
            for i in range(max(window.low, fresh), window.high + 1):
                hot[i] = True
                known = closes[i]
                closes[i] = end if known is None else min(known, end)
            for i in range(max(window.low, fresh - 1), window.high):
                linked[i] = True
            fresh = window.high + 1
    reached.sort()
    found = [part for run in _runs(hot, linked) for part in _cut(run, pieces, closes, reached)]
    return [open_part for part in found if (open_part := _without(part, view.settled)) is not None]


def each(view: View) -> list[Part]:
    """Return one part for every piece: for what is too much at count one."""
    return [Part((piece,), piece.activity_id) for piece in view.counted if piece.activity_id not in view.settled]


def named_by_role(view: View, facet: str) -> View:
    """Return the view in which a counted piece without facets has its role as this facet.

    Of a crowded day's piece no facet is kept, and its role is: a detector that must count exactly what is in a flood says it in both.
    """
    if all(piece.facets for piece in view.counted):
        return view
    return replace(view, counted=[piece if piece.facets else replace(piece, facets=((facet, piece.role),)) for piece in view.counted])


def eased(threshold: int, subject: Subject | None, at: Millis) -> int:
    """Return what a threshold comes to at an instant: half of it, rounded up, while the officer is under enhanced monitoring."""
    return -(-threshold // 2) if subject is not None and subject.monitored(at) else threshold


def limit_of(rule: Rule, subject: Subject | None) -> Limit:
    """Return a rule as it is applied to an officer: eased while they are under enhanced monitoring."""
    return Limit(rule.width, rule.measure, lambda end: eased(rule.threshold, subject, end))


def _meter(measure: Measure, calendar: Calendar) -> _Meter:
    if measure in {"count", "bytes"}:
        return _Sum(of_bytes=measure == "bytes")
    return _Distinct(measure, calendar)


def _hot_windows(pieces: Sequence[Evidence], limit: Limit, calendar: Calendar) -> Iterator[_Hot]:
    """Yield the hot windows of one limit, one per distinct end, in the order of their ends."""
    meter = _meter(limit.measure, calendar)
    low = first = 0
    while first < len(pieces):
        end = pieces[first].at
        while pieces[low].at <= end - limit.width:
            meter.remove(pieces[low])
            low += 1
        reached = None
        threshold = limit.threshold(end)
        high = first
        while high < len(pieces) and pieces[high].at == end:
            meter.add(pieces[high])
            if reached is None and meter.value() >= threshold:
                reached = high
            high += 1
        if reached is not None:
            yield _Hot(low, high - 1, reached)
        first = high


def _runs(hot: Sequence[bool], linked: Sequence[bool]) -> Iterator[range]:
    """Yield the maximal runs of hot pieces whose neighbours share a hot window."""
    start = None
    for i, is_hot in enumerate(hot):
        if not is_hot:
            continue
        start = i if start is None else start
        if not linked[i]:
            yield range(start, i + 1)
            start = None


def _cut(run: range, pieces: Sequence[Evidence], closes: Sequence[Millis | None], reached: Sequence[int]) -> Iterator[Part]:
    """Cut one run into its quarters' parts."""
    members: defaultdict[int, list[int]] = defaultdict(list)
    for i in run:
        members[quarter(closes[i] or 0)].append(i)
    first: dict[int, int] = {}
    for i in reached[bisect_left(reached, run.start) : bisect_left(reached, run.stop)]:
        first.setdefault(quarter(pieces[i].at), i)
    for this_quarter, held in sorted(members.items()):
        # A quarter with members has a window that closed in it, and that window reached its threshold at its end, so in that quarter.
        yield Part(evidence=tuple(pieces[i] for i in held), trigger=pieces[first[this_quarter]].activity_id)


def _without(part: Part, settled: frozenset[str]) -> Part | None:
    evidence = tuple(piece for piece in part.evidence if piece.activity_id not in settled)
    return Part(evidence, part.trigger) if evidence else None
