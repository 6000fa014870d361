"""Bounds: 200 whole facts of a key and day, 50 pieces in an alert."""

from random import Random
from typing import Any

import pytest

from detectors.behaviours.repeated_personal_email import Config, RepeatedPersonalEmail
from detectors.contract import Evidence, Key
from detectors.engine.bounds import SHOWN, WHOLE_PER_DAY, shown, strip_crowded_days
from detectors.engine.facts import Arrival, KeyFacts
from detectors.testing import Mails, at, document, exception_fact, force, run
from detectors.testing.running import engine_of
from schemas.detect_rows import BareEvidence, BareFact
from schemas.records import Activity, Reason

DAY_BEGINS = at("2026-05-04")
DAY = 86_400_000
DETECTOR = RepeatedPersonalEmail(Config(), force())


def mail(number: int, **changes: Any) -> Activity:
    """Return the mail of a minute of the day."""
    return Mails().mail(DAY_BEGINS + number * 60_000, f"m{number:04d}", **changes)


def day(at: int) -> int:
    """Return the day of an instant, UTC."""
    return at // DAY


def stripped(mails: list[Activity]) -> dict[str, BareFact]:
    """Return what is kept bare of these mails."""
    held = KeyFacts(Key("officer", "N1001"))
    for each in mails:
        held.put(each)
    strip_crowded_days(
        held, [each.occurred_at for each in mails], day, lambda fact: (BareEvidence(detector="counting"),) if fact.content else ()
    )
    return {name: fact for name, fact in held.facts.items() if isinstance(fact, BareFact)}


def through_engine(mails: list[Activity], chunk: int) -> KeyFacts:
    """Return what the engine holds after these mails."""
    held, engine = KeyFacts(Key("officer", "N1001")), engine_of([DETECTOR])
    for start in range(0, len(mails), chunk):
        engine.apply(held, [Arrival(start + step, each) for step, each in enumerate(mails[start : start + chunk])])
    return held


def test_two_hundred_of_a_day_are_held_whole() -> None:
    """The bound itself is within."""
    assert stripped([mail(number) for number in range(WHOLE_PER_DAY)]) == {}


def test_the_two_hundred_and_first_of_a_day_is_bare() -> None:
    """Only id, instant and for whom it counts are kept; the last by time and id goes, not the last that came."""
    mails = [mail(number) for number in reversed(range(WHOLE_PER_DAY + 1))]
    last = mails[0]
    bare = BareFact(
        activity_id="m0200", revision=1, kind="mail", occurred_at=last.occurred_at, counted_by=(BareEvidence(detector="counting"),)
    )
    assert stripped(mails) == {"m0200": bare}


def test_a_tie_goes_by_id() -> None:
    """Of one instant the highest id is bare."""
    mails = [Mails().mail(DAY_BEGINS, f"m{number:04d}") for number in reversed(range(WHOLE_PER_DAY + 1))]
    assert list(stripped(mails)) == ["m0200"]


def test_other_days_have_bounds_of_their_own() -> None:
    """Two hundred today and two hundred tomorrow are all whole."""
    mails = [mail(number) for number in range(WHOLE_PER_DAY)]
    tomorrow = [Mails().mail(each.occurred_at + DAY, f"t{each.activity_id}") for each in mails]
    assert stripped([*mails, *tomorrow]) == {}


def test_each_kind_has_a_bound_of_its_own() -> None:
    """Whoever opens a thousand files first cannot bury the mail that follows."""
    files = [Mails().file(DAY_BEGINS + number, f"f{number:04d}", document=document()) for number in range(WHOLE_PER_DAY + 2)]
    assert set(stripped([*files, mail(1)])) == {"f0200", "f0201"}


def test_what_does_not_count_is_bare_without_counting() -> None:
    """A mail without content, and one that was taken back."""
    mails = [mail(number) for number in range(WHOLE_PER_DAY)]
    kept = stripped([*mails, mail(300, documents=()), mail(301, void=True)])
    assert {name: (fact.counted_by, fact.void) for name, fact in kept.items()} == {"m0300": ((), False), "m0301": ((), True)}


@pytest.mark.parametrize("seed", range(5))
def test_which_are_whole_does_not_depend_on_the_order_of_arrival(seed: int) -> None:
    """Shuffled, in chunks, with repeats: the first two hundred of each civil day by time and id."""
    mails = [mail(number) for number in range(0, 1440, 5)]
    today = [each for each in mails if each.occurred_at < at("2026-05-04T23:00")]  # London's midnight
    rnd = Random(seed)
    log = [*mails, *rnd.sample(mails, 30)]
    rnd.shuffle(log)
    held = through_engine(log, rnd.randrange(1, 60))
    bare = {name for name, fact in held.facts.items() if isinstance(fact, BareFact)}
    assert bare == {each.activity_id for each in today[WHOLE_PER_DAY:]} != set()


@pytest.mark.parametrize("seed", range(3))
def test_alerts_of_a_crowded_day_do_not_depend_on_the_order_of_arrival(seed: int) -> None:
    """Nor on chunks; all pieces are counted."""
    mails = [mail(number) for number in range(230)]
    shuffled = Random(seed).sample(mails, len(mails))
    (alert,) = run([DETECTOR], mails)
    assert [alert] == run([DETECTOR], shuffled, chunk=17)
    assert (alert.evidence_count, alert.last_at, len(alert.evidence)) == (230, mails[-1].occurred_at, SHOWN)


def test_the_day_is_the_forces_civil_day() -> None:
    """Mails of an hour to midnight UTC, in summer, are the next day's in London."""
    before = [Mails().mail(at("2026-06-01T22:00") + number * 1000, f"b{number:03d}") for number in range(150)]
    after = [Mails().mail(at("2026-06-01T23:00") + number * 1000, f"a{number:03d}") for number in range(150)]
    held = through_engine([*before, *after], 300)
    assert not any(isinstance(fact, BareFact) for fact in held.facts.values())


def test_no_exception_covers_a_bare_piece() -> None:
    """What it was and to whom it went is no longer known, so it counts."""
    mails = [mail(number) for number in range(WHOLE_PER_DAY + 3)]
    (alert,) = run([DETECTOR], [exception_fact(), *mails])
    assert (alert.evidence_count, alert.shadow_count, alert.score) == (3, 0, 3)
    assert {piece.summary for piece in alert.evidence} == {"One of more than 200 of its kind that day, of which only the instant was kept"}


def piece(number: int, points: int = 1, *, allowed: bool = False) -> Evidence:
    """Return a piece of evidence."""
    reasons = (Reason(code="attachment", points=points, words="w"),)
    return Evidence(activity_id=f"p{number:03d}", at=number, reasons=reasons, authorised_by="Supt Ash" if allowed else None)


def test_fifty_pieces_are_all_shown() -> None:
    """The bound itself is within."""
    counted = [piece(number) for number in range(SHOWN)]
    assert shown(counted, []) == counted


def test_of_more_than_fifty_the_ends_and_the_heaviest_are_shown() -> None:
    """The first ten, the last ten, thirty with most points, in the order of time; ties by time."""
    heavy = {20: 5, 70: 9, 33: 5}
    counted = [piece(number, heavy.get(number, 1)) for number in range(100)]
    filled = [number for number in range(10, 90) if number not in heavy][:27]
    assert [each.at for each in shown(counted, [])] == sorted([*range(10), *range(90, 100), *heavy, *filled])


def test_of_equal_pieces_of_one_instant_the_lowest_ids_are_shown() -> None:
    """So that every pass shows the same."""
    counted = [Evidence(activity_id=f"p{number:03d}", at=0) for number in range(100)]
    assert [each.activity_id for each in shown(counted, [])] == [f"p{number:03d}" for number in (*range(40), *range(90, 100))]


@pytest.mark.parametrize(("counted", "room"), [(3, 10), (40, 10), (45, 5), (50, 0), (60, 0)])
def test_authorised_shadow_fills_the_room_that_is_left(counted: int, room: int) -> None:
    """Ten at the most, the earliest, among the evidence by time; other shadow is not shown."""
    evidence = [piece(number * 2) for number in range(counted)]
    aside = [piece(number * 2 + 1, allowed=number % 2 == 0) for number in range(40)]
    found = shown(evidence, aside)
    assert [each.at for each in found] == sorted(each.at for each in found)
    assert [each.at for each in found if each.authorised_by] == [each.at for each in aside if each.authorised_by][:room]
    assert len(found) == min(counted, SHOWN) + room
