"""The sieve drops many rows and never one that can matter."""

from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.columns import columns
from schemas.records import AddressListEntry, Attachment, Direction, DocumentClass, FileEvent, Kind, MailEvent
from schemas.wire import Wire
from streams.enrichment.markings import is_intelligence_report, read_subject
from streams.enrichment.reference import Reference
from streams.enrichment.sieve import can_matter, sieve, sieve_files
from streams.enrichment.wanted import Wanted

WIRE = Wire()
FORCE = "northmoor.police.example"
REFERENCE = Reference.build(
    [],
    [DocumentClass(class_id="C1", kind="dlp", pattern="Passport*", marking="OFFICIAL-SENSITIVE")],
    [
        AddressListEntry(list="own", pattern=FORCE),
        AddressListEntry(list="own", pattern="northmoor.onmicrosoft.com"),
        AddressListEntry(list="own", pattern="frontdesk@shared.example"),
        AddressListEntry(list="protected", pattern="federation.example"),
        AddressListEntry(list="partner", pattern="council.example"),
        AddressListEntry(list="partner", pattern="liaison@bank.example"),
    ],
)
MAIL = Wanted(frozenset({("mail", "officer")}))
ALL = Wanted(frozenset({("mail", "officer"), ("inbound", "officer")}))
BACK = Wanted(frozenset({("inbound", "officer")}))
NOTHING = Wanted(frozenset({("file", "officer")}))

DOMAINS = st.sampled_from(
    [
        FORCE,
        FORCE.upper(),
        f"hq.{FORCE}",
        f"{FORCE}.",
        f"not{FORCE}",
        f"{FORCE}.evil.example",
        "northmoor.mail.onmicrosoft.com",
        "shared.example",
        "bank.example",
        "council.example",
        "federation.example",
        "gmail.com",
        "bücher.example",
        "x",
        "",
        "[10.0.0.1]",
        "1.2.3",
        "a" * 64 + ".example",
        "example.invalid",
        chr(0xFF47) + "mail.com",
        "police.uk",
        "supplier.example",
    ]
)
LOCALS = st.sampled_from(
    [
        "jo.hale",
        "frontdesk",
        "FrontDesk",
        "frontdesk+x",
        "liaison",
        "",
        "imceasmtp-jo+40gmail+2Ecom",
        "IMCEAEX-_o=x",
        "jo_gmail.com#EXT#",
        "SRS0=4Fx1=IX=gmail.com=jo",
        "bounces+SRS=4Fx1=IX=gmail.com=jo",
        "prvs=0123456789=jo",
        "a b",
        "'jo",
        "=?x?=",
        "jo@gmail.com,sam",
        '"jo@gmail.com"',
        "o'neil",
        "smtp:jo",
        "x" * 300,
        "jo(away)",
        "+",
        "..",
        "jo\u200f",
    ]
)
PLAIN = st.builds("{}@{}".format, LOCALS, DOMAINS)
ADDRESSES = st.one_of(
    PLAIN,
    st.builds("{} <{}>".format, st.sampled_from(["Jo Hale", "", '"Hale, Jo"', "jo@gmail.com", f"jo@{FORCE}"]), PLAIN),
    st.builds("{}{}".format, st.sampled_from(["smtp:", "SMTP:", "mailto:", " ", "'", "\x00", "<"]), PLAIN),
    st.builds("{}{}{}".format, PLAIN, st.sampled_from([" ", ";", ",", ">", "'"]), st.one_of(st.just(""), PLAIN)),
    st.text(max_size=20),
)
WORDS = st.sampled_from(
    [
        "OFFICIAL-SENSITIVE",
        "official sensitive",
        "Secret",
        "TOP SECRET",
        "secret santa",
        "O-S",
        "OS",
        "[OS]",
        "O S",
        "Restricted",
        "OFF-SENS",
        "5x5x5",
        "3 x 5 x 2 report A1C",
        "Confidential:",
        "PROTECT",
        "".join(chr(ord(letter) + 0xFEE0) for letter in "SECRET"),
        "RE:",
        "rota",
        "posters",
        "ofic. sen",
        "offsen",
        "-",
        "|",
        ":",
    ]
)
SUBJECTS = st.one_of(st.none(), st.lists(WORDS, max_size=4).map(" ".join), st.text(max_size=12))
EVENTS = st.builds(
    MailEvent,
    feed=st.just("mail-ndjson"),
    record_id=st.just("1"),
    occurred_at=st.just(1_700_000_000_000),
    direction=st.sampled_from(get_args(Direction)),
    sender=ADDRESSES,
    account=st.one_of(st.none(), ADDRESSES),
    recipients=st.lists(ADDRESSES, max_size=3).map(tuple),
    subject=SUBJECTS,
    attachments=st.lists(st.just(Attachment(name="a.pdf")), max_size=1).map(tuple),
    labels=st.lists(st.just("Secret"), max_size=1).map(tuple),
    dlp_types=st.lists(st.just("Passport number"), max_size=1).map(tuple),
)


def mask(events: list[MailEvent], wanted: Wanted) -> list[bool]:
    """Return what the sieve says of each event."""
    read: Any = columns([WIRE.encode(event, "mail-events") for event in events], MailEvent, WIRE)
    assert read.batch.num_rows == len(events)
    return list(sieve(read.batch, REFERENCE, wanted))


def mail(**said: Any) -> MailEvent:
    """Return a mail that an officer sent."""
    plain: dict[str, Any] = {"feed": "f", "record_id": "1", "occurred_at": 1_700_000_000_000, "sender": f"jo.hale@{FORCE}"}
    return MailEvent(**(plain | said))


@settings(max_examples=200)
@given(st.lists(EVENTS, max_size=12), st.sampled_from([MAIL, ALL, BACK, NOTHING]))
def test_no_row_that_can_matter_is_dropped(events: list[MailEvent], wanted: Wanted) -> None:
    """Whatever the predicate keeps of a batch, the sieve keeps."""
    kept = mask(events, wanted)
    assert [event for event, keep in zip(events, kept, strict=True) if not keep and can_matter(event, REFERENCE, wanted)] == []


@settings(max_examples=200)
@given(st.lists(st.one_of(WORDS, st.text(max_size=4)), max_size=5).map(" ".join))
def test_no_subject_with_a_marking_is_dropped(subject: str) -> None:
    """What the reader of markings finds in a subject, the sieve's cheap look does not miss."""
    if read_subject(subject) is not None or is_intelligence_report(subject):
        assert mask([mail(subject=subject)], MAIL) == [True]


@pytest.mark.parametrize(
    ("said", "matters"),
    [
        ({"recipients": ("kim@gmail.com",)}, True),
        ({"recipients": (f"sam@{FORCE}", "kim@gmail.com")}, True),
        ({"recipients": ("rep@federation.example",)}, True),
        ({"recipients": ("clerk@supplier.example",)}, True),
        ({"recipients": ("not an address",)}, True),
        ({"recipients": (f"sam@{FORCE}", "desk@council.example", "x@met.police.uk")}, False),
        ({"recipients": (f"Sam Birch <SAM@HQ.{FORCE.upper()}>", "smtp:frontdesk@shared.example")}, False),
        ({"recipients": ("liaison@bank.example",)}, False),
        ({"recipients": ("teller@bank.example",)}, True),
        ({"recipients": (f"sam@{FORCE}",), "attachments": (Attachment(name="a.pdf"),)}, False),
        ({}, False),
        ({"subject": "Rota for May"}, False),
        ({"subject": "OFFICIAL-SENSITIVE: rota"}, True),
        ({"subject": "".join(chr(ord(letter) + 0xFEE0) for letter in "SECRET")}, True),
        ({"recipients": ("x" * 300 + "@" + FORCE,)}, True),
        ({"attachments": (Attachment(name="a.pdf"),)}, True),
        ({"labels": ("x",)}, True),
        ({"dlp_types": ("x",)}, True),
        ({"sender": "kim@gmail.com", "direction": "inbound", "attachments": (Attachment(name="a.pdf"),)}, False),
        ({"sender": "kim@gmail.com", "direction": "inbound", "recipients": (f"jo@{FORCE}", "x@supplier.example")}, False),
        ({"direction": "inbound", "recipients": ("kim@gmail.com",)}, True),
    ],
)
def test_what_can_matter(said: dict[str, Any], *, matters: bool) -> None:
    """Each sort of row is kept or dropped, and by the sieve alone where it is dropped."""
    event = mail(**said)
    assert can_matter(event, REFERENCE, MAIL) is matters
    assert mask([event], MAIL) == [matters]


@pytest.mark.parametrize(("kind", "matters"), [("inbound", True), ("mail", False), ("setting", False)])
def test_incoming_mail_matters_to_whoever_takes_it(kind: Kind, *, matters: bool) -> None:
    """A mail from outside to an officer is kept when a detector takes incoming mail, and else is not."""
    event = mail(sender="jo.hale77@gmail.com", recipients=(f"jo.hale@{FORCE}",), direction="inbound")
    wanted = Wanted(frozenset({(kind, "officer")}))
    assert can_matter(event, REFERENCE, wanted) is matters
    assert mask([event], wanted) == [matters]


@pytest.mark.parametrize(
    ("kind", "actions", "kept"),
    [("file", {"open", "copy"}, [True, False, True]), ("file", set(), [False] * 3), ("mail", {"open", "copy"}, [False] * 3)],
)
def test_of_files_the_wanted_actions_are_kept(kind: Kind, actions: set[Any], kept: list[bool]) -> None:
    """Who brings a file in takes nothing out; without a detector of files nothing is kept."""
    events = [
        FileEvent(feed="f", record_id=action, occurred_at=1, account="a", path="p", name="n", action=action)
        for action in ("open", "upload", "copy")
    ]
    batch = columns([WIRE.encode(event, "file-events") for event in events], FileEvent, WIRE).batch
    assert sieve_files(batch, Wanted(frozenset({(kind, "officer")}), frozenset(actions))).tolist() == kept


def test_a_sliced_batch_is_sieved_as_its_rows() -> None:
    """A batch that begins in the middle of another is judged by its own rows."""
    events = [mail(recipients=(f"a@{FORCE}",)), mail(recipients=("kim@gmail.com",)), mail(), mail(subject="SECRET")]
    read: Any = columns([WIRE.encode(event, "mail-events") for event in events], MailEvent, WIRE)
    assert sieve(read.batch.slice(1), REFERENCE, MAIL).tolist() == [True, False, True]
