"""When it is too much, naively: every window of every rule is laid over all pieces and looked at whole."""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo

from detectors.judging import Rule
from tests.detectors.engine.oracle_mails import Piece

LONDON = ZoneInfo("Europe/London")


@dataclass(frozen=True)
class Hot:
    """A window that reached its threshold: when it ends, the positions in it, the position that reached it, and by which rule."""

    end: int
    inside: tuple[int, ...]
    reached: int
    rule: Rule


@dataclass(frozen=True)
class Part:
    """The pieces of one episode that belong to one quarter; ``siblings`` is how many parts its episode has."""

    trigger: str
    pieces: tuple[Piece, ...]
    siblings: int


def measured(rule: Rule, window: Iterable[Piece], zone: tzinfo) -> int:
    """Measure one window by looking at all of it."""
    if rule.measure == "count":
        return len(list(window))
    if rule.measure == "bytes":
        return sum(map(_bytes, window))
    return len({mark for piece in window for mark in _marks(rule.measure, piece, zone)})


def hot_windows(pieces: Sequence[Piece], rules: Iterable[Rule], monitored: Callable[[int], bool], zone: tzinfo = LONDON) -> list[Hot]:
    """Try every window that ends at a piece, by every rule; half the threshold, rounded up, holds at a monitored instant."""
    found = []
    for rule in rules:
        width = rule.window // timedelta(milliseconds=1)
        for end in sorted({piece.at for piece in pieces}):
            least = (rule.threshold + 1) // 2 if monitored(end) else rule.threshold
            inside = tuple(i for i, piece in enumerate(pieces) if end - width < piece.at <= end)
            if measured(rule, [pieces[i] for i in inside], zone) < least:
                continue
            ties = [i for i in inside if pieces[i].at == end]
            reached = next(i for i in ties if measured(rule, [pieces[j] for j in inside if j <= i], zone) >= least)
            found.append(Hot(end, inside, reached, rule))
    return found


def parts(pieces: Sequence[Piece], rules: Iterable[Rule], monitored: Callable[[int], bool], zone: tzinfo = LONDON) -> list[Part]:
    """Link neighbours that share a hot window to episodes; cut each by the quarter in which a piece's earliest hot window closes."""
    windows = hot_windows(pieces, rules, monitored, zone)
    holding: dict[int, list[Hot]] = defaultdict(list)
    for window in windows:
        for i in window.inside:
            holding[i].append(window)
    episodes: list[list[int]] = []
    for i in sorted(holding):
        if i and any(i - 1 in window.inside for window in holding[i]):
            episodes[-1].append(i)
        else:
            episodes.append([i])
    found = []
    for episode in episodes:
        quarters: dict[tuple[int, int], list[int]] = defaultdict(list)
        for i in episode:
            quarters[quarter(min(window.end for window in holding[i]))].append(i)
        for which, members in quarters.items():
            reached = min(window.reached for window in windows if window.reached in episode and quarter(window.end) == which)
            found.append(Part(pieces[reached].name, tuple(pieces[i] for i in members), len(quarters)))
    return found


@lru_cache(maxsize=100_000)
def quarter(at: int) -> tuple[int, int]:
    """Return the calendar quarter in UTC."""
    moment = datetime.fromtimestamp(at / 1000, UTC)
    return moment.year, (moment.month - 1) // 3


@lru_cache(maxsize=100_000)
def local(at: int, zone: tzinfo = LONDON) -> datetime:
    """Return the civil time, in Europe/London if nothing else is said."""
    return datetime.fromtimestamp(at / 1000, zone)


def _marks(measure: str, piece: Piece, zone: tzinfo) -> set[Hashable]:
    if measure == "days":
        return {local(piece.at, zone).date()}
    if measure == "weeks":
        return {local(piece.at, zone).isocalendar()[:2]}
    if measure == "addresses":
        return {each.address for each in piece.unofficial if each.address is not None}
    assert measure == "documents"
    return {each.sha256 or (each.name, each.size) for each in piece.mail.documents}


def _bytes(piece: Piece) -> int:
    sizes = [each.size for each in piece.mail.documents if each.size is not None]
    return sum(sizes) if sizes else piece.mail.size or 0
