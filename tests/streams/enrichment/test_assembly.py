"""What feeds say of one message is united, and the set of facts alone decides how."""

from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from schemas.records import Attachment, MailEvent, Source
from streams.enrichment.assembly import CLUSTER_SPAN_MS, Fact, UnitedMail, unite
from streams.enrichment.precedence import PRECEDENCE

AT = 1_700_000_000_000
WEEK = 7 * 24 * 3_600_000
SENDER = "jo.hale@northmoor.police.example"


def fact(feed: str = "m365-audit", record_id: str = "1", at: int = AT, **said: Any) -> Fact:
    """Return what a feed says."""
    bounds = {name: said.pop(name) for name in ("outside", "cut") if name in said}
    plain: dict[str, Any] = {"feed": feed, "record_id": record_id, "occurred_at": at, "sender": SENDER}
    event = MailEvent(**(plain | said))
    return Fact(event, **bounds)


def united(*facts: Fact) -> UnitedMail:
    """Return the one mail that the facts amount to."""
    (mail,) = unite("m@x", facts, WEEK)
    return mail


def test_recipients_of_the_trace_and_attachments_of_the_audit_log_make_one_mail() -> None:
    """Sets are united: recipients, attachments, labels and DLP types."""
    mail = united(
        fact("m365-message-trace", "1", recipients=("kim@gmail.com",)),
        fact("m365-message-trace", "2", recipients=("lee@gmail.com",)),
        fact("m365-audit", "3", attachments=(Attachment(name="a.pdf", size=1),), labels=("Secret",), dlp_types=("Passport",)),
    )
    assert mail.recipients == ("kim@gmail.com", "lee@gmail.com")
    assert (mail.attachments, mail.labels, mail.dlp_types) == ((Attachment(name="a.pdf", size=1),), ("Secret",), ("Passport",))
    assert set(mail.sources) == {
        Source(feed="m365-message-trace", record_id="1"),
        Source(feed="m365-message-trace", record_id="2"),
        Source(feed="m365-audit", record_id="3"),
    }


def test_scalars_come_from_the_feed_that_is_believed_for_them() -> None:
    """The trace knows when, the audit log who acted, the message itself its subject."""
    mail = united(
        fact("maildir", "1", AT - 60_000, subject="Witness list for Friday", size=90),
        fact("m365-message-trace", "2", AT, subject="Witness list…", size=100),
        fact("m365-audit", "3", AT + 5_000, subject="Witness list for Friday", account="sam@northmoor.police.example"),
    )
    assert (mail.occurred_at, mail.subject, mail.account, mail.size) == (AT, "Witness list for Friday", "sam@northmoor.police.example", 100)


def test_among_facts_of_one_feed_the_earliest_is_believed() -> None:
    """Where a feed contradicts itself the earlier record stands."""
    assert united(fact(record_id="2", at=AT + 1, subject="second"), fact(record_id="1", subject="first")).subject == "first"


def test_a_feed_that_nobody_ranked_is_believed_last() -> None:
    """What only an unknown feed says is taken; where a known one speaks, it is not."""
    assert united(fact("new-feed", "1", subject="x")).subject == "x"
    assert (
        united(fact("new-feed", "1", AT - 1, subject="x"), fact("postfix", "2", subject="y"), fact("maildir", "3", subject="z")).subject
        == "z"
    )


def test_silence_is_no_statement() -> None:
    """An unknown direction, no subject and no account leave the word to feeds that are believed less."""
    mail = united(
        fact("m365-audit", "1"),
        fact("m365-message-trace", "2", AT + 1, subject="x", direction="outbound", size=7),
        fact("mail-ndjson", "3", AT + 2, account="JHALE"),
    )
    assert (mail.subject, mail.direction, mail.account, mail.size) == ("x", "outbound", "JHALE", 7)


@pytest.mark.parametrize(
    ("one", "other", "reason"),
    [
        ({"subject": "a"}, {"subject": "b"}, "conflict:subject"),
        ({}, {"sender": "desk@northmoor.police.example"}, "conflict:sender"),
        ({"account": "a@x.example"}, {"account": "b@x.example"}, "conflict:account"),
        ({"direction": "outbound"}, {"direction": "inbound"}, "conflict:direction"),
        ({}, {"at": AT + 3_600_001}, "conflict:occurred-at"),
        ({}, {"cut": True}, "truncated"),
    ],
)
def test_contradictions_are_noted(one: dict[str, Any], other: dict[str, Any], reason: str) -> None:
    """Two feeds that differ leave a reason, and both stay among the sources."""
    mail = united(fact(**one), fact("postfix", "2", **other))
    assert mail.reasons == (reason,)
    assert len(mail.sources) == 2


def test_other_writing_is_no_contradiction() -> None:
    """Case, spaces and display names do not make two subjects or senders."""
    one = fact(subject="Witness  List", sender=SENDER)
    other = fact("postfix", "2", AT + 3_600_000, subject="witness list ", sender=f"Jo Hale <{SENDER.upper()}>")
    assert united(one, other).reasons == ()


def test_within_a_day_it_is_one_mail_and_after_that_another() -> None:
    """A Message-ID 24 h after the first use is the same mail; a millisecond later it is a second one, and says so."""
    assert len(unite("m@x", [fact(), fact(record_id="2", at=AT + CLUSTER_SPAN_MS)], WEEK)) == 1
    first, second = unite("m@x", [fact(), fact(record_id="2", at=AT + CLUSTER_SPAN_MS + 1)], WEEK)
    assert (first.reasons, second.reasons) == ((), ("message-id-reused",))
    assert first.of != second.of
    assert first.key == second.key == "m@x"


def test_a_mail_keeps_its_name_whatever_was_before_it() -> None:
    """The second of two mails has the name that it has when nothing of the first is known, so that state may go."""
    second = fact(record_id="2", at=AT + 3 * CLUSTER_SPAN_MS)
    assert unite("m@x", [fact(), second], WEEK)[1].of == unite("m@x", [second], WEEK)[0].of


def test_a_mail_whose_facts_are_gone_still_counts_as_earlier_use() -> None:
    """What has left is remembered by its instant, up to the join horizon."""
    assert unite("m@x", [fact()], WEEK, ended_at=AT - WEEK)[0].reasons == ("message-id-reused",)
    assert unite("m@x", [fact()], WEEK, ended_at=AT - WEEK - 1)[0].reasons == ()


def test_the_number_of_outside_recipients_survives_the_cut() -> None:
    """The largest number that any fact had before it was cut is kept."""
    assert united(fact(outside=7), fact("postfix", "2", outside=9, cut=True)).outside == 9


@pytest.mark.parametrize(
    ("attachments", "expected"),
    [
        # one feed with the hash, one without: one attachment
        ({"m365-audit": [("a.pdf", 1, None)], "maildir": [("a.pdf", 1, "h")]}, [("a.pdf", 1, "h")]),
        # feeds measure size differently; the one that saw the content is believed
        ({"m365-audit": [("a.pdf", 9, None)], "maildir": [("A.PDF ", 1, "h")]}, [("A.PDF ", 1, "h")]),
        ({"m365-audit": [("a.pdf", None, None)], "mail-ndjson": [("a.pdf", 3, None)]}, [("a.pdf", 3, None)]),
        # two attachments of one name in one mail stay two
        ({"m365-audit": [("a.pdf", 1, None), ("a.pdf", 2, None)]}, [("a.pdf", 1, None), ("a.pdf", 2, None)]),
        (
            {"m365-audit": [("a.pdf", 1, None), ("a.pdf", 2, None)], "maildir": [("a.pdf", 1, "h"), ("a.pdf", 2, "i")]},
            [("a.pdf", 1, "h"), ("a.pdf", 2, "i")],
        ),
        (
            {"m365-audit": [("a.pdf", None, None)], "maildir": [("a.pdf", 1, "h"), ("a.pdf", 2, "i")]},
            [("a.pdf", 1, "h"), ("a.pdf", 2, "i")],
        ),
        ({"m365-audit": [("a.pdf", 1, None)], "maildir": [("b.pdf", 1, "h")]}, [("a.pdf", 1, None), ("b.pdf", 1, "h")]),
    ],
)
def test_attachments_named_by_two_feeds(attachments: dict[str, list[Any]], expected: list[Any]) -> None:
    """The same attachment is one; two are two."""
    facts = [
        fact(feed, feed, attachments=tuple(Attachment(name=name, size=size, sha256=sha256) for name, size, sha256 in those))
        for feed, those in attachments.items()
    ]
    assert [(each.name, each.size, each.sha256) for each in united(*facts).attachments] == expected


def test_a_label_that_lost_labels_the_mail() -> None:
    """Two labels of one attachment: one stays with it, the other with the mail."""
    mail = united(
        fact(attachments=(Attachment(name="a.pdf", label="Official"),)),
        fact("maildir", "2", attachments=(Attachment(name="a.pdf", label="Secret"),)),
    )
    assert (mail.attachments[0].label, mail.labels) == ("Secret", ("Official",))


NAMED = st.builds(
    Attachment,
    name=st.sampled_from(["a", "A", "b"]),
    size=st.sampled_from([None, 1, 2]),
    label=st.sampled_from([None, "x", "y"]),
    sha256=st.sampled_from([None, "h", "i"]),
)
FACTS = st.builds(
    fact,
    st.sampled_from([*PRECEDENCE["occurred_at"], "new-feed"]),
    st.sampled_from("123"),
    st.integers(AT, AT + 3 * CLUSTER_SPAN_MS),
    subject=st.sampled_from([None, "", "a", "b"]),
    sender=st.sampled_from([SENDER, "x@y.example"]),
    account=st.sampled_from([None, "a", "b"]),
    direction=st.sampled_from(["unknown", "inbound", "outbound"]),
    recipients=st.lists(st.sampled_from(["a@b.example", "c@d.example"]), max_size=2).map(tuple),
    attachments=st.lists(NAMED, max_size=3).map(tuple),
    outside=st.integers(0, 3),
)


@given(st.lists(FACTS, min_size=1, max_size=8), st.integers())
def test_order_and_repeats_change_nothing(facts: list[Fact], seed: int) -> None:
    """Facts shuffled and said twice amount to the same mails."""
    shuffled = [*facts, facts[0]]
    Random(seed).shuffle(shuffled)
    assert unite("m@x", shuffled, WEEK) == unite("m@x", facts, WEEK)


@given(FACTS, st.integers(-CLUSTER_SPAN_MS * 3, CLUSTER_SPAN_MS * 3))
def test_mails_of_one_message_id_have_different_names(one: Fact, away: int) -> None:
    """Two mails are named apart exactly when they are two."""
    other = replace(one.event, record_id="other", occurred_at=one.event.occurred_at + away)
    mails = unite("m@x", [one, Fact(other)], WEEK)
    assert len({mail.of for mail in mails}) == len(mails) == (1 if abs(away) <= CLUSTER_SPAN_MS else 2)
