"""Address classes and canonical spellings, over a table of addresses in groups."""

import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.records import AddressClass, AddressListEntry
from streams.enrichment.address_lists import built_in
from streams.enrichment.addresses import AddressBook, canonical, split_mailbox

ENTRIES = (
    AddressListEntry(list="own", pattern="northmoor.police.example"),
    AddressListEntry(list="own", pattern="northmoorpolice.onmicrosoft.com"),
    AddressListEntry(list="own", pattern="northmoor-*.onmicrosoft.com"),
    AddressListEntry(list="protected", pattern="federation.example"),
    AddressListEntry(list="protected", pattern="joan.rep@gmail.com"),
    AddressListEntry(list="protected", pattern="union.rep@westvale.police.uk"),
    AddressListEntry(list="partner", pattern="@eastvale.police.example"),
    AddressListEntry(list="partner", pattern="liaison@gmail.com"),
    AddressListEntry(list="personal", pattern="*.familymail.example"),
    AddressListEntry(list="personal", pattern="supplier.home@mailshot.example"),
    AddressListEntry(list="exclude", pattern="mailshot.example"),
    AddressListEntry(list="exclude", pattern="clerk@hotmail.com"),
    AddressListEntry(list="exclude", pattern="postoffice.net"),
)
LINES = (Path(__file__).parent / "address_table.csv").read_bytes().decode().split("\n")
TABLE = [tuple(row.values()) for row in csv.DictReader(LINES)]
BOOK = AddressBook(ENTRIES)

TEXTS = st.one_of(
    st.text(max_size=60),
    st.text(alphabet="ab@.<>\"'()\\;,: +-_=?%[]\t\0é\u200f\ud800MIEAXSTPmtp/", max_size=40),
    st.builds("{}@{}".format, st.text(max_size=20), st.text(max_size=30)),
)


@pytest.mark.parametrize(("group", "address", "expected"), TABLE, ids=[f"{group}: {address}" for group, address, _ in TABLE])
def test_class_of_each_address_in_the_table(group: str, address: str, expected: AddressClass) -> None:
    """Every address of the table has the class that its group says."""
    assert BOOK.classify(address) == expected, group


def test_table_is_large_enough_to_mean_something() -> None:
    """The table holds at least 150 addresses in at least ten groups."""
    assert len(TABLE) >= 150
    assert len({group for group, _, _ in TABLE}) >= 10


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("John.Smith@Northmoor.Police.Example", "john.smith@northmoor.police.example"),
        ("smtp:john@solicitors.example", "john@solicitors.example"),
        ("John <john+tag@solicitors.example>", "john@solicitors.example"),
        ("J.o.h.n+work@GoogleMail.com", "john@gmail.com"),
        ('"john"@solicitors.example', "john@solicitors.example"),
        ('"john smith"@solicitors.example', '"john smith"@solicitors.example'),
        ("john@münchen.example", "john@xn--mnchen-3ya.example"),
        ("john@XN--MNCHEN-3YA.example.", "john@xn--mnchen-3ya.example"),
        ("+tag@solicitors.example", "+tag@solicitors.example"),
        ("first.last@outlook.com", "first.last@outlook.com"),
        ("  NORTHMOOR\\AH4417 ", "northmoor\\ah4417"),
        ("", ""),
        ("<>", ""),
    ],
)
def test_canonical_spelling(written: str, expected: str) -> None:
    """Two writings of one mailbox have one canonical spelling."""
    assert canonical(written) == expected


@pytest.mark.parametrize(
    ("written", "display", "address"),
    [
        ("John Smith <john@gmail.com>", "John Smith", "john@gmail.com"),
        ('"Smith, John (home)" <john@gmail.com>', "Smith, John (home)", "john@gmail.com"),
        ("john@gmail.com (John Smith)", "John Smith", "john@gmail.com"),
        ("john@gmail.com", "", "john@gmail.com"),
        ("=?utf-8?Q?J=C3=B6rg_Meyer?= <jm@gmail.com>", "Jörg Meyer", "jm@gmail.com"),
        ("=?nonsense?Q?x?= <jm@gmail.com>", "=?nonsense?Q?x?=", "jm@gmail.com"),
        ("'John Smith' <john@gmail.com>", "John Smith", "john@gmail.com"),
        ("John Smith <john@gmail.com", "John Smith", "john@gmail.com"),
        ("<john@gmail.com> John Smith", "", "john@gmail.com"),
        ("John Smith [mailto:john@gmail.com]", "John Smith", "john@gmail.com"),
        ("", "", ""),
    ],
)
def test_mailbox_splits_into_name_and_address(written: str, display: str, address: str) -> None:
    """The display name and the address come apart, whatever the writing."""
    assert split_mailbox(written) == (display, address)


@given(TEXTS)
def test_no_string_raises_and_canonical_is_stable(text: str) -> None:
    """Any string gets a class, can be sent on as UTF-8, and its canonical spelling is its own."""
    spelling = canonical(text)
    split_mailbox(text)
    assert canonical(spelling) == spelling
    assert spelling.encode().decode() == spelling
    assert BOOK.classify(text) == BOOK.classify(spelling)


@given(TEXTS)
def test_domain_class_agrees_with_the_class_of_its_addresses(domain: str) -> None:
    """What a domain is said to be holds for an address there."""
    by_domain = BOOK.classify_domain(domain)
    address = f"someone@{domain}"
    if by_domain is not None and canonical(address) == f"someone@{canonical(address).rpartition('@')[2]}":
        assert BOOK.classify(address) == by_domain


@pytest.mark.parametrize("domain", ["gmail.com", "GMAIL.COM", "googlemail.com", "hotmail.com", "westvale.police.uk", "mailshot.example"])
def test_domain_with_listed_addresses_needs_the_address(domain: str) -> None:
    """A domain at which a list holds a full address has no class of its own."""
    assert BOOK.classify_domain(domain) is None


@pytest.mark.parametrize(
    ("domain", "expected"),
    [
        ("northmoor.police.example", "own-tenant"),
        ("Yahoo.co.uk.", "personal"),
        ("mailinator.com", "disposable"),
        ("duck.com", "relay"),
        ("homeoffice.gov.uk", "partner"),
        ("solicitors.example", "external"),
        ("nonsense", "invalid"),
        ("", "invalid"),
    ],
)
def test_domain_class(domain: str, expected: AddressClass) -> None:
    """A domain without listed addresses has a class, the same when asked again."""
    book = AddressBook(ENTRIES)
    assert (book.classify_domain(domain), book.classify_domain(domain)) == (expected, expected)


def test_order_of_entries_changes_nothing() -> None:
    """The same entries in another order give every address of the table the same class."""
    turned = AddressBook(reversed(ENTRIES))
    assert [turned.classify(address) for _, address, _ in TABLE] == [BOOK.classify(address) for _, address, _ in TABLE]


def test_own_tenant_wins_over_every_other_list() -> None:
    """A domain on all lists at once is the own tenant."""
    entries = [
        AddressListEntry(list=name, pattern="northmoor.police.example") for name in ("exclude", "personal", "partner", "protected", "own")
    ]
    assert AddressBook(entries).classify("a@northmoor.police.example") == "own-tenant"


def test_protected_wins_over_partner() -> None:
    """A protected mailbox inside a partner's domain stays protected, its neighbours stay partners."""
    assert (BOOK.classify("union.rep@westvale.police.uk"), BOOK.classify("other@westvale.police.uk")) == ("protected", "partner")


def test_every_tenant_of_the_cloud_is_never_the_own() -> None:
    """An entry that would make all of onmicrosoft.com the own tenant is not followed."""
    book = AddressBook([AddressListEntry(list="own", pattern="*.onmicrosoft.com")])
    assert book.classify("a@evil.onmicrosoft.com") == "external"


@pytest.mark.parametrize("pattern", ["", "@", "not a domain", "a@b@c", "..", "\0"])
def test_entry_that_is_no_address_matches_nothing(pattern: str) -> None:
    """A damaged entry neither raises nor catches anything."""
    book = AddressBook([AddressListEntry(list="own", pattern=pattern)])
    assert book.classify("a@gmail.com") == "personal"
    assert book.classify(pattern) == "invalid"


def test_built_in_lists_do_not_contradict_each_other() -> None:
    """No relay or reviewed provider is also a throw-away mailbox, and partners are on no other list."""
    lists = built_in()
    supplement = lists.relay.exact | lists.relay.suffixes | lists.personal.suffixes
    assert not supplement & lists.disposable.suffixes
    assert not lists.partner.suffixes & (lists.personal.exact | lists.disposable.suffixes | lists.relay.exact | lists.excluded.suffixes)
    assert not lists.relay.exact & lists.personal.exact
