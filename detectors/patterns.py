"""What several detectors say of a pattern: the points that the officer's dated facts add to an episode, and amounts in words."""

from collections.abc import Iterable
from datetime import timedelta

from detectors.contract import Evidence
from detectors.points import Points
from detectors.subject import Subject
from schemas.records import Reason

LEAVER_WINDOW = timedelta(days=30)


def leaver(evidence: Iterable[Evidence], subject: Subject | None, points: Points) -> tuple[Reason, ...]:
    """Return the reason ``leaver`` when any piece lies in the 30 days before the last day, on it, or in a suspension."""
    if subject is None:
        return ()
    if any(subject.leaving_within(piece.at, LEAVER_WINDOW) or subject.suspended(piece.at) for piece in evidence):
        return (points.reason("leaver"),)
    return ()


def amount(number: int, noun: str) -> str:
    """Return a number with its noun, for words: ``1 officer``, ``2 officers``."""
    return f"{number} {noun}{'' if number == 1 else 's'}"
