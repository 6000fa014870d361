"""An alert as a document, and back."""

from collections.abc import Callable
from typing import TypeAlias

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.public import PublicError
from schemas.records import Alert, AlertAddress, AlertDocument, AlertEvidence
from streams.sinks.elasticsearch.ecs import (
    SEVERITY_NUMBER,
    Rule,
    from_document,
    ingested_at,
    same_content,
    to_document,
)
from streams.sinks.elasticsearch.evidence import MOST_ATTACHMENTS

MakeAlert: TypeAlias = Callable[..., Alert]

RULES = {"repeated-personal-email": Rule("Repeated personal e-mail", "Look at the recipients.")}


@given(data=st.data())
def test_document_gives_the_alert_back(data: st.DataObject, any_alert: st.SearchStrategy[Alert]) -> None:
    """What is stored says everything: through JSON and back, any alert is what it was."""
    alert = data.draw(any_alert)
    stored = orjson.loads(orjson.dumps(to_document(alert, 0, RULES)))
    assert from_document(stored) == alert


def test_instant_outside_the_calendar_is_refused(make_alert: MakeAlert) -> None:
    """An instant in the year 33658 is refused by name and not written wrong."""
    with pytest.raises(PublicError):
        to_document(make_alert(last_at=10**15), 0, RULES)


def test_document_is_dated_by_its_last_evidence(make_alert: MakeAlert) -> None:
    """`@timestamp` is the last evidence; first and last stand beside it with the time between in nanoseconds."""
    document = to_document(make_alert(first_at=1_000, last_at=5_000), 9_000, RULES)
    assert document["@timestamp"] == "1970-01-01T00:00:05.000Z"
    assert document["event"]["start"] == "1970-01-01T00:00:01.000Z"
    assert document["event"]["end"] == document["@timestamp"]
    assert document["event"]["duration"] == 4_000_000_000
    assert ingested_at(document) == 9_000


def test_only_the_time_of_writing_changes_between_two_writes(make_alert: MakeAlert) -> None:
    """A repeated write differs in `event.ingested` alone, which the comparison of content leaves out."""
    first, second = (to_document(make_alert(), at, RULES) for at in (1, 2))
    assert first != second
    assert same_content(first, second)
    assert not same_content(first, to_document(make_alert(score=9), 1, RULES))


def test_rule_names_the_detector_in_words(make_alert: MakeAlert) -> None:
    """The rule bears the detector's title and guidance; an unknown detector is named by its id."""
    assert to_document(make_alert(), 0, RULES)["rule"] == {
        "id": "repeated-personal-email",
        "name": "Repeated personal e-mail",
        "version": "1",
        "description": "Look at the recipients.",
        "ruleset": "custodiet",
    }
    assert to_document(make_alert(detector="retired"), 0, RULES)["rule"]["name"] == "retired"


def test_officer_stands_in_the_user_fields(make_alert: MakeAlert) -> None:
    """Id, name, role and unit are where ECS dashboards look for them."""
    assert to_document(make_alert(), 0, RULES)["user"] == {
        "id": "NM1234",
        "full_name": "Jo Bloggs",
        "roles": ["Investigator"],
        "group": {"name": "Serious Crime"},
    }


def test_alert_of_no_one_officer_has_no_user(make_alert: MakeAlert) -> None:
    """An alert on an address names no user and says so in its message by its key."""
    document = to_document(make_alert(officer_id=None, officer=None, key="address:a@gmail.com", grouping="address"), 0, RULES)
    assert "user" not in document
    assert "address:a@gmail.com" in document["message"]


def test_each_kind_of_evidence_has_its_category(make_alert: MakeAlert) -> None:
    """Mails, files and settings give the categories and types that ECS allows, each once."""
    event = to_document(make_alert(), 0, RULES)["event"]
    assert event["category"] == ["email", "file", "configuration"]
    assert event["type"] == ["info", "access", "change"]


def test_alert_without_evidence_claims_no_category(make_alert: MakeAlert) -> None:
    """A withdrawn alert without evidence leaves the evidence's fields out."""
    document = to_document(make_alert(evidence=(), status="withdrawn"), 0, RULES)
    assert "category" not in document["event"]
    assert "email" not in document
    assert "[withdrawn]" in document["message"]


def test_mails_fill_the_email_fields(make_alert: MakeAlert) -> None:
    """Recipients of sent mails, senders of received ones, ids and attachments are found by ECS's names."""
    assert to_document(make_alert(), 0, RULES)["email"] == {
        "message_id": ["1@northmoor.police.example", "2@gmail.com"],
        "to": {"address": ["j.bloggs@gmail.com"]},
        "from": {"address": ["jo.other@proton.me"]},
        "attachments": [
            {"file": {"name": "statement.docx", "size": 1200, "hash": {"sha256": "ab" * 32}}},
            {"file": {"size": 10}},
        ],
    }


@pytest.mark.parametrize(("kind", "direction"), [("mail", "outbound"), ("inbound", "inbound")])
def test_mails_of_one_direction_tell_it(make_alert: MakeAlert, kind: str, direction: str) -> None:
    """The direction is told when all mails share it."""
    piece = AlertEvidence(activity_id="a", occurred_at=0, kind=kind, summary="")  # type: ignore[arg-type] # a parameter
    assert to_document(make_alert(evidence=(piece,)), 0, RULES)["email"]["direction"] == direction


def test_documents_are_found_by_name_hash_and_class(make_alert: MakeAlert) -> None:
    """Names, paths and hashes of documents are in the file and related fields, marking and categories among the tags."""
    document = to_document(make_alert(), 0, RULES)
    assert document["file"] == {"name": ["statement.docx"], "path": ["\\\\files\\ops\\plan.docx"], "hash": {"sha256": ["ab" * 32]}}
    assert document["related"] == {"user": ["NM1234", "NM1235", "j.bloggs@gmail.com", "jo.other@proton.me"], "hash": ["ab" * 32]}
    assert document["tags"] == ["OFFICIAL-SENSITIVE", "investigation"]


def test_withheld_evidence_stays_withheld(make_alert: MakeAlert) -> None:
    """A withheld address and name leave no value anywhere: what is said of them is their class."""
    piece = AlertEvidence(
        activity_id="a",
        occurred_at=0,
        kind="mail",
        summary="",
        addresses=(AlertAddress(address=None, class_="protected"),),
        documents=(AlertDocument(name=None),),
    )
    document = to_document(make_alert(evidence=(piece,)), 0, RULES)
    assert document["email"] == {"direction": "outbound"}
    assert "file" not in document
    assert document["related"] == {"user": ["NM1234"]}
    assert document["custodiet"]["evidence"][0]["addresses"] == [{"class": "protected", "own": "no"}]


def test_attachments_are_bounded_and_evidence_is_not(make_alert: MakeAlert) -> None:
    """A mail with thousands of attachments lists some as nested documents and all in the evidence."""
    many = tuple(AlertDocument(name=f"{number}.docx") for number in range(MOST_ATTACHMENTS + 1))
    document = to_document(
        make_alert(evidence=(AlertEvidence(activity_id="a", occurred_at=0, kind="mail", summary="", documents=many),)), 0, RULES
    )
    assert len(document["email"]["attachments"]) == MOST_ATTACHMENTS
    assert len(document["custodiet"]["evidence"][0]["documents"]) == MOST_ATTACHMENTS + 1


def test_severity_numbers_rise_with_severity() -> None:
    """Sorting by `event.severity` sorts by severity."""
    numbers = [SEVERITY_NUMBER[severity] for severity in ("low", "medium", "high", "critical")]
    assert numbers == sorted(set(numbers))


@pytest.mark.parametrize(("score", "normal"), [(0, 0.0), (10, 50.0), (20, 100.0), (25, 100.0)])
def test_score_is_told_on_a_scale_of_a_hundred(make_alert: MakeAlert, score: int, normal: float) -> None:
    """The score stands as it is and normalised, and never passes 100."""
    event = to_document(make_alert(score=score), 0, RULES)["event"]
    assert (event["risk_score"], event["risk_score_norm"]) == (float(score), normal)


def test_reason_tells_the_points(make_alert: MakeAlert) -> None:
    """`event.reason` repeats the reasons in words with their points."""
    assert to_document(make_alert(), 0, RULES)["event"]["reason"] == "to the officer's own account (+3)"
