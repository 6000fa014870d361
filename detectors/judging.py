"""The toolbox that detectors judge with: exact sliding windows over sorted evidence, and the runs that hot windows make.

A window ``(t - W, t]`` ends at a piece of evidence and holds every piece at ``t``, ties included. One that reaches its rule's threshold
is *hot*, and so is what it holds. An episode is a maximal run of hot pieces whose neighbours share a hot window; it is cut into parts
by the quarter in which the earliest hot window that holds a piece closes::

    pieces     a   b  c          d      e f g
    window 3        (-----c]              (---g]        threshold 3
    hot        a   b  c                 e f g
    episodes   [a   b  c]               [e f g]
"""

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol, TypeAlias

from pydantic import BaseModel, ConfigDict, Field

from detectors.calendar import Calendar, quarter
from detectors.contract import Evidence
from detectors.durations import Duration, milliseconds
from schemas.records import Millis

Measure: TypeAlias = Literal["count", "days", "weeks", "addresses", "documents", "bytes"]
_FACET_OF = {"addresses": "address", "documents": "document"}


class Rule(BaseModel):
    """When a window is too much: ``measure`` over elapsed time ``window`` reaches ``threshold``."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    window: Duration
    measure: Measure
    threshold: int = Field(ge=1)

    @property
    def width(self) -> Millis:
        """The window in milliseconds."""
        return milliseconds(self.window)


@dataclass(frozen=True, slots=True)
class Part:
    """The pieces of one episode that belong to one quarter.

    ``trigger`` is the activity id that names it, ``rules`` those whose windows closed hot in it.
    """

    evidence: tuple[Evidence, ...]
    trigger: str
    rules: tuple[Rule, ...]


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
    """Counts distinct days, weeks, addresses or documents."""

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


def parts(pieces: Sequence[Evidence], rules: Iterable[Rule], calendar: Calendar) -> list[Part]:
    """Return the parts that these rules make of evidence sorted by (at, activity_id), in the order of their first piece.

    The cost is linear in the evidence for each rule.
    """
    hot = [False] * len(pieces)
    linked = [False] * len(pieces)  # this piece and the next share a hot window
    closes: list[Millis | None] = [None] * len(pieces)
    reached: list[tuple[int, Rule]] = []
    for rule in rules:
        fresh = 0  # windows come in the order of their ends: the first that holds a piece is the earliest to close on it
        for window in _hot_windows(pieces, rule, calendar):
            reached.append((window.reached, rule))
            end = pieces[window.high].at
            for i in range(max(window.low, fresh), window.high + 1):
                hot[i] = True
                known = closes[i]
                closes[i] = end if known is None else min(known, end)
            for i in range(max(window.low, fresh - 1), window.high):
                linked[i] = True
            fresh = window.high + 1
    reached.sort(key=lambda reach: reach[0])
    return [part for run in _runs(hot, linked) for part in _cut(run, pieces, closes, reached)]


def each(pieces: Iterable[Evidence]) -> list[Part]:
    """Return one part for every piece: for what is too much at count one."""
    return [Part(evidence=(piece,), trigger=piece.activity_id, rules=()) for piece in pieces]


def _meter(measure: Measure, calendar: Calendar) -> _Meter:
    if measure in {"count", "bytes"}:
        return _Sum(of_bytes=measure == "bytes")
    return _Distinct(measure, calendar)


def _hot_windows(pieces: Sequence[Evidence], rule: Rule, calendar: Calendar) -> Iterator[_Hot]:
    """Yield the hot windows of one rule, one per distinct end, in the order of their ends."""
    meter = _meter(rule.measure, calendar)
    low = first = 0
    while first < len(pieces):
        end = pieces[first].at
        while pieces[low].at <= end - rule.width:
            meter.remove(pieces[low])
            low += 1
        reached = None
        high = first
        while high < len(pieces) and pieces[high].at == end:
            meter.add(pieces[high])
            if reached is None and meter.value() >= rule.threshold:
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


def _cut(run: range, pieces: Sequence[Evidence], closes: Sequence[Millis | None], reached: Sequence[tuple[int, Rule]]) -> Iterator[Part]:
    """Cut one run into its quarters' parts."""
    members: defaultdict[int, list[int]] = defaultdict(list)
    for i in run:
        members[quarter(closes[i] or 0)].append(i)
    within = reached[
        bisect_left(reached, run.start, key=lambda reach: reach[0]) : bisect_left(reached, run.stop, key=lambda reach: reach[0])
    ]
    here: defaultdict[int, list[tuple[int, Rule]]] = defaultdict(list)
    for i, rule in within:
        here[quarter(pieces[i].at)].append((i, rule))
    for this_quarter, held in sorted(members.items()):
        # A quarter with members has a window that closed in it, and that window reached its threshold at its end, so in that quarter.
        reaches = here[this_quarter]
        yield Part(
            evidence=tuple(pieces[i] for i in held),
            trigger=pieces[reaches[0][0]].activity_id,
            rules=tuple(dict.fromkeys(rule for _, rule in reaches)),
        )
