"""What *such a mail* is, and what it is worth."""

from collections.abc import Sequence
from itertools import permutations
from typing import Any, get_args

import pytest

from detectors.contract import Evidence
from detectors.mails import (
    categories,
    destination,
    document_name,
    highest_marking,
    inbound_evidence,
    is_sensitive,
    is_such_mail,
    mail_evidence,
    marking_rank,
    protected_person,
    unofficial_addresses,
)
from detectors.points import Points
from detectors.testing import Mails, address, document
from schemas.records import Activity, AddressClass, Classification, ClassifiedAddress, ClassifiedDocument, Marking, Own

CLASSES: tuple[AddressClass, ...] = get_args(AddressClass)
UNOFFICIAL = {"personal", "disposable", "relay"}


def mail(*documents: ClassifiedDocument, to: Sequence[ClassifiedAddress] = (address(),), **changes: Any) -> Activity:
    """Return a mail."""
    return Mails().mail("2026-05-04", "m1", to=to, documents=documents, **changes)


def evidence(activity: Activity, **points: int) -> Evidence:
    """Return a mail's evidence, of which there must be some."""
    found = mail_evidence(activity, Points({code.replace("_", "-"): figure for code, figure in points.items()}))
    assert found is not None
    return found


def worth(activity: Activity) -> dict[str, int]:
    """Return the points of a mail by their codes."""
    return {reason.code: reason.points for reason in evidence(activity).reasons}


@pytest.mark.parametrize("content", [True, False])
@pytest.mark.parametrize("own", get_args(Own))
@pytest.mark.parametrize("class_", CLASSES)
def test_such_a_mail_is_by_class_own_account_and_content(class_: AddressClass, own: Own, content: bool) -> None:  # noqa: FBT001 - a column
    """Own accounts count always, unofficial addresses with content; without it they are shadow; all else is nothing."""
    activity = mail(to=[address(class_=class_, own=own)], content=content)
    mine = own in {"likely", "declared"}
    found = mail_evidence(activity, Points())
    if mine or class_ in UNOFFICIAL:
        assert found is not None
        assert found.counted is is_such_mail(activity) is (mine or content)
    else:
        assert found is None
        assert not is_such_mail(activity)


@pytest.mark.parametrize("kind", ["inbound", "file", "setting"])
def test_other_activities_are_no_mail(kind: Any) -> None:
    """Whatever addresses they have."""
    activity = mail(document(), kind=kind)
    assert mail_evidence(activity, Points()) is None
    assert not is_such_mail(activity)


def test_one_unofficial_address_among_others_is_enough() -> None:
    """And is the only one that is told."""
    activity = mail(document(), to=[address("a@force.example", "partner"), address("b@mail.example"), address(None, "protected")])
    assert [each.address for each in unofficial_addresses(activity)] == ["b@mail.example"]
    assert evidence(activity).summary == "“notes” with 1 attachment to b@mail.example (personal)"


@pytest.mark.parametrize(
    ("to", "code", "points"),
    [
        (address(), "personal-address", 1),
        (address(class_="disposable"), "disposable-or-relay", 3),
        (address(class_="relay"), "disposable-or-relay", 3),
        (address(own="possible"), "personal-address", 1),
        (address(class_="relay", own="likely"), "own-account-likely", 3),
        (address(class_="external", own="declared"), "own-account-declared", 3),
    ],
)
def test_one_destination_is_paid_for(to: ClassifiedAddress, code: str, points: int) -> None:
    """What is known best of it."""
    assert worth(mail(to=[to])) == {code: points}


def test_of_several_destinations_the_strongest_is_told() -> None:
    """In whatever order they stand; on a tie the most certain, so that a declared account lifts the hold on low."""
    everybody = [address("a@m.example"), address("b@m.example", "relay"), address("c@m.example", own="likely"), address(own="declared")]
    for some in range(1, 5):
        for to in permutations(everybody[:some]):
            expected = ["personal-address", "disposable-or-relay", "own-account-likely", "own-account-declared"][some - 1]
            assert list(worth(mail(to=to))) == [expected]


def test_the_strongest_destination_is_so_by_the_forces_own_points() -> None:
    """A force that fears relays most is told of the relay."""
    both = mail(to=[address(own="declared"), address("b@relay.example", "relay")])
    assert [reason.code for reason in evidence(both, disposable_or_relay=5).reasons] == ["disposable-or-relay"]


@pytest.mark.parametrize(
    ("documents", "changes", "expected"),
    [
        ([], {"content": False}, {}),
        ([], {"content": True}, {"marked-message": 1}),
        ([document()], {}, {"attachment": 1}),
        ([document(marking="OFFICIAL"), document()], {}, {"attachment": 1}),
        ([document(marking="OFFICIAL-SENSITIVE")], {}, {"official-sensitive": 3}),
        ([document(marking="SECRET")], {}, {"secret": 5}),
        ([document(marking="TOP SECRET"), document(marking="OFFICIAL")], {}, {"secret": 5}),
        ([document()], {"message": Classification(marking="SECRET")}, {"secret": 5}),
        ([document(categories=("custody",))], {}, {"attachment": 1, "category": 2}),
        ([document(categories=("custody",)), document(categories=("custody", "plans"))], {}, {"attachment": 1, "category": 4}),
        ([document(categories=("a", "b", "c"))], {}, {"attachment": 1, "category": 4}),
        ([document()], {"message": Classification(categories=("custody",))}, {"attachment": 1, "category": 2}),
        ([document(protected=True)], {}, {"attachment": 1, "protected-person": 9}),
        ([document()], {"message": Classification(protected_person=True)}, {"attachment": 1, "protected-person": 9}),
    ],
)
def test_content_is_paid_for_by_its_highest_marking_its_categories_and_who_it_concerns(
    documents: list[ClassifiedDocument], changes: dict[str, Any], expected: dict[str, int]
) -> None:
    """One marking, at most two categories, a protected person once."""
    assert worth(mail(*documents, **changes)) == {"personal-address": 1, **expected}


def test_reasons_name_the_marking_and_the_categories() -> None:
    """All of the categories, those that are not paid for too."""
    words = [reason.words for reason in evidence(mail(document(marking="TOP SECRET", categories=("plans", "custody", "raids")))).reasons]
    assert words[1:] == ["carried TOP SECRET material", "carried material on custody, plans, raids"]


def test_markings_are_ranked() -> None:
    """From none to TOP SECRET."""
    ranked: list[Marking | None] = [None, *get_args(Marking)]
    assert [marking_rank(each) for each in ranked] == [0, 1, 2, 3, 4]


@pytest.mark.parametrize(
    ("activity", "sensitive"),
    [
        (mail(), False),
        (mail(document()), False),
        (mail(document(marking="OFFICIAL")), False),
        (mail(document(marking="OFFICIAL-SENSITIVE")), True),
        (mail(message=Classification(marking="SECRET")), True),
        (mail(document(categories=("custody",))), True),
        (mail(message=Classification(categories=("custody",))), True),
        (mail(document(protected=True)), True),
        (mail(message=Classification(protected_person=True)), True),
    ],
)
def test_sensitive_is_official_sensitive_a_category_or_a_protected_person(activity: Activity, sensitive: bool) -> None:  # noqa: FBT001
    """Of a document or of the message."""
    assert is_sensitive(activity) is sensitive


def test_message_and_documents_are_looked_at_together() -> None:
    """The highest marking, all categories once and in order, anybody protected."""
    activity = mail(
        document(marking="OFFICIAL", categories=("plans",)),
        document(marking="SECRET", categories=("custody", "plans")),
        message=Classification(marking="OFFICIAL-SENSITIVE", categories=("raids",), protected_person=True),
    )
    assert (highest_marking(activity), categories(activity), protected_person(activity)) == ("SECRET", ("custody", "plans", "raids"), True)


def test_facets_are_the_unofficial_addresses_and_the_documents() -> None:
    """Each once; a withheld address is none."""
    to = [address("a@mail.example"), address(None, "relay"), address("p@force.example", "partner"), address("a@mail.example")]
    found = evidence(mail(document("x.docx", sha256="ab"), document("y.docx"), document("y.docx"), to=to))
    assert found.facets == (("address", "a@mail.example"), ("document", "ab"), ("document", "y.docx:1000"))


@pytest.mark.parametrize(
    ("told", "name"),
    [
        (document("x.docx", sha256="ab", size=1), "ab"),
        (document("x.docx", size=1), "x.docx:1"),
        (document("x.docx", size=None), "x.docx:"),
        (document(None, size=1), ":1"),
        (document(None, size=None), ":"),
    ],
)
def test_documents_are_told_apart_by_content_else_by_name_and_size(told: ClassifiedDocument, name: str) -> None:
    """What is withheld or unknown is left empty."""
    assert document_name(told) == name


@pytest.mark.parametrize(
    ("documents", "size", "value"),
    [
        ([document(size=600), document(size=400)], 5000, 1000),
        ([document(size=600), document(size=None)], 5000, 600),
        ([document(size=None)], 5000, 5000),
        ([], 5000, 5000),
        ([], None, 0),
        ([document(size=0)], 5000, 0),
    ],
)
def test_the_value_is_the_attachments_bytes_else_the_mails(documents: list[ClassifiedDocument], size: int | None, value: int) -> None:
    """What is known of them."""
    assert evidence(mail(*documents, size=size)).value == value


@pytest.mark.parametrize(
    ("activity", "summary"),
    [
        (mail(document()), "“notes” with 1 attachment to sam.doe@mail.example (personal)"),
        (mail(document(), document(), subject=None), "A mail with 2 attachments to sam.doe@mail.example (personal)"),
        (mail(to=[address("me@mail.example", own="likely")]), "“notes” to me@mail.example (likely own account)"),
        (mail(to=[address("me@mail.example", own="declared")]), "“notes” to me@mail.example (declared own account)"),
        (mail(to=[address(None, "relay")]), "“notes” to a withheld address (relay)"),
        (
            mail(to=[address(f"{name}@mail.example") for name in "abcde"]),
            "“notes” to a@mail.example (personal), b@mail.example (personal), c@mail.example (personal) and 2 more",
        ),
    ],
)
def test_the_summary_is_a_sentence(activity: Activity, summary: str) -> None:
    """Subject, how many attachments, to whom; three addresses at the most."""
    assert evidence(activity).summary == summary


def test_evidence_is_the_activitys() -> None:
    """Its id and its instant."""
    activity = mail(document())
    assert (evidence(activity).activity_id, evidence(activity).at) == ("m1", activity.occurred_at)


def test_what_is_remembered_of_a_mail_is_of_one_table_of_points() -> None:
    """The same mail is worth what each force says, whichever asked first."""
    told = [evidence(mail(document()), attachment=figure).points for figure in (1, 5, 1)]
    assert told == [2, 6, 2]


@pytest.mark.parametrize("own", ["likely", "declared"])
def test_a_mail_from_an_own_account_is_weighed_like_one_to_it(own: Own) -> None:
    """The same codes and points; only the words of where it came from differ."""
    sender = address(own=own)
    out, back = mail(document(), to=[sender]), Mails().inbound("2026-05-04", "m1", sender=sender)
    found = inbound_evidence(back, Points())
    assert found is not None
    assert [(reason.code, reason.points) for reason in found.reasons] == list(worth(out).items())
    assert found.reasons[0].words.startswith("came from ")
    assert found.counted


def test_what_came_in_from_others_or_went_out_is_no_mail_from_an_own_account() -> None:
    """And one without content is shadow."""
    home = address(own="declared")
    assert inbound_evidence(Mails().inbound("2026-05-04", sender=address(own="possible")), Points()) is None
    assert inbound_evidence(mail(document(), to=[home]), Points()) is None
    idle = inbound_evidence(Mails().inbound("2026-05-04", sender=home, documents=()), Points())
    assert idle is not None
    assert not idle.counted


@pytest.mark.parametrize(
    ("addresses", "codes"),
    [
        ([], []),
        ([address(class_="partner"), address(class_="external")], []),
        ([address(), address(class_="relay")], ["disposable-or-relay"]),
        ([address(class_="relay"), address(class_="external", own="likely")], ["own-account-likely"]),
    ],
)
def test_one_destination_counts_or_none(addresses: list[ClassifiedAddress], codes: list[str]) -> None:
    """The strongest; partners and businesses are worth nothing."""
    assert [reason.code for reason in destination(addresses, Points())] == codes
