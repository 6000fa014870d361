"""However large a record, what is kept of it is small, the same for the same record, and what matters most."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from schemas.records import AddressListEntry, Attachment, FileEvent, MailEvent, Officer, SettingEvent
from schemas.wire import Wire
from streams.enrichment.bounds import FACT_BYTES, LIST_BYTES, MOST_RECIPIENTS, bound_file, bound_mail, bound_setting, fact_rank
from streams.enrichment.reference import Reference

FORCE = "northmoor.police.example"
JO = f"jo.hale@{FORCE}"
REFERENCE = Reference.build(
    [Officer(officer_id="o1", name="Jo Hale", addresses=(JO,))],
    [],
    [AddressListEntry(list="own", pattern=FORCE), AddressListEntry(list="protected", pattern="federation.example")],
)
MAIL = MailEvent(
    feed="mail-ndjson", record_id="1", occurred_at=1, sender=JO, recipients=("kim@gmail.com",), subject="Rota", labels=("b", "a")
)
WIRE = Wire()


def test_an_ordinary_mail_is_kept_whole() -> None:
    """Within bounds nothing changes and nothing is noted."""
    fact = bound_mail(MAIL, REFERENCE)
    assert (fact.event, fact.outside, fact.cut) == (MAIL, 0, False)


def test_of_too_many_recipients_those_that_matter_stay() -> None:
    """A protected one, the officer's own and relays survive thousands of others; the number that lay outside is kept."""
    crowd = tuple(f"m{number}@supplier.example" for number in range(8_000))
    last = ("jo.hale77@gmail.com", "x@duck.com", "rep@federation.example", "Kim <kim@gmail.com>", f"sam@{FORCE}")
    fact = bound_mail(replace(MAIL, recipients=crowd + last), REFERENCE)
    assert fact.event.recipients[:4] == ("rep@federation.example", "jo.hale77@gmail.com", "x@duck.com", "Kim <kim@gmail.com>")
    assert (len(fact.event.recipients), fact.outside, fact.cut) == (MOST_RECIPIENTS, 8_004, True)


def test_an_address_is_found_behind_however_long_a_name() -> None:
    """A display name of a megabyte hides nothing."""
    fact = bound_mail(replace(MAIL, recipients=(f"{'x' * 1_000_000} <kim@gmail.com>",)), REFERENCE)
    assert all(len(each) < 1_000 for each in fact.event.recipients)
    assert fact.cut


def test_of_too_many_attachments_the_labelled_ones_stay() -> None:
    """Labels and hashes say most; the end of a long name stays, because it says what sort of file it is."""
    many = tuple(Attachment(name=f"{number:04}{'x' * 700}.pdf") for number in range(300))
    fact = bound_mail(replace(MAIL, attachments=(*many, Attachment(name="z.pdf", label="Witness"))), REFERENCE)
    assert fact.event.attachments[0] == Attachment(name="z.pdf", label="Witness")
    assert all(each.name.endswith(".pdf") for each in fact.event.attachments)
    assert fact.cut


TEXTS = st.one_of(st.text(max_size=5), st.integers(0, 60_000).map(lambda size: chr(0x1D518) * size))
MANY = st.one_of(
    st.lists(TEXTS, max_size=3), st.integers(0, 3_000).map(lambda size: [f"é{number}@gmail.com" for number in range(size)])
).map(tuple)


@settings(max_examples=60)
@given(st.lists(TEXTS, min_size=5, max_size=5), st.lists(MANY, min_size=4, max_size=4))
def test_no_fact_is_larger_than_stated(texts: list[str], lists: list[Any]) -> None:
    """Every kind of event, whatever its fields hold, is kept in at most FACT_BYTES, and cutting again cuts nothing more."""
    record_id, sender, subject, sha256, message_id = texts
    recipients, names, labels, dlp_types = lists
    mail = MailEvent(
        feed=subject,
        record_id=record_id,
        message_id=message_id,
        occurred_at=1,
        sender=sender,
        account=sender,
        subject=subject,
        recipients=recipients,
        attachments=tuple(Attachment(name=name, label=sender, sha256=sha256) for name in names),
        labels=labels,
        dlp_types=dlp_types,
    )
    fact = bound_mail(mail, REFERENCE)
    assert len(WIRE.encode(fact.event, "mail-events")) <= FACT_BYTES
    assert bound_mail(fact.event, REFERENCE).event == fact.event
    file = FileEvent(
        feed=subject,
        record_id=record_id,
        occurred_at=1,
        account=sender,
        path=subject,
        name=sender,
        action="open",
        sha256=sha256,
        label=subject,
    )
    assert len(WIRE.encode(bound_file(file), "file-events")) <= FACT_BYTES
    setting = SettingEvent(
        feed=subject,
        record_id=record_id,
        occurred_at=1,
        account=sender,
        mailbox=sender,
        setting=subject,
        targets=recipients,
    )
    assert len(WIRE.encode(bound_setting(setting), "setting-events")) <= FACT_BYTES


def test_lists_are_bounded_in_bytes_too() -> None:
    """Few long addresses are cut as many short ones are."""
    fact = bound_mail(replace(MAIL, recipients=tuple(f"{'x' * 300}{number}@gmail.com" for number in range(400))), REFERENCE)
    assert sum(len(each) + 2 for each in fact.event.recipients) <= LIST_BYTES
    assert (fact.outside, fact.cut) == (400, True)


def test_which_facts_are_let_go_first() -> None:
    """What withholds stays longest, then what has content, then own and relay addresses, then personal ones."""
    ordered = [
        replace(MAIL, labels=(), recipients=("rep@federation.example",)),
        replace(MAIL, recipients=("clerk@supplier.example",)),
        replace(MAIL, labels=(), recipients=("jo.hale77@gmail.com",)),
        replace(MAIL, labels=(), recipients=("a@mailinator.com",)),
        replace(MAIL, labels=(), recipients=("clerk@supplier.example",)),
    ]
    ranks = [fact_rank(event, REFERENCE) for event in ordered]
    assert ranks == sorted(ranks)
    assert len(set(ranks)) == len(ranks)
