"""Limits that are not the same at all times: half of a rule for a monitored officer, and a detector's own."""

import pytest

from detectors import judging
from detectors.calendar import Calendar
from detectors.contract import Evidence, Key, View
from detectors.judging import Limit, Measure, Rule
from detectors.subject import Subject
from detectors.testing import at, subject_fact

CALENDAR = Calendar("Europe/London")
DAY = 86_400_000
MONDAY = at("2026-05-04")


def view(*instants: int, subject: Subject | None = None, officers: str = "") -> View:
    """Return a view of pieces a, b, c … at these instants, each of the officer that ``officers`` names by a letter."""
    named: list[tuple[tuple[str, str], ...]] = [(("officer", officer),) for officer in officers] or [()] * len(instants)
    pieces = [Evidence(name, instant, facets=facets) for name, instant, facets in zip("abcdefgh", instants, named, strict=False)]
    return View(Key("officer", "N1001"), pieces, subject=subject)


def monitored(start: str, end: str | None = None) -> Subject | None:
    """Return the officer, monitored from one day to another."""
    return Subject.of("N1001", [subject_fact(monitored_from=start, monitored_to=end)])


def found(evidence: View, threshold: int, measure: Measure = "count") -> list[str]:
    """Return the parts that a rule over 7 d makes, as text."""
    rule = Rule.model_validate({"window": "7d", "measure": measure, "threshold": threshold})
    return [
        "".join(each.activity_id for each in part.evidence) + f" by {part.trigger}" for part in judging.parts(evidence, [rule], CALENDAR)
    ]


@pytest.mark.parametrize(("threshold", "wanted"), [(1, 1), (2, 1), (3, 2), (4, 2), (5, 3), (6, 3)])
def test_half_of_a_threshold_is_enough_under_monitoring(threshold: int, wanted: int) -> None:
    """Rounded up, so that never nothing is enough."""
    assert judging.eased(threshold, monitored("2026-05-01"), MONDAY) == wanted
    assert judging.eased(threshold, monitored("2026-05-05"), MONDAY) == threshold
    assert judging.eased(threshold, None, MONDAY) == threshold


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        ("2026-05-05", None, ["ab by b"]),  # begins with the instant of the second piece
        ("2026-05-01", "2026-05-05", []),  # ends with it: the window that ends there is no longer eased
        ("2026-05-01", "2026-05-06", ["ab by b"]),
        ("2026-05-06", None, []),
    ],
)
def test_the_windows_end_decides(start: str, end: str | None, expected: list[str]) -> None:
    """Two pieces where three are wanted: enough when the window that holds both ends under monitoring."""
    assert found(view(MONDAY, MONDAY + DAY, subject=monitored(start, end)), 3) == expected


def test_pieces_from_before_the_monitoring_count_in_its_windows() -> None:
    """Monitoring lowers what is enough; it does not forget."""
    assert found(view(MONDAY, MONDAY + 6 * DAY, subject=monitored("2026-05-09")), 3) == ["ab by b"]


def test_officers_counts_distinct_ones() -> None:
    """Three mails of one officer are one officer."""
    days = (MONDAY, MONDAY + DAY, MONDAY + 2 * DAY)
    assert found(view(*days, officers="xxx"), 2, "officers") == []
    assert found(view(*days, officers="xxy"), 2, "officers") == ["abc by c"]


def test_a_limit_may_differ_from_window_to_window() -> None:
    """What is usual for somebody may change with time."""
    rising = Limit(7 * DAY, "count", lambda end: 2 if end < MONDAY + 20 * DAY else 3)
    evidence = view(MONDAY, MONDAY + DAY, MONDAY + 30 * DAY, MONDAY + 31 * DAY)
    assert [part.trigger for part in judging.parts_above(evidence, [rising], CALENDAR)] == ["b"]
