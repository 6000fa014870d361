"""Officers as of an event, by address and account."""

import random

import pytest

from schemas.records import Officer
from streams.enrichment.officers import IDENTIFIER_NOT_VALID_THEN, NOT_VALID_THEN, OfficerDirectory

EARLY = Officer(
    officer_id="NM1",
    name="Rebecca Pargeter",
    collar_number="2287",
    rank="PC",
    unit="Response",
    addresses=("rebecca.pargeter@northmoor.police.example",),
    accounts=("NORTHMOOR\\rp2287",),
    personal_addresses=("becky.pargeter@outlook.com",),
    valid_from=1_000,
    valid_to=2_000,
)
LATE = Officer(
    officer_id="NM1",
    name="Rebecca Holloway",
    collar_number="2287",
    rank="DS",
    unit="Intelligence",
    addresses=("rebecca.holloway@northmoor.police.example",),
    accounts=("NORTHMOOR\\rp2287", "rh2287@northmoor.police.example"),
    personal_addresses=("R.Holloway@gmail.com",),
    valid_from=2_000,
)
OTHER = Officer(officer_id="NM2", name="Gareth Pugh", addresses=("gareth.pugh@northmoor.police.example",), accounts=("gp6120",))


def _find(identifier: str, at: int, *officers: Officer) -> tuple[str, str | None, tuple[str, ...]] | None:
    match = OfficerDirectory(officers or (EARLY, LATE, OTHER)).find(identifier, at)
    return (match.officer_id, match.context.rank, match.reasons) if match else None


@pytest.mark.parametrize(
    "identifier",
    [
        "rebecca.pargeter@northmoor.police.example",
        "REBECCA.PARGETER@Northmoor.Police.Example",
        "SMTP:rebecca.pargeter@northmoor.police.example",
        "Rebecca <rebecca.pargeter@northmoor.police.example>",
        "NORTHMOOR\\rp2287",
        "northmoor\\RP2287",
        "rp2287",
        " RP2287 ",
        "rp2287@northmoor.police.example",
    ],
)
def test_found_by_any_address_or_account_name(identifier: str) -> None:
    """Every writing of an address or account finds the officer as of the event."""
    assert _find(identifier, 1_500) == ("NM1", "PC", ())


def test_valid_from_is_inclusive_and_valid_to_exclusive() -> None:
    """At the instant of a change the new record holds."""
    assert _find("rp2287", 1_000) == ("NM1", "PC", ())
    assert _find("rp2287", 1_999) == ("NM1", "PC", ())
    assert _find("rp2287", 2_000) == ("NM1", "DS", ())


def test_latest_of_overlapping_records_wins() -> None:
    """Where two records of an officer are in force, the one that began last is taken."""
    acting = Officer(officer_id="NM1", name="Rebecca Pargeter", rank="A/Sgt", accounts=("rp2287",), valid_from=1_400, valid_to=1_600)
    assert _find("rp2287", 1_500, EARLY, acting) == ("NM1", "A/Sgt", ())
    assert _find("rp2287", 1_700, EARLY, acting) == ("NM1", "PC", ())


def test_record_without_dates_is_always_in_force() -> None:
    """A record without validity holds at any instant, behind every dated one."""
    always = Officer(officer_id="NM1", name="Rebecca", rank="always", accounts=("rp2287",))
    assert _find("rp2287", -5, always, EARLY) == ("NM1", "always", ())
    assert _find("rp2287", 1_500, always, EARLY) == ("NM1", "PC", ())


@pytest.mark.parametrize(("at", "rank"), [(0, "PC"), (2_500, "gap"), (9_000, "DS")])
def test_nearest_record_stands_in_when_none_was_in_force(at: int, rank: str) -> None:
    """Before the first, after the last and in a gap the nearest record is taken and flagged."""
    gap = Officer(officer_id="NM1", name="Rebecca", rank="gap", accounts=("rp2287",), valid_from=2_000, valid_to=2_400)
    last = Officer(officer_id="NM1", name="Rebecca", rank="DS", accounts=("rp2287",), valid_from=3_000, valid_to=4_000)
    assert _find("rp2287", at, EARLY, gap, last) == ("NM1", rank, (NOT_VALID_THEN,))


def test_old_address_finds_the_record_of_the_time_and_is_flagged() -> None:
    """Mail from an address under a former name is the same officer, with the rank of the day."""
    assert _find("rebecca.pargeter@northmoor.police.example", 3_000) == ("NM1", "DS", (IDENTIFIER_NOT_VALID_THEN,))


def test_identity_unites_all_records() -> None:
    """Former names and every declared address belong to the identity at any instant."""
    match = OfficerDirectory([LATE, EARLY]).find("rp2287", 1_500)
    assert match is not None
    assert set(match.identity.names) == {"Rebecca Pargeter", "Rebecca Holloway"}
    assert set(match.identity.personal_addresses) == {"becky.pargeter@outlook.com", "rholloway@gmail.com"}
    assert match.context.name == "Rebecca Pargeter"


def test_address_given_to_a_successor_belongs_to_whoever_held_it() -> None:
    """An address that passed from one officer to another is told apart by the date."""
    before = Officer(officer_id="A", name="First", addresses=("dutyinsp@northmoor.police.example",), valid_from=0, valid_to=100)
    after = Officer(officer_id="B", name="Second", addresses=("dutyinsp@northmoor.police.example",), valid_from=100)
    assert _find("dutyinsp@northmoor.police.example", 50, before, after) == ("A", None, ())
    assert _find("dutyinsp@northmoor.police.example", 150, before, after) == ("B", None, ())


@pytest.mark.parametrize(
    "identifier", ["custody.desk@northmoor.police.example", "unknown", "", "@", "\\", "NORTHMOOR\\", "rp2287@gmail.com"]
)
def test_shared_mailboxes_and_strangers_are_nobody(identifier: str) -> None:
    """What no record names is nobody, and an account name at a provider is no work account."""
    assert _find(identifier, 1_500) is None


def test_gmail_address_in_a_record_opens_no_door() -> None:
    """A contractor's Gmail address finds the contractor; the account name at Gmail does not."""
    contractor = Officer(officer_id="C", name="Contractor", addresses=("ext@gmail.com",), accounts=("ext9",))
    assert _find("ext@gmail.com", 0, contractor) == ("C", None, ())
    assert _find("ext9@gmail.com", 0, contractor) is None


def test_bare_account_that_fits_two_officers_is_nobody() -> None:
    """A name that exists in two domains tells nobody apart; with its domain it does."""
    north = Officer(officer_id="N", name="North", accounts=("NORTH\\js1",))
    south = Officer(officer_id="S", name="South", accounts=("SOUTH\\js1",))
    assert _find("js1", 0, north, south) is None
    assert _find("SOUTH\\js1", 0, north, south) == ("S", None, ())
    assert _find("EAST\\js1", 0, north, south) is None


def test_record_without_a_domain_fits_the_account_in_any() -> None:
    """An account written bare in the record is found with a domain in front."""
    assert _find("NORTHMOOR\\gp6120", 0) == ("NM2", None, ())


def test_order_of_records_changes_nothing() -> None:
    """Shuffled records give the same officer for every identifier and instant."""
    records = [EARLY, LATE, OTHER, Officer(officer_id="NM3", name="Twin", accounts=("rp2287",), valid_from=2_000)]
    asked = [(name, at) for name in ("rp2287", "gp6120", "NORTHMOOR\\rp2287", EARLY.addresses[0]) for at in (0, 1_000, 2_000, 5_000)]
    first = [OfficerDirectory(records).find(*each) for each in asked]
    for seed in range(10):
        random.Random(seed).shuffle(records)
        assert [OfficerDirectory(records).find(*each) for each in asked] == first
