"""From points to a score and a severity.

A score is additive and explained: it is the sum of the points of the reasons that an alert shows, never more than ``CEILING``.
"""

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from types import MappingProxyType

from detectors.contract import Episode, Evidence
from detectors.patterns import PLAIN, correspondence
from schemas.records import Reason, Severity

CEILING = 20
LOW_AT_MOST = 3
_SEVERITIES: tuple[tuple[int, Severity], ...] = ((9, "critical"), (7, "high"), (4, "medium"))
_RANKS: Mapping[Severity, int] = MappingProxyType({"low": 0, "medium": 1, "high": 2, "critical": 3})
_RAISES_ABOVE_LOW = frozenset(
    {
        "own-account-declared",
        "attachment",
        "marked-message",
        "official-sensitive",
        "secret",
        "category",
        "protected-person",
        "forwarding-outside",
    }
)
_OPENED = frozenset({"access-then-send-name", "access-then-send-time"})
_EVERYDAY = _OPENED | PLAIN
"""What is told of an officer who opens a statement form and sends it to the victim."""
_COINCIDENCE = PLAIN | {"access-then-send-time", "own-account-declared", "own-account-likely", "disposable-or-relay"}
"""What is told of an officer who sends their payslip home with classified work open beside it."""


@dataclass(frozen=True, slots=True)
class Score:
    """An episode's score with the reasons that add up to it."""

    score: int
    severity: Severity
    reasons: tuple[Reason, ...]


def severity_of(score: int) -> Severity:
    """Return the severity that a score stands for."""
    return next((severity for floor, severity in _SEVERITIES if score >= floor), "low")


def severity_rank(severity: Severity) -> int:
    """Return 0 (low) to 3 (critical)."""
    return _RANKS[severity]


def score(episode: Episode) -> Score:
    """Score an episode: the reasons of its highest-scoring piece (the first of them on a tie) and those of the pattern.

    An episode in which no piece has an attachment, label or marking, and none goes to a declared own account, is held at low; so is one
    of unclassified files against which nothing speaks but what everyday work looks like: a file opened, then sent to somebody's personal
    address; something sent while a classified file was open, and no more; files to members of the public, most of them to an address
    that no other went to. The reason that holds it down has negative points, as the one that keeps a sum at the ceiling has, so that the
    points always add up.
    """
    best: Evidence = max(episode.evidence, key=lambda piece: piece.points)
    reasons = [*best.reasons, *episode.reasons]
    total = _sum(reasons)
    told = {reason.code for piece in episode.evidence for reason in piece.reasons} | {reason.code for reason in episode.reasons}
    if total > LOW_AT_MOST and not _RAISES_ABOVE_LOW & told:
        reasons.append(Reason(code="no-content", points=LOW_AT_MOST - total, words="held at low: nothing attached, labelled or marked"))
    elif total > LOW_AT_MOST and (words := _everyday(told, episode.evidence)):
        reasons.append(Reason(code="everyday", points=LOW_AT_MOST - total, words=f"held at low: {words}"))
    elif total > CEILING:
        reasons.append(Reason(code="ceiling", points=CEILING - total, words=f"a score ends at {CEILING}"))
    total = _sum(reasons)
    return Score(total, severity_of(total), tuple(reasons))


def _everyday(told: AbstractSet[str], evidence: Sequence[Evidence]) -> str:
    """Return in words what everyday work an episode with these reason codes looks like; nothing when it does not."""
    if told <= _EVERYDAY and told & _OPENED:
        return "an unclassified file to somebody's address"
    if told <= _COINCIDENCE and "access-then-send-time" in told:
        return "nothing but the time ties an unclassified file to what was opened"
    if told <= PLAIN | {"sustained"} and correspondence(evidence):
        return "unclassified files, most of them to an address that no other went to"
    return ""


def _sum(reasons: Iterable[Reason]) -> int:
    return sum(reason.points for reason in reasons)
