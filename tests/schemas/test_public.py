"""The public JSON form: lossless, strict about time, and it says what is wrong."""

import json
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.catalogue import RECORDS
from schemas.public import PublicError, dumps, from_public, loads, millis_of, time_of, to_public
from schemas.records import Alert, DeadLetter, FileEvent, MailEvent, Officer, Record

MAIL = {"feed": "mail-ndjson", "record_id": "1", "occurred_at": "2023-05-02T09:14:15+01:00", "sender": "a@northmoor.police.example"}


@given(st.sampled_from(RECORDS).flatmap(st.from_type))
def test_what_is_said_in_public_is_understood(record: Record) -> None:
    """Every record of every type comes back equal from its line, and the line is one line."""
    line = dumps(record)
    assert line.endswith(b"\n")
    assert line.count(b"\n") == 1
    assert loads(line, type(record)) == record
    assert from_public(json.loads(line), type(record)) == record


@given(st.sampled_from(RECORDS).flatmap(st.from_type))
def test_the_public_form_is_plain_json(record: Record) -> None:
    """The dict holds JSON types only (lists, not tuples), and every field by its outside name."""
    public = to_public(record)
    assert json.loads(json.dumps(public)) == public
    assert list(public) == [field.encode_name for field in msgspec.structs.fields(type(record))]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1970-01-01T00:00:00Z", 0),
        ("1970-01-01T00:00:00.001Z", 1),
        ("1970-01-01t00:00z", 0),
        ("1970-01-01 01:00:00+01:00", 0),
        ("1970-01-01T05:30:00+0530", 0),
        ("1969-12-31T19:00:00-05:00", 0),
        ("1970-01-01T00:00:00.1239999Z", 123),
        ("1970-01-01T00:00:00,5Z", 500),
        ("1969-12-31T23:59:59.999Z", -1),
        (" 1970-01-01T00:00:00Z\n", 0),
        ("2023-05-02T08:14:15-00:00", 1_683_015_255_000),
        ("0001-01-01T00:00:00Z", -62_135_596_800_000),
        ("9999-12-31T23:59:59.999Z", 253_402_300_799_999),
    ],
)
def test_an_instant_may_have_any_offset_and_fraction(text: str, expected: int) -> None:
    """ISO 8601 with an offset is one instant in milliseconds; a finer fraction is cut."""
    assert millis_of(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "2023-05-02T08:14:15",
        "2023-05-02",
        "2023-05-02T08:14:15 Europe/London",
        "2023-05-02T08:14:15+01",
        "2023-13-02T08:14:15Z",
        "2023-02-29T08:14:15Z",
        "2023-05-02T24:14:15Z",
        "2023-05-02T08:14:15+25:00",
        "02/05/2023 08:14:15Z",
        "\uff12\uff10\uff12\uff13-05-02T08:14:15Z",
        "",
        "1683015255000",
        1_683_015_255_000,
        1.5,
        True,
        ["2023-05-02T08:14:15Z"],
    ],
    ids=repr,
)
def test_what_is_no_instant_is_refused(text: Any) -> None:
    """A time without offset is not guessed at, and neither is a number, a date or a day that no calendar has."""
    with pytest.raises(PublicError):
        millis_of(text)


@given(st.integers(-62_135_596_800_000, 253_402_300_799_999))
def test_an_instant_is_written_in_utc_with_milliseconds(instant: int) -> None:
    """The written form has a fixed width, ends with Z and means the same instant."""
    text = time_of(instant)
    assert len(text) == len("2023-05-02T08:14:15.000Z")
    assert text.endswith("Z")
    assert millis_of(text) == instant


def test_an_instant_outside_the_calendar_cannot_be_written() -> None:
    """An instant that ISO 8601 cannot say is an error with a name."""
    with pytest.raises(PublicError, match="not in the years"):
        to_public(MailEvent(feed="f", record_id="r", occurred_at=2**60, sender="s"))


def test_defaults_fill_what_is_left_out() -> None:
    """A minimal mail is a mail; keys that a mail has not are ignored; the input is left as it is."""
    given_dict = {**MAIL, "comment": "ours"}
    record = from_public(given_dict, MailEvent)
    assert record == MailEvent(feed="mail-ndjson", record_id="1", occurred_at=1_683_015_255_000, sender="a@northmoor.police.example")
    assert given_dict == {**MAIL, "comment": "ours"}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"occurred_at": "2023-05-02T09:14:15"}, "occurred_at"),
        ({"occurred_at": None}, "occurred_at"),
        ({"occurred_at": "1950-01-01T00:00:00Z"}, "occurred_at"),
        ({"direction": "sideways"}, "direction"),
        ({"size": "12"}, "size"),
        ({"recipients": "someone@gmail.com"}, "recipients"),
        ({"attachments": [{"size": 1}]}, r"attachments\[0\]"),
        ({"sender": None}, "sender"),
    ],
)
def test_a_wrong_field_is_named(change: dict[str, Any], words: str) -> None:
    """The message says which field is wrong."""
    with pytest.raises(PublicError, match=words):
        from_public({**MAIL, **change}, MailEvent)


@pytest.mark.parametrize(
    "line", [b"", b"{", b"[]", b"5", b"null", b'"text"', b'{"feed": "\\ud800"}', b'{"feed": "\xff"}', b"[" * 5000, b'{"feed": NaN}', b"{}"]
)
def test_a_line_that_is_no_record_is_refused(line: bytes) -> None:
    """Whatever a line holds, it is a record or a PublicError."""
    with pytest.raises(PublicError):
        loads(line, MailEvent)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    ),
    st.sampled_from(["occurred_at", "evidence", "first_at", "reasons", "officer"]),
)
def test_any_value_in_any_place_is_read_or_refused(value: Any, field: str) -> None:
    """Values of any shape, in places where lists of records with instants belong too, raise nothing but PublicError."""
    with pytest.raises(PublicError):
        from_public({field: value}, Alert)


def test_instants_are_found_below_the_top() -> None:
    """An alert's evidence has instants of its own."""
    evidence = [{"activity_id": "a", "occurred_at": "nonsense", "kind": "mail", "summary": "s"}]
    with pytest.raises(PublicError, match=r"evidence: occurred_at"):
        from_public({"evidence": evidence}, Alert)


def test_bytes_are_base64() -> None:
    """The raw bytes of a dead letter survive JSON."""
    letter = DeadLetter(reason="r", detail="d", raw=bytes(range(256)), at=0)
    assert to_public(letter)["raw"].startswith("AAECAwQF")
    assert loads(dumps(letter), DeadLetter) == letter


def test_a_lone_surrogate_cannot_be_written() -> None:
    """What UTF-8 cannot say is an error with a name."""
    with pytest.raises(PublicError):
        dumps(FileEvent(feed="f", record_id="r", occurred_at=0, account="a", path="\udcff", name="n", action="open"))


def test_a_missing_instant_stays_null() -> None:
    """An optional instant that is not set is null both ways."""
    public = to_public(Officer(officer_id="o", name="n"))
    assert public["last_day"] is None
    assert from_public(public, Officer) == Officer(officer_id="o", name="n")
