"""What an officer's dated facts say of an instant."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detectors.subject import Subject
from detectors.testing import at, subject_fact
from schemas.records import SubjectFact

DAY = 86_400_000
MONTH = timedelta(days=30)
LAST_DAY = at("2026-05-29")


def subject(*facts: SubjectFact) -> Subject:
    """Return the subject of these facts, of which there must be some that stand."""
    found = Subject.of("N1001", facts)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("instant", "leaving"),
    [
        (LAST_DAY - 30 * DAY - 1, False),
        (LAST_DAY - 30 * DAY, True),
        (LAST_DAY, True),
        (LAST_DAY + DAY - 1, True),
        (LAST_DAY + DAY, False),
    ],
)
def test_leaving_begins_thirty_days_before_the_last_day_and_ends_with_it(instant: int, leaving: bool) -> None:  # noqa: FBT001 - a column
    """The last day itself is within to its end."""
    assert subject(subject_fact(last_day=LAST_DAY)).leaving_within(instant, MONTH) is leaving


def test_leaving_is_by_any_of_the_records() -> None:
    """A last day that was moved leaves both dates while both records stand."""
    both = subject(subject_fact("r1", last_day="2026-05-29"), subject_fact("r2", last_day="2026-09-30"), subject_fact("r3"))
    assert [both.leaving_within(at(day), MONTH) for day in ("2026-05-10", "2026-07-10", "2026-09-10")] == [True, False, True]


@pytest.mark.parametrize("which", ["suspended", "monitored"])
@pytest.mark.parametrize(
    ("start", "end", "instant", "within"),
    [
        ("2026-05-01", "2026-06-01", at("2026-05-01") - 1, False),
        ("2026-05-01", "2026-06-01", at("2026-05-01"), True),
        ("2026-05-01", "2026-06-01", at("2026-06-01") - 1, True),
        ("2026-05-01", "2026-06-01", at("2026-06-01"), False),
        ("2026-05-01", None, at("2036-05-01"), True),
        (None, "2026-06-01", at("2026-05-15"), False),
        (None, None, at("2026-05-15"), False),
    ],
)
def test_suspension_and_monitoring_run_from_start_to_end(
    which: str,
    start: str | None,
    end: str | None,
    instant: int,
    within: bool,  # noqa: FBT001 - a table's column
) -> None:
    """The start is within, the end is not, and without an end it lasts."""
    dates: dict[str, Any] = {f"{which}_from": start, f"{which}_to": end}
    one = subject(subject_fact(**dates))
    assert {"suspended": one.suspended, "monitored": one.monitored}[which](instant) is within
    assert {"suspended": one.monitored, "monitored": one.suspended}[which](instant) is False


def test_milestones_are_of_all_records_each_once_in_order() -> None:
    """Every row repeats the dates of those before it; on one day the training comes first."""
    rows = [
        subject_fact("r1", trained_at="2024-03-01"),
        subject_fact("r2", trained_at="2024-03-01", warned_at="2025-06-02"),
        subject_fact("r3", trained_at="2025-06-02"),
        subject_fact("r4", void=True, trained_at="2026-01-01"),
        subject_fact("r5"),
    ]
    assert subject(*rows).milestones == ((at("2024-03-01"), "training"), (at("2025-06-02"), "training"), (at("2025-06-02"), "warning"))


def test_declared_addresses_are_of_all_records() -> None:
    """What was one's own mailbox once is one's own still."""
    both = subject(subject_fact("r1", personal_addresses=("a@mail.example",)), subject_fact("r2", personal_addresses=("b@mail.example",)))
    assert both.declared == {"a@mail.example", "b@mail.example"}


def test_void_facts_are_gone() -> None:
    """A record that was taken back says nothing; none that stands is no subject."""
    void = subject_fact("r1", void=True, last_day=LAST_DAY)
    assert not subject(void, subject_fact("r2")).leaving_within(LAST_DAY, MONTH)
    assert Subject.of("N1001", [void]) is None
    assert Subject.of("N1001", []) is None


@given(st.permutations([subject_fact(f"r{number}", personal_addresses=(f"{number}@mail.example",)) for number in range(4)]))
def test_the_order_of_facts_does_not_matter(facts: list[SubjectFact]) -> None:
    """They are united by their ids."""
    assert subject(*facts) == subject(*sorted(facts, key=lambda fact: fact.fact_id))
