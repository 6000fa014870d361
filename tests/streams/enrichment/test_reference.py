"""The look-ups together, and the version of what activities hang on."""

import random

from schemas.records import AddressListEntry, DocumentClass, Officer
from streams.enrichment.reference import Reference

OFFICERS = [Officer(officer_id="NM1", name="Anna Hale", addresses=("anna.hale@northmoor.police.example",))]
CLASSES = [DocumentClass(class_id=f"c{number}", kind="name", pattern=f"plan {number}", marking="SECRET") for number in range(5)]
ENTRIES = [AddressListEntry(list="own", pattern=f"n{number}.police.example") for number in range(5)]


def test_builds_all_three_look_ups() -> None:
    """Officers, addresses and documents answer from the records that were given."""
    reference = Reference.build(OFFICERS, CLASSES, ENTRIES)
    match = reference.officers.find("anna.hale@northmoor.police.example", 0)
    assert match is not None
    assert match.officer_id == "NM1"
    assert reference.addresses.classify("a@n1.police.example") == "own-tenant"
    assert reference.documents.classify_attachment("plan 3.docx", None, None, None, 0).marking == "SECRET"


def test_version_is_sixteen_hex_digits_and_does_not_hang_on_order_or_repeats() -> None:
    """Shuffled and repeated records have the same version."""
    version = Reference.build(OFFICERS, CLASSES, ENTRIES).version
    assert len(version) == 16
    assert set(version) <= set("0123456789abcdef")
    for seed in range(5):
        classes, entries = [*CLASSES, CLASSES[0]], [*ENTRIES, ENTRIES[0]]
        random.Random(seed).shuffle(classes)
        random.Random(seed).shuffle(entries)
        assert Reference.build(OFFICERS, iter(classes), iter(entries)).version == version


def test_version_changes_with_lists_and_classes_and_not_with_officers() -> None:
    """Officers are dated facts: they are not part of the version."""
    version = Reference.build(OFFICERS, CLASSES, ENTRIES).version
    assert Reference.build([], CLASSES, ENTRIES).version == version
    assert Reference.build(OFFICERS, CLASSES[1:], ENTRIES).version != version
    assert Reference.build(OFFICERS, CLASSES, ENTRIES[1:]).version != version
    moved = [AddressListEntry(list="partner", pattern=ENTRIES[0].pattern), *ENTRIES[1:]]
    assert Reference.build(OFFICERS, CLASSES, moved).version != version
