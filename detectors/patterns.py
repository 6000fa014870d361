"""Pattern points that several detectors share: what the officer's dated facts add to an episode."""

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
