"""What a load of reference files sends: what changed, facts first, and what is gone is taken back."""

from collections.abc import Sequence

import pytest
from msgspec.structs import replace
from structlog.testing import capture_logs

from schemas.records import AddressListEntry, DocumentClass, ExceptionFact, Officer, Record, SubjectFact
from schemas.wire import Wire
from streams.enrichment.reference_files import ReferenceRecords
from streams.runtime.loading import Plan, plan, sends
from streams.runtime.names import Names
from streams.runtime.shelf import CLASSES, ENTRIES, EXCEPTIONS, OFFICERS, RECORDS, Shelf, key_of

WIRE = Wire()
NAMES = Names("p-", 1)
NOW = 1_000

ROSS = Officer(officer_id="N1", name="Ada Ross", addresses=("ada.ross@northmoor.police.example",), valid_to=50)
ROSS_LATER = Officer(officer_id="N1", name="Ada Ross", valid_from=50, last_day=90)
LABEL = DocumentClass(class_id="c1", kind="label", pattern="OS", marking="OFFICIAL-SENSITIVE")
OWN = AddressListEntry(list="own", pattern="northmoor.police.example")
LEAVE = ExceptionFact(exception_id="e1", revision=0, officer_id="N1", address="ada@home.example", authorised_by="N9")


def files(
    officers: Sequence[Officer] = (ROSS, ROSS_LATER),
    exceptions: Sequence[ExceptionFact] = (LEAVE,),
    entries: Sequence[AddressListEntry] = (OWN,),
) -> ReferenceRecords:
    """Make what the files hold."""
    return ReferenceRecords(list(officers), [LABEL], list(exceptions), list(entries))


def loaded(*plans: Plan) -> Shelf:
    """Return what the topics hold after loads."""
    shelf = Shelf(WIRE)
    for one in plans:
        for record in sends(one, WIRE, NAMES)[1]:
            shelf.put(NAMES.logical(record.topic), record.key, record.value)
    return shelf


def test_a_first_load_sends_everything_and_its_facts() -> None:
    """One fact for each officer record and exception, under the officer's key."""
    made = plan(Shelf(WIRE), files(), NOW)
    facts, records = sends(made, WIRE, NAMES)
    assert {fact.topic for fact in facts} == {"p-activities"}
    assert {fact.key for fact in facts} == {b"officer:N1"}
    decoded = [WIRE.decode(fact.value or b"") for fact in facts]
    assert [(type(fact), fact.revision, fact.void) for fact in decoded if isinstance(fact, SubjectFact | ExceptionFact)] == [
        (SubjectFact, NOW, False),
        (SubjectFact, NOW, False),
        (ExceptionFact, NOW, False),
    ]
    assert [(record.topic, record.key) for record in records] == [
        ("p-document-classes", b"c1"),
        ("p-address-lists", b"own:northmoor.police.example"),
        ("p-exceptions", b"e1"),
        ("p-officers", b"N1"),
        ("p-officers", b"N1@50"),
    ]


def test_officers_come_last_so_that_a_worker_that_waits_for_them_has_the_rest() -> None:
    """The order of the topics."""
    assert list(plan(Shelf(WIRE), files(), NOW).topics)[-1] == OFFICERS


def test_a_second_load_of_the_same_files_does_nothing() -> None:
    """The revision of an exception is no change."""
    shelf = loaded(plan(Shelf(WIRE), files(), NOW))
    assert plan(shelf, files(), NOW + 5).empty


def test_again_sends_every_fact_of_unchanged_files() -> None:
    """For a generation that begins anew."""
    shelf = loaded(plan(Shelf(WIRE), files(), NOW))
    made = plan(shelf, files(), NOW + 5, again=True)
    assert len(made.facts) == 3
    assert sends(made, WIRE, NAMES)[1] == []


def test_a_changed_officer_is_sent_with_a_higher_revision() -> None:
    """And nothing else is."""
    shelf = loaded(plan(Shelf(WIRE), files(), NOW))
    made = plan(shelf, files(officers=[ROSS, replace(ROSS_LATER, last_day=95)]), NOW + 5)
    (fact,) = made.facts
    assert isinstance(fact, SubjectFact)
    assert (fact.last_day, fact.revision, fact.void) == (95, NOW + 5, False)
    assert [record.key for record in sends(made, WIRE, NAMES)[1]] == [b"N1@50"]


def test_what_is_gone_is_taken_back_and_removed() -> None:
    """Void facts for detection, tombstones for enrichment."""
    shelf = loaded(plan(Shelf(WIRE), files(), NOW))
    made = plan(shelf, files(officers=[ROSS], exceptions=[], entries=[]), NOW + 5)
    assert [(type(fact), fact.void, fact.revision) for fact in made.facts] == [
        (SubjectFact, True, NOW + 5),
        (ExceptionFact, True, NOW + 5),
    ]
    assert {(record.topic, record.value) for record in sends(made, WIRE, NAMES)[1]} == {
        ("p-address-lists", None),
        ("p-exceptions", None),
        ("p-officers", None),
    }


def test_an_exception_that_becomes_another_officers_is_taken_back_from_the_first() -> None:
    """Each has a key of his own in activities."""
    shelf = loaded(plan(Shelf(WIRE), files(), NOW))
    made = plan(shelf, files(exceptions=[replace(LEAVE, officer_id="N2")]), NOW + 5)
    assert [(fact.officer_id, fact.void) for fact in made.facts] == [("N2", False), ("N1", True)]


def test_a_clock_that_went_back_does_not_lower_a_revision() -> None:
    """The highest wins at every consumer."""
    shelf = loaded(plan(Shelf(WIRE), files(), NOW))
    made = plan(shelf, files(exceptions=[replace(LEAVE, limit=3)]), 10)
    assert [fact.revision for fact in made.facts] == [NOW + 1]


def test_a_record_that_cannot_be_read_is_replaced() -> None:
    """And told of, once; until then what was known of the officer stays in force."""
    shelf = loaded(plan(Shelf(WIRE), files(), NOW))
    with capture_logs() as said:
        assert not shelf.put(OFFICERS, b"N1", b"garbage")
    assert not shelf.lacking()
    assert [line["event"] for line in said] == ["reference-unreadable"]
    assert [record.key for record in sends(plan(shelf, files(), NOW), WIRE, NAMES)[1]] == [b"N1"]


@pytest.mark.parametrize("lacking", [[OFFICERS], [ENTRIES]])
def test_officers_and_address_lists_are_needed_and_classes_are_not(lacking: list[str]) -> None:
    """Without them nothing can be named."""
    shelf = Shelf(WIRE)
    records: dict[str, Record] = {OFFICERS: ROSS, ENTRIES: OWN}
    for topic, record in records.items():
        if topic not in lacking:
            shelf.put(topic, key_of(record), WIRE.encode(record, topic))
    assert shelf.lacking() == lacking


def test_lists_are_not_needed_where_the_configuration_says_what_is_the_forces_own() -> None:
    """A partner's domain says nothing of that; officers are needed all the same."""
    shelf = Shelf(WIRE)
    shelf.put(OFFICERS, key_of(ROSS), WIRE.encode(ROSS, OFFICERS))
    assert shelf.lacking([replace(OWN, list="partner")]) == [ENTRIES]
    assert shelf.lacking([OWN]) == []
    assert Shelf(WIRE).lacking([OWN]) == [OFFICERS]
    assert shelf.reference([OWN]).addresses.classify(f"x@{OWN.pattern}") == "own-tenant"


def test_a_shelf_tells_whether_anything_changed() -> None:
    """A repeat and the removal of what is not there are no change."""
    shelf = Shelf(WIRE)
    value = WIRE.encode(OWN, ENTRIES)
    assert shelf.put(ENTRIES, b"k", value)
    assert not shelf.put(ENTRIES, b"k", value)
    assert shelf.put(ENTRIES, b"k", None)
    assert not shelf.put(ENTRIES, b"k", None)


def test_the_reference_is_built_from_what_is_held() -> None:
    """Its version follows the address lists and document classes."""
    empty, full = Shelf(WIRE), loaded(plan(Shelf(WIRE), files(), NOW))
    assert full.reference().version != empty.reference().version
    assert full.reference().officers.find("ada.ross@northmoor.police.example", 10) is not None
    assert set(full.records(CLASSES)) == {b"c1"}
    assert set(full.records(EXCEPTIONS)) == {b"e1"}


def test_every_reference_topic_has_a_key() -> None:
    """And what is none has not."""
    for record in (ROSS, LABEL, OWN, LEAVE):
        assert key_of(record)
    assert {type(record) for record in (ROSS, LABEL, OWN, LEAVE)} == set(RECORDS.values())
    with pytest.raises(TypeError):
        key_of(Record())
