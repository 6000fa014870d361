"""The gate for new versions, and every version that is there."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from avro.errors import AvroException

from schemas.catalogue import RECORDS, catalogue
from schemas.compatibility import check
from schemas.records import MailEvent, Record
from schemas.rows import ROWS, row_versions

Change = Callable[[dict[str, Any]], None]


def field(schema: dict[str, Any], name: str) -> dict[str, Any]:
    """Return one field of a schema."""
    return next(each for each in schema["fields"] if each["name"] == name)


def remove_sender(schema: dict[str, Any]) -> None:
    """Take away a field that has no default."""
    schema["fields"].remove(field(schema, "sender"))


def remove_size(schema: dict[str, Any]) -> None:
    """Take away a field that has a default."""
    schema["fields"].remove(field(schema, "size"))


def add_bare(schema: dict[str, Any]) -> None:
    """Add a field without a default."""
    schema["fields"].append({"name": "importance", "type": "string"})


def add_with_default(schema: dict[str, Any]) -> None:
    """Add a field with a default."""
    schema["fields"].append({"name": "importance", "type": ["null", "string"], "default": None})


def add_within(schema: dict[str, Any]) -> None:
    """Add a field without a default to an attachment."""
    field(schema, "attachments")["type"]["items"]["fields"].append({"name": "pages", "type": "long"})


def change_type(schema: dict[str, Any]) -> None:
    """Make a number of a string."""
    field(schema, "feed")["type"] = "long"


def make_nullable(schema: dict[str, Any]) -> None:
    """Let a field be null that could not be."""
    field(schema, "sender")["type"] = ["null", "string"]


def rename(schema: dict[str, Any]) -> None:
    """Give the record another name."""
    schema["name"] = "PostEvent"


def second(change: Change) -> list[str]:
    """Return two versions of MailEvent, the second with a change."""
    first = catalogue().schema(MailEvent).json
    changed = json.loads(first)
    change(changed)
    return [first, json.dumps(changed)]


@pytest.mark.parametrize("record_type", RECORDS, ids=lambda each: each.__name__)
def test_every_version_gets_along_with_every_other(record_type: type[Record]) -> None:
    """Each version of a travelling record reads what each other wrote."""
    assert check([schema.json for schema in catalogue().versions(record_type)]) == []


@pytest.mark.parametrize("row_type", ROWS, ids=lambda each: each.__name__)
def test_every_version_of_a_row_gets_along_with_every_other(row_type: type) -> None:
    """Each version of a changelog row, what it embeds included, reads what each other wrote."""
    assert check([schema.json for schema in row_versions(row_type)]) == []


@pytest.mark.parametrize("change", [remove_size, add_with_default])
def test_a_field_with_a_default_may_come_and_go(change: Change) -> None:
    """A change that both sides can bridge is let through."""
    assert check(second(change)) == []


@pytest.mark.parametrize(
    ("change", "pairs", "kind", "where"),
    [
        (remove_sender, {(1, 2)}, "reader_field_missing_default_value", "sender"),
        (add_bare, {(2, 1)}, "reader_field_missing_default_value", "importance"),
        (add_within, {(2, 1)}, "reader_field_missing_default_value", "pages"),
        (change_type, {(1, 2), (2, 1)}, "type_mismatch", "string"),
        (make_nullable, {(1, 2)}, "type_mismatch", "null"),
        (rename, {(1, 2), (2, 1)}, "name_mismatch", "expected: custodiet."),
    ],
    ids=lambda value: getattr(value, "__name__", None),
)
def test_a_change_that_one_side_cannot_bridge_is_refused(change: Change, pairs: set[tuple[int, int]], kind: str, where: str) -> None:
    """A field removed without default, added without default, retyped or renamed is refused, with who cannot read whom and why."""
    found = check(second(change))
    assert {(each.reader, each.writer) for each in found} == pairs
    assert all(kind in each.kinds for each in found)
    assert all(where in " ".join(each.words) for each in found)


def test_versions_are_held_against_all_others_and_not_only_the_next() -> None:
    """A field that leaves with a default and comes back without one breaks with the version before the last."""
    first, gone = second(remove_size)
    back = json.loads(first)
    field(back, "size").pop("default")
    pairs = {(each.reader, each.writer) for each in check([first, gone, json.dumps(back)])}
    assert pairs == {(3, 2)}


def test_a_text_that_is_no_schema_is_told() -> None:
    """Nonsense is not found compatible."""
    with pytest.raises(AvroException):
        check(["nonsense"])
