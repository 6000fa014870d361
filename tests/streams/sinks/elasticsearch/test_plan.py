"""Differences between an index and its definition."""

import pytest

from streams.sinks.elasticsearch.definition import FAMILIES, fields, mappings
from streams.sinks.elasticsearch.names import Family
from streams.sinks.elasticsearch.plan import Change, field_changes


@pytest.mark.parametrize("family", FAMILIES)
def test_same_mapping_has_no_changes(family: Family) -> None:
    """What is as defined needs nothing."""
    assert field_changes(mappings(family), mappings(family)) == []


def test_new_field_is_made_in_place() -> None:
    """A field that the index lacks can be added to it."""
    held = {"dynamic": "strict", "properties": {"a": {"type": "long"}}}
    wanted = {"dynamic": "strict", "properties": {"a": {"type": "long"}, "b": {"properties": {"c": {"type": "date"}}}}}
    assert field_changes(held, wanted) == [Change("make", "field b.c: new, date")]


def test_other_type_needs_another_index() -> None:
    """A field cannot change its type in place."""
    held, wanted = ({"properties": {"a": {"type": name}}} for name in ("keyword", "text"))
    assert field_changes(held, wanted) == [Change("rebuild", "field a: type keyword -> text")]


def test_limit_of_length_changes_in_place() -> None:
    """Elasticsearch takes another `ignore_above` on a field that is there."""
    held, wanted = ({"properties": {"a": {"type": "keyword", "ignore_above": limit}}} for limit in (256, 1024))
    assert field_changes(held, wanted) == [Change("make", "field a: ignore_above 256 -> 1024")]


def test_field_no_longer_written_stays() -> None:
    """A field that only the index has does no harm and is let be."""
    assert field_changes({"properties": {"a": {"type": "long"}}}, {"properties": {}}) == [
        Change("leave", "field a: no longer written, stays in this index")
    ]


def test_lost_strictness_is_seen() -> None:
    """An index that takes unknown fields is not as defined."""
    assert field_changes({}, {"dynamic": "strict"}) == [Change("make", "dynamic: true -> strict")]


def test_object_that_becomes_nested_needs_another_index() -> None:
    """Nesting can neither be added to objects that are there nor taken away."""
    plain = {"properties": {"a": {"properties": {"b": {"type": "long"}}}}}
    nested = {"properties": {"a": {"type": "nested", "properties": {"b": {"type": "long"}}}}}
    assert field_changes(plain, nested) == [Change("rebuild", "field a: object -> nested")]
    assert field_changes(nested, plain) == [Change("rebuild", "field a: nested -> object")]


def test_fields_are_named_by_their_paths() -> None:
    """Objects are passed through, nested ones and multi-fields are named."""
    mapping = {
        "properties": {
            "a": {"type": "nested", "properties": {"b": {"type": "keyword", "ignore_above": 9, "fields": {"text": {"type": "text"}}}}}
        }
    }
    assert fields(mapping) == {"a": {"type": "nested"}, "a.b": {"type": "keyword", "ignore_above": "9"}, "a.b.text": {"type": "text"}}
