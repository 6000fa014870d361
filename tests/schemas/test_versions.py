"""Schema files: versions, what they embed, what they must not say."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.codec import Codec
from schemas.records import Record
from schemas.versions import Schema, SchemaError, read_versions, without_logical_types

INNER_1 = {
    "type": "record",
    "name": "Inner",
    "namespace": "custodiet",
    "fields": [
        {"name": "word", "type": "string"},
        {"name": "at", "type": {"type": "record", "name": "Place", "fields": [{"name": "x", "type": "long"}]}},
    ],
}
INNER_2 = {**INNER_1, "fields": [*INNER_1["fields"], {"name": "colour", "type": "string", "default": "grey"}]}
ROW_1 = {
    "type": "record",
    "name": "Row",
    "namespace": "custodiet.state",
    "embeds": {"custodiet.Inner": 1},
    "fields": [
        {"name": "first", "type": ["null", "custodiet.Inner"], "default": None},
        {"name": "all", "type": {"type": "array", "items": "custodiet.Inner"}, "default": []},
    ],
}
ROW_2 = {**ROW_1, "embeds": {"custodiet.Inner": 2}}


class Place(Record, frozen=True, kw_only=True):
    """Part of Inner."""

    x: int


class Inner(Record, frozen=True, kw_only=True):
    """What Row embeds, as of its version 2."""

    word: str
    at: Place
    colour: str = "grey"


class Row(Record, frozen=True, kw_only=True):
    """A row that embeds."""

    first: Inner | None = None
    all: tuple[Inner, ...] = ()


def texts(*versions: dict[str, Any]) -> dict[int, str]:
    """Return version -> text, counting from 1."""
    return {number: json.dumps(version) for number, version in enumerate(versions, 1)}


def rows(*versions: dict[str, Any], inner: tuple[dict[str, Any], ...] = (INNER_1, INNER_2)) -> tuple[Schema, ...]:
    """Return the versions of Row beside versions of Inner."""
    return read_versions({"row": texts(*versions)}, Row, {"inner": texts(*inner)})


def test_an_embedded_record_is_defined_once_and_named_after() -> None:
    """The first mention of an embedded record becomes its definition, every later one its name."""
    (row,) = rows(ROW_1)
    first, every = (field["type"] for field in json.loads(row.json)["fields"])
    assert first[1]["name"] == "Inner"
    assert every["items"] == "custodiet.Inner"
    assert "embeds" not in json.loads(row.json)


def test_a_row_means_the_version_that_it_pins() -> None:
    """A new version of what a row embeds changes no fingerprint of a row that was written before."""
    (before,) = rows(ROW_1, inner=(INNER_1,))
    (after,) = rows(ROW_1)
    assert before.fingerprint == after.fingerprint
    assert rows(ROW_1, ROW_2)[1].fingerprint != after.fingerprint


def test_a_row_of_an_older_embedded_version_is_read_by_the_newer() -> None:
    """Bytes with version 1 of an embedded record are read by a row that pins version 2; what is new has its default."""
    old, new = rows(ROW_1, ROW_2)
    codec = Codec(Row, new)
    written = Row(first=Inner(word="a", at=Place(x=1)), all=(Inner(word="b", at=Place(x=2)),))
    assert codec.decode(Codec(Row, old).encode(written, b"head"), 4, old) == written
    red = Row(first=Inner(word="a", at=Place(x=1), colour="red"))
    assert codec.decode(codec.encode(red, b""), 0, new) == red


def test_a_definition_shared_by_two_embedded_records_stands_once() -> None:
    """Two embedded records that both define Place can lie in one row."""
    other = {**INNER_1, "name": "Other"}
    row = {
        **ROW_1,
        "embeds": {"custodiet.Inner": 1, "custodiet.Other": 1},
        "fields": [{"name": "a", "type": "custodiet.Inner"}, {"name": "b", "type": "custodiet.Other"}],
    }
    (schema,) = read_versions({"row": texts(row)}, Row, {"inner": texts(INNER_1), "other": texts(other)})
    assert schema.json.count('"Place"') == 1


def test_two_definitions_of_one_name_are_refused() -> None:
    """Two embedded records that define Place differently cannot lie in one row."""
    place = {"type": "record", "name": "Place", "fields": [{"name": "y", "type": "long"}]}
    other = {**INNER_1, "name": "Other", "fields": [{"name": "at", "type": place}]}
    row = {
        **ROW_1,
        "embeds": {"custodiet.Inner": 1, "custodiet.Other": 1},
        "fields": [{"name": "a", "type": "custodiet.Inner"}, {"name": "b", "type": "custodiet.Other"}],
    }
    with pytest.raises(SchemaError, match=r"two different definitions of custodiet\.Place"):
        read_versions({"row": texts(row)}, Row, {"inner": texts(INNER_1), "other": texts(other)})


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ({**ROW_1, "embeds": {}}, "neither defined before nor pinned"),
        ({**ROW_1, "embeds": {"custodiet.Inner": 3}}, "no inner.v3.avsc"),
        ({**ROW_1, "name": "Column"}, "describes Column"),
        ({**ROW_1, "fields": [{"name": "a", "type": {"type": "map", "values": "string"}}]}, "map: of Avro's types only"),
    ],
    ids=["unpinned", "no such version", "another name", "unused type"],
)
def test_a_file_that_contradicts_itself_is_refused(row: dict[str, Any], words: str) -> None:
    """A schema file that means nothing says what is wrong with it."""
    with pytest.raises(SchemaError, match=words):
        rows(row)


@pytest.mark.parametrize("numbers", [(), (2,), (1, 3)], ids=str)
def test_versions_count_from_one_without_gaps(numbers: tuple[int, ...]) -> None:
    """A missing version is a broken package: data that it wrote could not be read."""
    with pytest.raises(SchemaError, match=r"not 1, 2, 3"):
        read_versions({"row": dict.fromkeys(numbers, json.dumps(ROW_1))}, Row)


def test_logical_types_are_taken_off_and_nothing_else() -> None:
    """An instant becomes a long, wherever it stands; a default that looks like a type stays."""
    instant = {"type": "long", "logicalType": "timestamp-millis"}
    fields: list[dict[str, Any]] = [
        {"name": "a", "type": ["null", instant], "default": None},
        {"name": "b", "type": {"type": "array", "items": instant}, "doc": "d"},
    ]
    plain = without_logical_types({"type": "record", "name": "R", "fields": fields})
    assert [field["type"] for field in plain["fields"]] == [["null", "long"], {"type": "array", "items": "long"}]
    assert [set(field) for field in plain["fields"]] == [set(field) for field in fields]


@given(st.sampled_from([INNER_1, INNER_2, ROW_1]), st.text(max_size=5))
def test_a_doc_does_not_change_the_fingerprint(schema: dict[str, Any], doc: str) -> None:
    """Words for people can be mended in a released file without a new version."""
    other = {**schema, "doc": doc, "fields": [{**field, "doc": doc} for field in schema["fields"]]}
    owner = Row if schema["name"] == "Row" else Inner
    embedded = {"inner": texts(INNER_1)}
    before, after = (read_versions({owner.__name__.lower(): texts(each)}, owner, embedded) for each in (schema, other))
    assert before[0].fingerprint == after[0].fingerprint
