"""Exceptions: which mails they authorise, up to how many, and whom they never cover."""

from collections.abc import Iterable
from random import Random
from typing import Any

import pytest

from detectors.engine.authority import Authority, authorised
from detectors.testing import Mails, address, at, document, exception_fact
from schemas.records import Activity, ExceptionFact, Marking, Own

ROBIN, KIM = address("robin@mail.example"), address("kim@mail.example")


def mail(when: str | int = "2026-05-04", name: str = "m", **changes: Any) -> Activity:
    """Return such a mail to the address that exceptions are for unless they say otherwise."""
    return Mails().mail(when, name, **changes)


def covered(activities: Iterable[Activity], *exceptions: ExceptionFact, used: dict[str, int] | None = None) -> dict[str, Authority]:
    """Return what authorises which of these activities, in the order of time."""
    ordered = sorted(activities, key=lambda activity: (activity.occurred_at, activity.activity_id))
    return authorised(ordered, {each.exception_id: each for each in exceptions}, used or {})


def test_an_exception_covers_mails_to_its_address() -> None:
    """And says by whom it was given."""
    assert covered([mail()], exception_fact()) == {"m": Authority(exceptions=("X1",), authorised_by="Supt Ash")}


def test_without_exceptions_nothing_is_covered() -> None:
    """Nor by one that was taken back."""
    assert covered([mail()]) == {}
    assert covered([mail()], exception_fact(void=True)) == {}


@pytest.mark.parametrize(
    ("written", "to", "within"),
    [
        ("sam.doe@mail.example", "sam.doe@mail.example", True),
        ("sam.doe@mail.example", "sam.doe2@mail.example", False),
        ("@mail.example", "sam.doe@mail.example", True),
        ("@mail.example", "sam.doe@sub.mail.example", False),
        ("@mail.example", "sam.doe@notmail.example", False),
        ("mail.example", "sam.doe@mail.example", False),
        ("@mail.example", None, False),
    ],
)
def test_an_exception_is_for_an_address_or_all_at_a_domain(written: str, to: str | None, within: bool) -> None:  # noqa: FBT001 - a column
    """That domain, and nothing below or like it; what is withheld is not known to be there."""
    assert (covered([mail(to=[address(to)])], exception_fact(address=written)) != {}) is within


@pytest.mark.parametrize("own", ["likely", "declared"])
def test_leave_to_write_to_a_domain_is_none_to_write_to_oneself_there(own: Own) -> None:
    """The officer's own account is covered by name only."""
    mails = [mail(to=[address("sam.doe@mail.example", own=own)])]
    assert covered(mails, exception_fact(address="@mail.example")) == {}
    assert covered(mails, exception_fact(address="sam.doe@mail.example"))


@pytest.mark.parametrize(
    ("instant", "within"),
    [
        (at("2026-05-01") - 1, False),
        (at("2026-05-01"), True),
        (at("2026-06-01") - 1, True),
        (at("2026-06-01"), False),
    ],
)
def test_an_exception_is_in_force_from_its_start_up_to_its_end(instant: int, within: bool) -> None:  # noqa: FBT001 - a column
    """The start is within, the end is not."""
    assert (covered([mail(instant)], exception_fact(starts="2026-05-01", ends="2026-06-01")) != {}) is within


def test_an_exception_without_dates_is_always_in_force() -> None:
    """From the first mail to the last."""
    assert len(covered([mail("1999-01-01", "a"), mail("2099-01-01", "b")], exception_fact())) == 2


@pytest.mark.parametrize(
    ("allowed", "marking", "within"),
    [
        (None, None, True),
        (None, "OFFICIAL", True),
        (None, "OFFICIAL-SENSITIVE", False),
        ("OFFICIAL", "OFFICIAL", True),
        ("OFFICIAL-SENSITIVE", "OFFICIAL-SENSITIVE", True),
        ("OFFICIAL-SENSITIVE", "SECRET", False),
        ("SECRET", "TOP SECRET", False),
        ("TOP SECRET", "TOP SECRET", True),
    ],
)
def test_an_exception_allows_up_to_its_marking(allowed: Marking | None, marking: Marking | None, within: bool) -> None:  # noqa: FBT001
    """Without one of its own up to OFFICIAL."""
    sent = mail(documents=[document(), document(marking=marking)])
    assert (covered([sent], exception_fact(highest_marking=allowed)) != {}) is within


def test_a_protected_person_is_never_covered() -> None:
    """Whatever marking is allowed."""
    assert covered([mail(documents=[document(protected=True)])], exception_fact(highest_marking="TOP SECRET")) == {}


def test_the_limit_is_used_up_by_the_earliest() -> None:
    """In whatever order they came; ties go by id."""
    mails = [mail("2026-05-06", "c"), mail("2026-05-04", "b"), mail("2026-05-04", "a"), mail("2026-05-07", "d")]
    assert list(covered(mails, exception_fact(limit=3))) == ["a", "b", "c"]


def test_a_limit_of_nought_allows_nothing() -> None:
    """Not even one."""
    assert covered([mail()], exception_fact(limit=0)) == {}


def test_what_was_used_before_counts_against_the_limit() -> None:
    """By mails that are no longer held."""
    mails = [mail("2026-05-04", "a"), mail("2026-05-05", "b")]
    assert list(covered(mails, exception_fact(limit=3), used={"X1": 2})) == ["a"]
    assert list(covered(mails, exception_fact(limit=3), used={"X2": 2})) == ["a", "b"]


def test_a_mail_that_is_not_covered_uses_nothing() -> None:
    """One above the marking, one too early, one that counts for nothing anyhow."""
    mails = [
        mail("2026-04-30", "early"),
        mail("2026-05-04", "secret", documents=[document(marking="SECRET")]),
        mail("2026-05-05", "idle", documents=()),
        mail("2026-05-06", "witness", documents=[document(protected=True)]),
        mail("2026-05-07", "fine"),
    ]
    assert list(covered(mails, exception_fact(limit=1, starts="2026-05-01"))) == ["fine"]


def test_every_unofficial_address_must_be_covered() -> None:
    """One exception for one of two recipients is none."""
    both = mail(to=[ROBIN, KIM])
    assert covered([both], exception_fact(address="robin@mail.example")) == {}
    assert covered([both], exception_fact("X1", address="robin@mail.example"), exception_fact("X2", address="kim@mail.example")) == {
        "m": Authority(exceptions=("X1", "X2"), authorised_by="Supt Ash")
    }


def test_official_recipients_need_no_exception() -> None:
    """Partners and businesses are none of its business."""
    sent = mail(to=[ROBIN, address("a@force.example", "partner"), address("b@trade.example", "external")])
    assert list(covered([sent], exception_fact(address="robin@mail.example"))) == ["m"]


def test_an_own_account_needs_an_exception_as_any_other() -> None:
    """Whatever its class."""
    mine = mail(to=[address("me@trade.example", "external", own="likely")], documents=())
    assert covered([mine], exception_fact(address="robin@mail.example")) == {}
    assert list(covered([mine], exception_fact(address="me@trade.example"))) == ["m"]


def test_one_exception_for_several_addresses_is_used_once_by_a_mail() -> None:
    """A domain's exception counts mails."""
    mails = [mail("2026-05-04", "a", to=[ROBIN, KIM]), mail("2026-05-05", "b", to=[ROBIN, KIM]), mail("2026-05-06", "c", to=[KIM])]
    assert list(covered(mails, exception_fact(address="@mail.example", limit=2))) == ["a", "b"]


def test_two_exceptions_are_both_used_by_a_mail_that_needs_both() -> None:
    """So that either limit ends it; those who gave them are named once each."""
    mails = [mail("2026-05-04", "a", to=[ROBIN, KIM]), mail("2026-05-05", "b", to=[KIM]), mail("2026-05-06", "c", to=[ROBIN])]
    robin = exception_fact("X1", address="robin@mail.example", authorised_by="Supt Ash")
    kim = exception_fact("X2", address="kim@mail.example", limit=1, authorised_by="DI Fern")
    found = covered(mails, robin, kim)
    assert {name: (each.exceptions, each.authorised_by) for name, each in found.items()} == {
        "a": (("X1", "X2"), "Supt Ash, DI Fern"),
        "c": (("X1",), "Supt Ash"),
    }


def test_the_first_of_those_that_fit_is_used_until_it_is_used_up() -> None:
    """By exception id, then the next."""
    mails = [mail(f"2026-05-0{day}", f"m{day}") for day in range(1, 5)]
    found = covered(mails, exception_fact("X2", limit=1), exception_fact("X1", limit=2))
    assert {name: each.exceptions for name, each in found.items()} == {"m1": ("X1",), "m2": ("X1",), "m3": ("X2",)}


def test_the_order_in_which_exceptions_became_known_does_not_matter() -> None:
    """They are a set."""
    mails = [mail(f"2026-05-{day:02d}", f"m{day:02d}", to=[ROBIN] if day % 2 else [ROBIN, KIM]) for day in range(1, 20)]
    exceptions = [
        exception_fact("X1", address="robin@mail.example", limit=5, ends="2026-05-10"),
        exception_fact("X2", address="@mail.example", limit=6),
        exception_fact("X3", address="kim@mail.example", starts="2026-05-03"),
    ]
    expected = covered(mails, *exceptions)
    assert 0 < len(expected) < len(mails)
    for seed in range(10):
        Random(seed).shuffle(exceptions)
        assert covered(mails, *exceptions) == expected
