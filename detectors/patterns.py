"""What several detectors say of a pattern: the points that the officer's dated facts add to an episode, and amounts in words."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import timedelta

from detectors.contract import Evidence
from detectors.points import Points
from detectors.subject import Subject
from schemas.records import Reason

LEAVER_WINDOW = timedelta(days=30)
PLAIN = frozenset({"personal-address", "attachment"})
"""What is told of a mail with an unclassified file to somebody's personal address."""


def leaver(evidence: Iterable[Evidence], subject: Subject | None, points: Points) -> tuple[Reason, ...]:
    """Return the reason ``leaver`` when any piece lies in the 30 days before the last day, on it, or in a suspension."""
    if subject is None:
        return ()
    if any(subject.leaving_within(piece.at, LEAVER_WINDOW) or subject.suspended(piece.at) for piece in evidence):
        return (points.reason("leaver"),)
    return ()


def correspondence(evidence: Sequence[Evidence]) -> bool:
    """Tell whether mails look like those of an officer who writes to the public.

    These are unclassified files to personal addresses, most of the mails to addresses that no other of them went to: those who take
    things out send them to one place.
    """
    if any(reason.code not in PLAIN for piece in evidence for reason in piece.reasons):
        return False
    addresses = [[value for name, value in piece.facets if name == "address"] for piece in evidence]
    times = Counter(address for each in addresses for address in each)
    alone = sum(bool(each) and all(times[address] == 1 for address in each) for each in addresses)
    return 2 * alone > len(evidence)


def amount(number: int, noun: str) -> str:
    """Return a number with its noun, for words: ``1 officer``, ``2 officers``."""
    return f"{number} {noun}{'' if number == 1 else 's'}"
