"""Sensitive material to a personal account: what is sensitive, what is personal, and what it is worth."""

from datetime import timedelta
from typing import Any

import pytest

from detectors.behaviours.sensitive_to_personal import Config, SensitiveToPersonal
from detectors.engine.facts import Record
from detectors.testing import Example, Mails, address, document, exception_fact, force, run, subject_fact
from schemas.records import Activity, Alert, Classification, ClassifiedDocument

MAILS = Mails()
WHEN = "2026-05-04"
OS = document(marking="OFFICIAL-SENSITIVE")
PROTECTED = document(protected=True)


def mail(*documents: ClassifiedDocument, **changes: Any) -> Activity:
    """Return a mail with these documents to a personal address, unless told otherwise."""
    return MAILS.mail(WHEN, documents=documents, **changes)


def alerts(*records: Record) -> list[Alert]:
    """Return what the detector says of these records."""
    return run([SensitiveToPersonal(Config(), force())], records)


EXAMPLES = (
    Example("OFFICIAL-SENSITIVE, not OFFICIAL", fires=(mail(OS),), near_miss=(mail(document(marking="OFFICIAL")),)),
    Example("a category on an unmarked document", fires=(mail(document(categories=("investigation",))),), near_miss=(mail(document()),)),
    Example("a protected person's document", fires=(mail(PROTECTED),), near_miss=(mail(document()),)),
    Example(
        "the message itself is marked",
        fires=(mail(message=Classification(marking="OFFICIAL-SENSITIVE"), content=True),),
        near_miss=(mail(message=Classification(marking="OFFICIAL"), content=True),),
    ),
    Example(
        "to a personal address, not to a partner or a business",
        fires=(mail(OS, to=[address("a@force.example", "partner"), address("b@mail.example")]),),
        near_miss=(mail(OS, to=[address("a@force.example", "partner"), address("b@trade.example", "external")]),),
    ),
    Example(
        "to an own account under another class",
        fires=(mail(OS, to=[address("me@trade.example", "external", own="likely")]),),
        near_miss=(mail(OS, to=[address("me@trade.example", "external", own="possible")]),),
    ),
    Example(
        "above the marking that an exception allows",
        fires=(exception_fact(highest_marking="OFFICIAL-SENSITIVE"), mail(document(marking="SECRET"))),
        near_miss=(exception_fact(highest_marking="OFFICIAL-SENSITIVE"), mail(OS)),
    ),
    Example(
        "a protected person, whom no exception covers",
        fires=(exception_fact(highest_marking="TOP SECRET"), mail(PROTECTED)),
        near_miss=(exception_fact(highest_marking="TOP SECRET"), mail(document(marking="TOP SECRET"))),
    ),
)


@pytest.mark.parametrize(
    ("documents", "score", "severity"),
    [
        ([OS], 4, "medium"),
        ([document(marking="SECRET")], 6, "medium"),
        ([document(categories=("investigation",))], 4, "medium"),
        ([document(marking="OFFICIAL-SENSITIVE", categories=("investigation",))], 6, "medium"),
        ([document(marking="SECRET", categories=("operational plan",))], 8, "high"),
        ([document(marking="SECRET", categories=("a", "b", "c"))], 10, "critical"),  # no more than two categories are paid for
        ([PROTECTED], 11, "critical"),
        ([OS, document(marking="SECRET")], 6, "medium"),  # the highest marking counts, once
    ],
)
def test_content_decides_over_severity(documents: list[ClassifiedDocument], score: int, severity: str) -> None:
    """One mail to somebody's personal address is worth what it carried."""
    (alert,) = alerts(mail(*documents))
    assert (alert.score, alert.severity) == (score, severity)


@pytest.mark.parametrize("to", [address(), address(class_="relay"), address(own="declared")])
def test_a_protected_person_is_critical_at_count_one(to: Any) -> None:
    """Whoever got it."""
    (alert,) = alerts(mail(PROTECTED, to=[to]))
    assert (alert.severity, alert.evidence_count) == ("critical", 1)


def test_each_mail_is_an_alert_of_its_own() -> None:
    """Three files on one day are three leaks to follow."""
    found = alerts(*(MAILS.mail(f"2026-05-04T0{hour}:00", documents=[OS]) for hour in range(3)))
    assert [alert.evidence_count for alert in found] == [1, 1, 1]
    assert len({alert.alert_id for alert in found}) == 3


def test_a_mail_in_the_last_days_is_a_leavers() -> None:
    """Two points more; a mail of the same officer before those days has them not."""
    early = MAILS.mail("2026-03-01", documents=[OS])
    found = alerts(subject_fact(last_day="2026-05-29"), early, mail(OS))
    assert sorted((alert.first_at == early.occurred_at, alert.score) for alert in found) == [(False, 6), (True, 4)]


def test_withheld_mail_keeps_its_classes_and_hashes() -> None:
    """With the staff federation copied in, the alert stands; what it was called is not told."""
    roster = document(None, marking="OFFICIAL-SENSITIVE", sha256="ab" * 32)
    (alert,) = alerts(mail(roster, to=[address(), address(None, "protected")], subject=None, withheld=True))
    (piece,) = alert.evidence
    assert piece.summary == "A mail with 1 attachment to sam.doe@mail.example (personal)"
    assert [(each.name, each.sha256, each.marking) for each in piece.documents] == [(None, "ab" * 32, "OFFICIAL-SENSITIVE")]
    assert {each.address for each in piece.addresses if each.class_ == "protected"} == {None}


def test_an_authorised_mail_is_no_alert() -> None:
    """What an exception covers is shadow, and shadow alone is nothing to tell."""
    assert alerts(exception_fact(highest_marking="SECRET"), mail(OS)) == []


def test_a_void_mail_takes_its_alert_with_it() -> None:
    """When the feeds agree that somebody else sent it, the alert goes."""
    assert alerts(mail(OS), mail(OS, revision=2, void=True)) == []


def test_reach_is_nothing() -> None:
    """A mail is judged alone, so it may be let go as soon as nothing can change it."""
    assert SensitiveToPersonal(Config(), force()).reach == timedelta()
