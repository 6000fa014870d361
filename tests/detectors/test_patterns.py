"""Pattern points that several detectors share."""

import pytest

from detectors.contract import Evidence
from detectors.patterns import leaver
from detectors.points import Points
from detectors.subject import Subject
from detectors.testing import at, subject_fact
from schemas.records import SubjectFact

EVIDENCE = (Evidence(activity_id="a", at=at("2026-05-01")), Evidence(activity_id="b", at=at("2026-05-08")))


@pytest.mark.parametrize(
    ("fact", "codes"),
    [
        (subject_fact(last_day="2026-06-07"), ["leaver"]),  # the second piece is exactly 30 d before
        (subject_fact(last_day="2026-06-07T00:01"), []),
        (subject_fact(suspended_from="2026-05-08"), ["leaver"]),
        (subject_fact(suspended_from="2026-05-02", suspended_to="2026-05-08"), []),
        (subject_fact(monitored_from="2026-05-01", trained_at="2026-04-01"), []),
    ],
)
def test_one_piece_in_the_last_days_or_under_suspension_is_enough(fact: SubjectFact, codes: list[str]) -> None:
    """Once, however many there are."""
    assert [reason.code for reason in leaver(EVIDENCE, Subject.of("N1001", [fact]), Points())] == codes


def test_of_an_unknown_officer_nothing_is_said() -> None:
    """No facts, no reason."""
    assert leaver(EVIDENCE, None, Points()) == ()


def test_points_are_the_forces() -> None:
    """Whatever they are."""
    (reason,) = leaver(EVIDENCE, Subject.of("N1001", [subject_fact(last_day="2026-05-08")]), Points({"leaver": 7}))
    assert reason.points == 7
