"""Addresses in one field, as the exports write them."""

from typing import Any

import pytest

from streams.sources.cells.addresses import address, addresses, addresses_within


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("a@x.example", ("a@x.example",)),
        ("undisclosed-recipients:;", ()),
        ("Undisclosed recipients; a@x.example", ("a@x.example",)),
        ("a@x.example;b@y.example", ("a@x.example", "b@y.example")),
        ("a@x.example, b@y.example", ("a@x.example", "b@y.example")),
        ("a@x.example,b@y.example", ("a@x.example", "b@y.example")),
        ("a@x.example b@y.example", ("a@x.example", "b@y.example")),
        ("a@x.example\r\nb@y.example", ("a@x.example", "b@y.example")),
        ("a@x.example; b@y.example c@z.example", ("a@x.example", "b@y.example", "c@z.example")),
        ("Ann Ryder <a@x.example>", ("Ann Ryder <a@x.example>",)),
        ("Ryder, Ann <a@x.example>; b@y.example", ('"Ryder, Ann" <a@x.example>', "b@y.example")),
        ('"Ryder; Ann" <a@x.example>, b@y.example', ('"Ryder; Ann" <a@x.example>', "b@y.example")),
        ("Ann Ryder a@x.example", ("Ann Ryder <a@x.example>",)),
        ("smtp:a@x.example", ("a@x.example",)),
        ("SMTP:A@X.EXAMPLE", ("A@X.EXAMPLE",)),
        ("<smtp:a@x.example>", ("a@x.example",)),
        ("mailto:a@x.example", ("a@x.example",)),
        ("'a@x.example'", ("a@x.example",)),
        ("{a@x.example, b@y.example}", ("a@x.example", "b@y.example")),
        ('"Ann" [SMTP:a@x.example]', ('"Ann" <a@x.example>',)),
        ('"a@x.example" [SMTP:a@x.example]', ("a@x.example",)),
        ('"a@x.example" [EX:/o=ExchangeLabs/ou=Group/cn=Recipients/cn=a]', ("a@x.example",)),
        ("a@x.example##Receive, Send;b@y.example##Receive, Deliver", ("a@x.example", "b@y.example")),
        ("ext@evil.example;me@own.example", ("ext@evil.example", "me@own.example")),
        ("A@x.example;a@X.example", ("A@x.example",)),
        ("o'neil@x.example", ("o'neil@x.example",)),
        (["a@x.example", "b@y.example; c@z.example"], ("a@x.example", "b@y.example", "c@z.example")),
        ([{"Address": "a@x.example", "Name": "Ann"}], ("a@x.example",)),
        ([{"emailAddress": {"name": "Ann", "address": "a@x.example"}}], ("a@x.example",)),
        ('["a@x.example", "b@y.example"]', ("a@x.example", "b@y.example")),
        ("a@x.example|b@y.example", ("a@x.example", "b@y.example")),
        ("['a@x.example', 'b@y.example']", ("a@x.example", "b@y.example")),
        ("(a@x.example,b@y.example)", ("a@x.example", "b@y.example")),
        ("Ann Ryder (a@x.example)", ("Ann Ryder <a@x.example>",)),
        ("Ann Ryder [a@x.example]; b@y.example", ("Ann Ryder <a@x.example>", "b@y.example")),
        ("a@[192.0.2.7]", ("a@[192.0.2.7]",)),
        ("Ann at home", ("Ann at home",)),
        ("", ()),
        (" ; , ", ()),
        ("<>", ()),
        ("$null", ()),
        (None, ()),
        ([], ()),
        ({}, ()),
    ],
)
def test_field_gives_its_addresses(value: Any, expected: tuple[str, ...]) -> None:
    """Every separator, prefix, bracket and quote that exports use is understood, and nothing is lost."""
    assert addresses(value) == expected


def test_first_address_of_a_field() -> None:
    """Where one address is wanted, the first is taken."""
    assert address("a@x.example;b@y.example") == "a@x.example"
    assert address("") is None


def test_addresses_are_found_within_nested_values() -> None:
    """Prefixes are dropped, names that are no address are left out, and each address comes once."""
    value = {"Values": [{"Value": "SMTP:EXT@EVIL.EXAMPLE"}, {"Value": "Ext (ext@evil.example)."}, {"Value": "Ext"}, 7]}
    assert addresses_within(value) == ("EXT@EVIL.EXAMPLE",)


def test_a_hundred_thousand_recipients_are_read() -> None:
    """A very long field is read whole, in linear time."""
    assert len(addresses(";".join(f"r{number}@x.example" for number in range(100_000)))) == 100_000


@pytest.mark.parametrize("text", ["9", '"', '\\"', "<", "[SMTP:", "a@", " ", "a ", "@", "a<b ", ","])
def test_no_text_takes_more_than_linear_time(text: str) -> None:
    """A crafted field of a megabyte is read at once; were any search in it quadratic, this would never end."""
    crafted = text * (1_000_000 // len(text))
    addresses(crafted)
    addresses_within([crafted])
