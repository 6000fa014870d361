"""What a key holds, and how records are laid into it: once, in any order, unless they come too late."""

from collections.abc import Iterable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detectors.contract import Key
from detectors.engine.facts import Arrival, KeyFacts, Laid, Late, Record, lay, of_kinds
from detectors.testing import LATENESS, Mails, at, exception_fact, subject_fact
from schemas.detect_rows import BareFact
from schemas.records import Activity, Kind

DAY = 86_400_000
LATE = LATENESS.days * DAY
BASE = 2**40
MAILS: frozenset[Kind] = frozenset({"mail"})
FILES: frozenset[Kind] = frozenset({"file"})
CLOCK = at("2026-05-20")


def held() -> KeyFacts:
    """Return an empty key."""
    return KeyFacts(Key("officer", "N1001"))


def mail(when: str | int, name: str = "m", **changes: Any) -> Activity:
    """Return a mail."""
    return Mails().mail(when, name, **changes)


def laid(facts: KeyFacts, *records: Record, start: int | None = None) -> Laid:
    """Lay records into a key at the offsets that follow."""
    first = facts.through + 1 if start is None else start
    arrivals = [Arrival(offset, record) for offset, record in enumerate(records, start=first)]
    return lay(facts, arrivals, lateness=LATE, base=BASE, kinds=MAILS)


def test_a_fact_is_held_and_moves_the_clock() -> None:
    """Through, revision, month and day tell what came."""
    facts = held()
    done = laid(facts, mail("2026-05-04"), mail("2026-06-01", "n"), start=7)
    assert (facts.through, facts.clock, set(facts.facts), facts.touched) == (8, at("2026-06-01"), {"m", "n"}, {202605, 202606})
    assert (done.revision, done.days, done.repeated, done.late) == (BASE + 9, {at("2026-05-04"), at("2026-06-01")}, set(), [])


def test_the_clock_never_goes_back() -> None:
    """An earlier fact is a fact like any other."""
    facts = held()
    laid(facts, mail("2026-05-20"), mail("2026-05-10", "n"))
    assert facts.clock == at("2026-05-20")


def test_what_is_through_is_a_redelivery_and_changes_nothing() -> None:
    """Though it says something else; a chunk of nothing new has no revision."""
    facts = held()
    laid(facts, mail("2026-05-04"))
    done = laid(facts, mail("2026-05-05", revision=9), start=0)
    assert facts.facts["m"].occurred_at == at("2026-05-04")
    assert (done.revision, facts.through) == (None, 0)


def test_a_repeated_fact_is_a_duplicate() -> None:
    """The same revision at another offset says nothing new."""
    facts = held()
    done = laid(facts, mail("2026-05-04"), mail("2026-05-04"))
    assert (done.repeated, facts.through, len(facts.facts)) == ({1}, 1, 1)


def test_a_higher_revision_takes_the_place_of_a_lower() -> None:
    """Both days, and both months, are touched when it moves."""
    facts = held()
    laid(facts, mail("2026-05-01"))
    facts.touched.clear()
    done = laid(facts, mail("2026-04-30", revision=2))
    assert facts.facts["m"].occurred_at == at("2026-04-30")
    assert (facts.touched, done.days, done.repeated) == ({202604, 202605}, {at("2026-05-01"), at("2026-04-30")}, set())


def test_a_lower_revision_is_a_duplicate_and_changes_nothing() -> None:
    """Whichever comes first, the higher one stays."""
    facts = held()
    done = laid(facts, mail("2026-05-04", revision=2), mail("2026-05-01", revision=1))
    assert facts.facts["m"].occurred_at == at("2026-05-04")
    assert done.repeated == {1}


def test_a_void_fact_is_held_so_that_a_lower_revision_cannot_bring_it_back() -> None:
    """It does not stand."""
    facts = held()
    laid(facts, mail("2026-05-04", revision=2, void=True), mail("2026-05-04"))
    assert facts.facts["m"].void
    assert list(of_kinds(facts.facts.values(), MAILS, None)) == []


@pytest.mark.parametrize(("behind", "late_by"), [(LATE - 1, None), (LATE, None), (LATE + 1, 1), (LATE + DAY, DAY)])
def test_late_is_farther_behind_the_clock_than_the_lateness(behind: int, late_by: int | None) -> None:
    """The bound itself is within."""
    facts = held()
    done = laid(facts, mail(CLOCK, "newest"), mail(CLOCK - behind))
    expected = [] if late_by is None else [Late(offset=1, occurred_at=CLOCK - behind, clock=CLOCK, late_by=late_by)]
    assert done.late == expected
    assert ("m" in facts.facts) is (late_by is None)
    assert facts.through == 1


def test_the_clock_is_moved_record_by_record() -> None:
    """What came before the clock moved, in the same chunk, is not late."""
    facts = held()
    done = laid(facts, mail(CLOCK - LATE - 1), mail(CLOCK, "newest"))
    assert (done.late, set(facts.facts)) == ([], {"m", "newest"})


def test_a_new_revision_of_what_is_older_than_the_lateness_is_late() -> None:
    """It would change what may be final, though its own instant is recent."""
    facts = held()
    laid(facts, mail(CLOCK - LATE - DAY), mail(CLOCK, "newest"))
    done = laid(facts, mail(CLOCK, revision=2))
    assert [late.late_by for late in done.late] == [DAY]
    assert facts.facts["m"].revision == 1


@pytest.mark.parametrize("revision", [1, 2])
def test_what_is_held_already_is_a_duplicate_however_far_behind_the_clock(revision: int) -> None:
    """It says nothing new, so nothing came too late."""
    facts = held()
    laid(facts, mail(CLOCK - LATE - DAY, revision=2), mail(CLOCK, "newest"))
    done = laid(facts, mail(CLOCK - LATE - DAY, revision=revision))
    assert (done.late, done.repeated, facts.facts["m"].revision) == ([], {2}, 2)


def test_other_kinds_move_the_clock_and_are_not_held() -> None:
    """No detector asks for them."""
    facts = held()
    done = laid(facts, mail("2026-05-04", kind="file"))
    assert (facts.facts, facts.clock, done.repeated, done.late) == ({}, at("2026-05-04"), set(), [])


def test_dated_facts_move_no_clock_and_are_never_late() -> None:
    """They are about all of an officer's time."""
    facts = held()
    done = laid(facts, mail(CLOCK), subject_fact(last_day="1999-01-01"), exception_fact(ends="1999-01-01"))
    assert (facts.clock, set(facts.subjects), set(facts.exceptions), done.late) == (CLOCK, {"N1001"}, {"X1"}, [])


@pytest.mark.parametrize("make", [subject_fact, exception_fact])
def test_the_highest_revision_of_a_dated_fact_stays(make: Any) -> None:
    """What says nothing newer is a duplicate."""
    facts = held()
    done = laid(facts, make(revision=2, void=True), make(revision=1), make(revision=2), make(revision=3))
    (known,) = (facts.subjects or facts.exceptions).values()
    assert (known.revision, known.void, done.repeated) == (3, False, {1, 2})


def test_a_bare_fact_stays_bare_until_a_new_revision_comes() -> None:
    """The same revision again, after a crash, does not bring its content back."""
    facts = held()
    bare = BareFact(activity_id="m", revision=1, kind="mail", occurred_at=at("2026-05-04"))
    facts.put(bare)
    laid(facts, mail("2026-05-04"))
    assert facts.facts["m"] is bare
    laid(facts, mail("2026-05-04", revision=2))
    assert isinstance(facts.facts["m"], Activity)


def test_facts_are_sorted_by_instant_and_id() -> None:
    """So that every pass sees them alike."""
    facts = held()
    laid(facts, mail("2026-05-05", "a"), mail("2026-05-04", "c"), mail("2026-05-04", "b"))
    assert [fact.activity_id for fact in facts.sorted_facts()] == ["b", "c", "a"]


def test_of_kinds_leaves_out_other_kinds_and_what_lies_before_the_floor() -> None:
    """The floor itself is within."""
    facts = [mail(1, "a"), mail(2, "b"), mail(3, "c", kind="file"), mail(4, "d", void=True), mail(5, "e")]
    assert [fact.activity_id for fact in of_kinds(facts, MAILS, 2)] == ["b", "e"]
    assert [fact.activity_id for fact in of_kinds(facts, FILES, None)] == ["c"]


def test_a_stored_fact_is_admitted_from_its_kinds_floor_on() -> None:
    """Other kinds have other floors."""
    facts = held()
    facts.floors["mail"] = 5
    assert [facts.admits(fact) for fact in (mail(4), mail(5), mail(4, kind="file"))] == [False, True, True]


REVISIONS = [
    mail(CLOCK + step * 6 * 3_600_000, name, revision=revision, void=void)
    for name in "abc"
    for revision, step, void in ((1, 0, False), (2, 3, False), (3, 1, True))
]


def _in_one(records: Iterable[Record]) -> KeyFacts:
    facts = held()
    laid(facts, *records)
    return facts


@given(records=st.permutations([*REVISIONS, *REVISIONS[:4], subject_fact(), exception_fact(), exception_fact(revision=2)]))
def test_what_is_held_is_a_function_of_the_set_of_records(records: list[Record]) -> None:
    """Any order, any repeats, within the lateness."""
    facts, expected = _in_one(records), _in_one([*REVISIONS, subject_fact(), exception_fact(revision=2)])
    assert (facts.facts, facts.subjects, facts.exceptions) == (expected.facts, expected.subjects, expected.exceptions)
