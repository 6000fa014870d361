"""Mails, file events and settings become activities: of whom, to whom, with what, and what is withheld."""

from typing import Any

import msgspec
import pytest

from schemas.identity import activity_id, event_id
from schemas.records import (
    Activity,
    AddressListEntry,
    Attachment,
    ClassifiedAddress,
    ClassifiedDocument,
    DocumentClass,
    FileEvent,
    Grouping,
    Kind,
    MailEvent,
    Officer,
    SettingEvent,
    Source,
)
from streams.enrichment.assembly import Fact, unite
from streams.enrichment.context import MOST_DOCUMENTS, MOST_SOURCES, file_activities, mail_activities, setting_activities
from streams.enrichment.reference import Reference
from streams.enrichment.wanted import Wanted

AT = 1_700_000_000_000
FORCE = "northmoor.police.example"
JO, SAM, DESK = f"jo.hale@{FORCE}", f"sam.birch@{FORCE}", f"desk@{FORCE}"
REFERENCE = Reference.build(
    [
        Officer(officer_id="o1", name="Jo Hale", rank="PC", addresses=(JO,), personal_addresses=("kestrel9@proton.me",), valid_to=AT + 1),
        Officer(officer_id="o1", name="Jo Hale", rank="PS", addresses=(JO,), valid_from=AT + 1),
        Officer(officer_id="o2", name="Sam Birch", addresses=(SAM,), accounts=("SBIRCH",)),
    ],
    [
        DocumentClass(class_id="W", kind="label", pattern="Witness", marking="OFFICIAL-SENSITIVE", categories=("witness protection",)),
        DocumentClass(class_id="P", kind="path", pattern="//store/ops/**", marking="SECRET"),
    ],
    [AddressListEntry(list="own", pattern=FORCE), AddressListEntry(list="protected", pattern="federation.example")],
)
GROUPINGS: tuple[Grouping, ...] = ("officer", "address", "document")
ALL = Wanted(frozenset((kind, grouping) for kind in ("mail", "inbound", "file", "setting") for grouping in GROUPINGS))


def wanting(*pairs: tuple[Kind, Grouping]) -> Wanted:
    """Return what these pairs want."""
    return Wanted(frozenset(pairs))


def activities(wanted: Wanted = ALL, **said: Any) -> list[Activity]:
    """Return the activities of one mail."""
    plain: dict[str, Any] = {"feed": "mail-ndjson", "record_id": "1", "message_id": "m@x", "sender": JO, "subject": "Rota"}
    event = MailEvent(**(plain | {"occurred_at": AT} | said))
    return [activity for mail in unite("m@x", [Fact(event)], 7 * 86_400_000) for activity in mail_activities(mail, REFERENCE, wanted)]


def whole(**said: Any) -> Activity:
    """Return the one activity under the officer."""
    (activity,) = activities(wanting(("mail", "officer"), ("inbound", "officer")), **said)
    return activity


PDF = Attachment(name="a.pdf", size=1)


def test_a_mail_to_a_personal_address_is_an_activity_of_its_officer() -> None:
    """The officer is named as of the event, the address classified, the mail dated and traced to its source."""
    activity = whole(recipients=("Kim Vale <kim.vale@gmail.com>", SAM), attachments=(PDF,), size=9)
    assert (activity.kind, activity.grouping, activity.value, activity.officer_id, activity.direction) == (
        "mail",
        "officer",
        "o1",
        "o1",
        "outbound",
    )
    assert activity.officer is not None
    assert (activity.officer.rank, activity.account, activity.message_id, activity.subject, activity.size) == ("PC", JO, "m@x", "Rota", 9)
    assert activity.addresses == (ClassifiedAddress(address="kimvale@gmail.com", class_="personal"),)
    assert [(each.name, each.size) for each in activity.documents] == [("a.pdf", 1)]
    assert (activity.content, activity.external_count, activity.broadcast, activity.withheld) == (True, 1, False, False)
    assert activity.sources == (Source(feed="mail-ndjson", record_id="1"),)
    assert (activity.revision, activity.reference_version) == (0, REFERENCE.version)


def test_the_officer_is_who_they_were_then() -> None:
    """A millisecond later the promoted sergeant sent it."""
    activity = whole(recipients=("kim@gmail.com",), occurred_at=AT + 1)
    assert activity.officer is not None
    assert activity.officer.rank == "PS"


@pytest.mark.parametrize(
    ("recipients", "said", "emitted"),
    [
        (("kim@gmail.com",), {}, True),
        (("x@mailinator.com",), {}, True),
        (("x@duck.com",), {}, True),
        (("clerk@supplier.example",), {}, False),
        (("clerk@supplier.example",), {"attachments": (PDF,)}, True),
        (("clerk@supplier.example",), {"labels": ("x",)}, True),
        (("clerk@supplier.example",), {"subject": "OFFICIAL-SENSITIVE"}, True),
        (("jo.hale@halefamily.example",), {}, True),
        (("rep@federation.example",), {"attachments": (PDF,)}, False),
        (("rep@federation.example", SAM, "x@met.police.uk"), {"attachments": (PDF,)}, False),
        (("x@met.police.uk",), {"attachments": (PDF,)}, False),
        ((SAM,), {"attachments": (PDF,)}, False),
        (("junk",), {"attachments": (PDF,)}, False),
        ((), {"attachments": (PDF,)}, False),
    ],
)
def test_which_mails_are_written(recipients: tuple[str, ...], said: dict[str, Any], *, emitted: bool) -> None:
    """Private addresses always, other outside ones with content, never what goes to colleagues, partners or protected channels alone."""
    assert bool(activities(recipients=recipients, **said)) is emitted


def test_a_declared_address_is_the_officers_own() -> None:
    """What the officer's record declares is certain; another officer's declared address says nothing."""
    assert whole(recipients=("Kestrel9@Proton.me",)).addresses[0].own == "declared"
    assert whole(sender=SAM, recipients=("kestrel9@proton.me",)).addresses[0].own == "no"


def test_the_recipients_display_name_tells_whose_mailbox_it_is() -> None:
    """A mailbox that carries the officer's name is likely theirs, however the address reads; the strongest writing counts."""
    assert whole(recipients=("Jo Hale <qx7@gmail.com>", "qx7@gmail.com")).addresses[0].own in {"likely", "declared"}
    assert whole(recipients=("qx7@gmail.com",)).addresses[0].own == "no"


def test_an_address_counts_once_however_it_is_written() -> None:
    """Case, tags and Gmail's dots do not make two recipients."""
    activity = whole(
        recipients=("K.im@gmail.com", "kim+x@GMAIL.com", "kim@googlemail.com", SAM, "clerk@supplier.example", "x@met.police.uk")
    )
    assert activity.external_count == 3
    assert [each.address for each in activity.addresses] == ["kim@gmail.com", "clerk@supplier.example", "x@met.police.uk"]


def test_an_account_without_record_is_kept_and_flagged() -> None:
    """An own-tenant mailbox that no officer record names has its own key."""
    activity = whole(sender=f"New.Starter@{FORCE.upper()}", recipients=("kim@gmail.com",))
    assert (activity.officer_id, activity.value) == (f"account:new.starter@{FORCE}",) * 2
    assert (activity.officer, activity.reasons) == (None, ("no-officer-record",))


def test_an_account_without_record_still_has_a_name() -> None:
    """The address is the hint of a name by which an own account is known."""
    assert whole(sender=f"new.starter@{FORCE}", recipients=("new.starter@gmail.com",)).addresses[0].own != "no"


@pytest.mark.parametrize("account", [SAM, "SBIRCH", f"NORTHMOOR\\{'sbirch'}"])
def test_a_delegate_is_who_acted(account: str) -> None:
    """Sam who sends as the desk, or as Jo, is the officer; the account stays on record."""
    for sender in (DESK, JO):
        activity = whole(sender=sender, account=account, recipients=("kim@gmail.com",))
        assert (activity.officer_id, activity.account, activity.reasons) == ("o2", account, ("delegate",))


def test_a_role_mailbox_is_no_person_and_tells_who_used_it() -> None:
    """It has no name that a private address could be of; the account that acted stands in the evidence, known to the officers or not."""
    activity = whole(sender=f"control.room@{FORCE}", account=f"temp7@{FORCE}", recipients=("control.room@gmail.com",), attachments=(PDF,))
    assert (activity.officer_id, activity.account) == (f"account:control.room@{FORCE}", f"temp7@{FORCE}")
    assert [(each.class_, each.own) for each in activity.addresses] == [("personal", "no")]
    used = whole(sender=f"control.room@{FORCE}", account=SAM, recipients=("kim.vale@gmail.com",), attachments=(PDF,))
    assert (used.officer_id, used.account, used.reasons) == ("o2", SAM, ("delegate",))


def test_an_account_that_nobody_knows_leaves_the_mail_with_the_mailbox() -> None:
    """A service account acts for the owner of the mailbox."""
    activity = whole(account="svc-relay", recipients=("kim@gmail.com",))
    assert (activity.officer_id, activity.account, activity.reasons) == ("o1", "svc-relay", ())


def test_an_alias_of_the_same_officer_is_no_delegate() -> None:
    """The UPN of the sender is the sender."""
    assert whole(sender=SAM, account="SBIRCH", recipients=("kim@gmail.com",)).reasons == ()


def test_a_protected_recipient_withholds_the_words() -> None:
    """Subject, names and the address are gone; classes, hashes, counts and the other addresses stay."""
    secret = Attachment(name="grievance of Jo.docx", size=3, sha256="ab" * 32, label="Witness")
    found = activities(
        recipients=("Rep <Rep+x@federation.example>", "kim@gmail.com"),
        subject="SECRET grievance",
        attachments=(secret,),
        record_id="trace:rep+x@federation.example",
    )
    assert [each.grouping for each in found] == ["officer", "address", "document"]
    for activity in found:
        text = msgspec.json.encode(activity).decode().lower()
        assert activity.withheld
        assert "grievance" not in text
        assert "rep@" not in text
        assert "rep+" not in text
        assert "federation" not in text
    first = found[0]
    assert first.addresses == (
        ClassifiedAddress(address="kim@gmail.com", class_="personal"),
        ClassifiedAddress(address=None, class_="protected"),
    )
    assert first.external_count == 2
    assert (first.documents[0].sha256, first.documents[0].marking) == ("ab" * 32, "OFFICIAL-SENSITIVE")
    assert first.message is not None
    assert first.message.marking == "SECRET"


def test_under_an_address_it_carries_that_address_counts_and_classes() -> None:
    """Each private address has its own activity without the words or the other addresses; of documents it knows how many and how grave."""
    secret = Attachment(name="source.docx", size=7, sha256="aa", label="Witness")
    found = [
        each
        for each in activities(
            recipients=("kim@gmail.com", "lee@gmail.com", "a@supplier.example"), attachments=(PDF, secret), subject="SECRET: our source"
        )
        if each.grouping == "address"
    ]
    assert [(each.value, [address.address for address in each.addresses]) for each in found] == [
        ("kim@gmail.com", ["kim@gmail.com"]),
        ("lee@gmail.com", ["lee@gmail.com"]),
    ]
    for each in found:
        assert each.subject is None
        assert each.documents == (
            ClassifiedDocument(marking="OFFICIAL-SENSITIVE", categories=("witness protection",)),
            ClassifiedDocument(),
        )
        assert each.message is not None
        assert each.message.marking == "SECRET"
        assert [
            word
            for word in ("source.docx", "a.pdf", "our source", "Witness", "lee" if "kim" in each.value else "kim")
            if word in repr(each)
        ] == []
        assert (each.content, each.external_count, each.officer_id) == (True, 3, "o1")


def test_under_a_document_it_carries_that_document() -> None:
    """Any content hash is a key, classified or not, and each content once; what classifies it wins."""
    known = Attachment(name="copy.pdf", sha256="bb", label="Witness")
    attachments = (PDF, Attachment(name="a.pdf", sha256="aa"), Attachment(name="b.pdf", sha256="BB"), known)
    found = [each for each in activities(recipients=("kim@gmail.com",), attachments=attachments) if each.grouping == "document"]
    assert sorted((each.value, [document.name for document in each.documents]) for each in found) == [
        ("aa", ["a.pdf"]),
        ("bb", ["copy.pdf"]),
    ]


@pytest.mark.parametrize(
    ("recipient", "followed"),
    [("kim@gmail.com", True), ("kestrel9@proton.me", True), ("a@supplier.example", False), ("x@federation.example", False)],
)
def test_a_document_is_followed_to_private_addresses_alone(recipient: str, *, followed: bool) -> None:
    """What goes to businesses is an activity of its officer, and of no document."""
    attachments = (Attachment(name="a.pdf", sha256="aa"),)
    found = activities(recipients=(recipient, "b@supplier.example"), attachments=attachments)
    assert [each.grouping for each in found if each.grouping != "address"] == (["officer", "document"] if followed else ["officer"])


def test_only_wanted_groupings_are_written() -> None:
    """A grouping that no detector uses is not written, nor is a kind."""
    said: dict[str, Any] = {"recipients": ("kim@gmail.com",), "attachments": (Attachment(name="b.pdf", sha256="bb", label="Witness"),)}
    assert [each.grouping for each in activities(wanting(("mail", "address")), **said)] == ["address"]
    assert [each.grouping for each in activities(wanting(("mail", "document")), **said)] == ["document"]
    assert activities(wanting(("inbound", "officer"), ("file", "address")), **said) == []


def test_one_activity_id_under_every_grouping() -> None:
    """The groupings show one activity: its id is that of kind, mail and officer."""
    found = activities(recipients=("kim@gmail.com",), attachments=(Attachment(name="b.pdf", sha256="bb", label="Witness"),))
    assert len(found) == 3
    (mail,) = unite("m@x", [Fact(MailEvent(feed="f", record_id="1", occurred_at=AT, sender=JO))], 0)
    assert {each.activity_id for each in found} == {activity_id("mail", mail.of, "o1")}


@pytest.mark.parametrize(("others", "broadcast"), [(99, False), (100, True)])
def test_above_a_hundred_outside_recipients_a_mail_is_a_broadcast(others: int, *, broadcast: bool) -> None:
    """One officer activity, own and relay addresses first, at most a hundred listed, no fan-out."""
    recipients = (*(f"m{number:03}@supplier.example" for number in range(others)), "jo.hale77@gmail.com")
    found = activities(recipients=recipients, attachments=(Attachment(name="b.pdf", sha256="bb", label="Witness"),))
    assert [each.grouping for each in found] == (["officer"] if broadcast else ["officer", "address", "document"])
    assert (found[0].broadcast, found[0].external_count, len(found[0].addresses)) == (broadcast, others + 1, 100)
    assert found[0].addresses[0].address == "johale77@gmail.com"


def test_addresses_are_listed_by_importance() -> None:
    """Own and relay, then disposable and personal, then the rest; the protected one last and unnamed."""
    recipients = (
        "z@supplier.example",
        "y@met.police.uk",
        "kim@gmail.com",
        "x@duck.com",
        "a@mailinator.com",
        "rep@federation.example",
        "jo.hale77@gmail.com",
    )
    listed = whole(recipients=recipients, attachments=(PDF,)).addresses
    assert [each.class_ for each in listed] == ["personal", "relay", "disposable", "personal", "external", "partner", "protected"]


def test_a_protected_recipient_of_a_broadcast_withholds_too() -> None:
    """However many addresses are left out, the protected one shows as a class."""
    recipients = (*(f"m{number:03}@gmail.com" for number in range(150)), "rep@federation.example")
    activity = whole(recipients=recipients)
    assert (activity.withheld, len(activity.addresses), activity.addresses[-1].class_) == (True, 100, "protected")


def test_documents_and_sources_are_bounded() -> None:
    """Of too many documents those that are known to matter are listed; sources end at a hundred."""
    attachments = (*(Attachment(name=f"{number:04}.pdf") for number in range(300)), Attachment(name="z.pdf", label="Witness"))
    activity = whole(recipients=("kim@gmail.com",), attachments=attachments)
    assert (len(activity.documents), activity.documents[0].name) == (MOST_DOCUMENTS, "z.pdf")
    facts = [
        Fact(MailEvent(feed="f", record_id=str(number), occurred_at=AT, sender=JO, recipients=("kim@gmail.com",))) for number in range(200)
    ]
    (mail,) = unite("m@x", facts, 0)
    assert len(mail_activities(mail, REFERENCE, wanting(("mail", "officer")))[0].sources) == MOST_SOURCES


def test_mail_of_outsiders_is_nobodys_activity() -> None:
    """A mail that passes from outside to outside, or comes in to a force that does not ask, is not written."""
    assert activities(sender="x@gmail.com", recipients=("kim@gmail.com",)) == []
    assert activities(wanting(("mail", "officer")), sender="x@gmail.com", recipients=(JO, "kim@gmail.com")) == []
    assert activities(sender="", recipients=("kim@gmail.com",)) == []


def test_a_mail_that_says_inbound_but_comes_from_the_force_goes_out() -> None:
    """The sender's class decides against what a feed says of the direction."""
    assert whole(direction="inbound", recipients=("kim@gmail.com",)).kind == "mail"


def test_work_that_comes_in_from_ones_own_account() -> None:
    """An officer who is sent mail from what may be their own account has an inbound activity, a colleague has none."""
    found = activities(sender="Jo Hale <kestrel9@proton.me>", recipients=(JO, SAM), attachments=(PDF,))
    assert [(each.kind, each.grouping, each.officer_id, each.direction) for each in found] == [
        ("inbound", "officer", "o1", "inbound"),
        ("inbound", "address", "o1", "inbound"),
    ]
    assert found[0].addresses == (
        ClassifiedAddress(address="kestrel9@proton.me", class_="personal", own="declared", reasons=("declared",)),
    )


def test_a_file_event_is_an_activity_of_its_account() -> None:
    """The file is classified by where it lies, and stands under its hash too where it is known to matter."""
    event = FileEvent(
        feed="m365-audit",
        record_id="1",
        occurred_at=AT,
        account=JO,
        path="//store/ops/x/plan.docx",
        name="plan.docx",
        action="copy",
        sha256="aa",
    )
    officer, document = file_activities(event, REFERENCE, ALL)
    assert (officer.kind, officer.value, officer.path, officer.action) == ("file", "o1", "//store/ops/x/plan.docx", "copy")
    assert officer.documents[0].marking == "SECRET"
    assert (document.grouping, document.value) == ("document", "aa")
    assert officer.activity_id == document.activity_id == activity_id("file", event_id(event), "o1")


def setting(**said: Any) -> list[Activity]:
    """Return the activities of one setting."""
    plain: dict[str, Any] = {"feed": "m365-audit", "record_id": "1", "occurred_at": AT, "account": JO, "setting": "ForwardTo"}
    event = SettingEvent(**(plain | said))
    return setting_activities(event, REFERENCE, wanting(("setting", "officer")))


def test_a_setting_is_written_with_its_targets() -> None:
    """Targets are classified like recipients; removals and settings without target are written too: they end a forwarding."""
    (activity,) = setting(targets=("kim@gmail.com", SAM))
    assert (activity.kind, activity.setting, activity.action, activity.external_count) == ("setting", "ForwardTo", "set", 1)
    assert [each.address for each in activity.addresses] == ["kim@gmail.com"]
    assert [each.action for each in setting(action="removed")] == ["removed"]
    assert setting(targets=("rep@federation.example",)) == []
    (mixed,) = setting(targets=("rep@federation.example", "kim@gmail.com"))
    assert (mixed.withheld, [each.address for each in mixed.addresses]) == (True, ["kim@gmail.com", None])


def test_a_setting_of_another_mailbox_is_of_who_set_it() -> None:
    """The person who acted, or the owner where the account is nobody's."""
    assert (setting(mailbox=DESK)[0].officer_id, setting(mailbox=DESK)[0].reasons) == ("o1", ("delegate",))
    assert setting(mailbox=JO, account="svc")[0].officer_id == "o1"
