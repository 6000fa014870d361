"""Own accounts, held against two tables of invented people and addresses whose verdicts were written before the resolver."""

import csv
import sys
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.enrichment.addresses import canonical
from streams.enrichment.officers import OfficerIdentity
from streams.enrichment.own_accounts import resolve

FOLDER = Path(__file__).parent
SURE = frozenset({"likely", "declared"})


class Case(NamedTuple):
    """One line of a table: somebody, an address, and whether it is theirs."""

    group: str
    officer: OfficerIdentity
    address: str
    display: str | None
    own: bool


def _cases(name: str) -> list[Case]:
    lines = (FOLDER / name).read_bytes().decode().split("\n")
    declared = (canonical("declared.one@gmail.com"),)
    return [
        Case(
            row["group"],
            OfficerIdentity(names=tuple(row["names"].split("|")), collar_number=row["collar"], personal_addresses=declared),
            row["address"],
            row["display"] or None,
            row["own"] == "yes",
        )
        for row in csv.DictReader(lines)
    ]


def _precision_and_recall(cases: list[Case]) -> tuple[float, float]:
    said = [resolve(case.address, case.display, case.officer).own in SURE for case in cases]
    right = sum(case.own for case, sure in zip(cases, said, strict=True) if sure)
    return right / sum(said), right / sum(case.own for case in cases)


@pytest.mark.parametrize("table", ["own_account_table.csv", "own_account_table_unseen.csv"])
def test_measured_precision_and_recall(table: str) -> None:
    """At "likely" and above at least 95 % of the verdicts are right and at least 80 % of the own accounts are found."""
    precision, recall = _precision_and_recall(_cases(table))
    sys.stdout.write(f"{table}: precision {precision:.3f}, recall {recall:.3f}\n")
    assert precision >= 0.95
    assert recall >= 0.80


def test_tables_are_large_and_cover_what_people_do() -> None:
    """The first table has at least 120 pairs, with both verdicts, in the groups that forces meet."""
    cases = _cases("own_account_table.csv")
    assert len(cases) >= 120
    assert min(sum(case.own for case in cases), sum(not case.own for case in cases)) >= 60
    wanted = {"initials", "middle names", "hyphens", "digits and dots", "collar numbers", "reversed order", "nicknames", "maiden names"}
    assert wanted | {"namesakes", "relatives", "juniors", "role mailboxes"} <= {case.group for case in cases}


def _of(*names: str, collar: str | None = None) -> OfficerIdentity:
    return OfficerIdentity(names=names, collar_number=collar)


@pytest.mark.parametrize(
    ("address", "display", "own", "reason"),
    [
        ("christopher.ashdown@sky.com", None, "likely", "name-full"),
        ("c.ashdown@sky.com", None, "likely", "initial-surname"),
        ("ashdown7715@sky.com", None, "likely", "collar-number-and-name"),
        ("pc7715@sky.com", None, "likely", "collar-number"),
        ("zebra7715@sky.com", None, "possible", "collar-digits"),
        ("walker@sky.com", "Chris Ashdown", "likely", "display-name"),
        ("walker@sky.com", "Me", "likely", "display-self"),
        ("walker@sky.com", "my home email", "possible", "display-belongings"),
        ("chris@ashdown.me.uk", None, "likely", "forename-at-surname"),
        ("me@chrisashdown.co.uk", None, "likely", "name-domain"),
        ("chris.and.emma.ashdown@gmail.com", None, "likely", "name-joint"),
        ("chr1sashd0wn@sky.com", None, "likely", "digits-for-letters"),
        ("chris.ashdown.jnr@sky.com", None, "possible", "generation"),
        ("chris.ashdown.witness@sky.com", None, "possible", "name-within"),
        ("chrisa@sky.com", None, "possible", "forename-initial"),
        ("chris.ashdown@sky.com", "Emma Ashdown", "possible", "display-name-differs"),
    ],
)
def test_each_verdict_says_why(address: str, display: str | None, own: str, reason: str) -> None:
    """A verdict carries the code of what it rests on."""
    verdict = resolve(address, display, _of("Christopher Ashdown", collar="7715"))
    assert verdict.own == own
    assert reason in verdict.reasons


@pytest.mark.parametrize(
    "address",
    [
        "ashdown@sky.com",
        "emma.ashdown@sky.com",
        "theashdowns@sky.com",
        "ashdown.family@sky.com",
        "mrs.ashdown@sky.com",
        "ashdown66@sky.com",
    ],
)
def test_same_surname_alone_is_not_the_same_person(address: str) -> None:
    """An address that shares nothing but the surname is nobody's own, and says no reason."""
    verdict = resolve(address, None, _of("Christopher Ashdown", collar="7715"))
    assert (verdict.own, verdict.reasons) == ("no", ())


def test_one_initial_before_a_common_surname_is_only_possible() -> None:
    """J Smith may be anybody; J A Smith and a rarer surname are likely."""
    smith = _of("John Andrew Smith")
    assert resolve("j.smith@sky.com", None, smith).own == "possible"
    assert resolve("ja.smith@sky.com", None, smith).own == "likely"
    assert resolve("j.smith@sky.com", "John Smith", smith).own == "likely"


def test_collar_number_that_could_be_a_birth_year_needs_more() -> None:
    """A surname with 1985 fits the whole family when the collar number happens to be 1985."""
    assert resolve("oddie1985@sky.com", None, _of("Graham Oddie", collar="1985")).own == "possible"
    assert resolve("oddie4985@sky.com", None, _of("Graham Oddie", collar="4985")).own == "likely"


def test_declared_address_is_certain_in_any_writing() -> None:
    """A declared mailbox is recognised with dots, tags and capitals, and by nothing else."""
    officer = OfficerIdentity(names=("Christopher Ashdown",), personal_addresses=("moorland@gmail.com",))
    assert resolve("Moor.Land+work@GoogleMail.com", None, officer).own == "declared"
    assert resolve("moorlands@gmail.com", None, officer).own == "no"


def test_role_mailbox_is_not_a_person() -> None:
    """A role mailbox at a domain with the officer's name in it is not the officer's own."""
    assert resolve("info@chrisashdown.example", None, _of("Christopher Ashdown")).own == "no"


def test_officer_without_a_name_owns_only_what_is_declared() -> None:
    """An account without an officer record has no name to compare with."""
    assert resolve("anybody@gmail.com", "Anybody", OfficerIdentity()).own == "no"


def test_reason_codes_name_nobody() -> None:
    """No reason of any verdict in the tables quotes the address or a name."""
    for case in (*_cases("own_account_table.csv"), *_cases("own_account_table_unseen.csv")):
        for reason in resolve(case.address, case.display, case.officer).reasons:
            assert "ashdown" not in reason
            assert "@" not in reason
            assert set(reason) <= set("abcdefghijklmnopqrstuvwxyz-")


@given(st.text(max_size=50), st.none() | st.text(max_size=30), st.lists(st.text(max_size=25), max_size=3), st.none() | st.text(max_size=8))
def test_no_input_raises_and_the_answer_is_the_same_twice(address: str, display: str | None, names: list[str], collar: str | None) -> None:
    """Any address, display name and personnel record gives a verdict, and names in another order the same one."""
    verdict = resolve(address, display, _of(*names, collar=collar))
    assert verdict.own in {"no", "possible", "likely"}
    assert bool(verdict.reasons) == (verdict.own != "no")
    assert resolve(address, display, _of(*reversed(names), collar=collar)) == verdict
