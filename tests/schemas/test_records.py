"""The typed records and the Avro files say the same."""

import types
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

import msgspec
import pytest

from schemas.catalogue import RECORDS, catalogue
from schemas.records import INSTANT, Record
from schemas.rows import ROWS, row_versions
from schemas.versions import newest

INSTANT_TYPE = {"type": "long", "logicalType": "timestamp-millis"}
SIMPLE: dict[Any, list[Any]] = {str: ["string"], int: ["long", "int"], bool: ["boolean"], bytes: ["bytes"]}


def described(schema: Any) -> dict[str, dict[str, Any]]:
    """Return full name -> record definition of all that a schema defines."""
    found: dict[str, dict[str, Any]] = {}

    def walk(node: Any, namespace: str) -> None:
        if isinstance(node, list):
            for branch in node:
                walk(branch, namespace)
        elif isinstance(node, dict) and node["type"] == "record":
            within = node.get("namespace", namespace)
            found[node["name"]] = node
            for field in node["fields"]:
                walk(field["type"], within)
        elif isinstance(node, dict) and node["type"] == "array":
            walk(node["items"], namespace)

    walk(schema, "")
    return found


def mismatch(hint: Any, avro: Any, named: dict[str, dict[str, Any]]) -> str | None:
    """Return in words how a type hint and an Avro type differ, None where they do not."""
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in (Union, types.UnionType):
        (inner,) = [each for each in arguments if each is not type(None)]
        nullable = isinstance(avro, list) and len(avro) == 2 and avro[0] == "null"
        return mismatch(inner, avro[1], named) if nullable else f"{avro} is not nullable, null first"
    if origin is tuple:
        return mismatch(arguments[0], avro["items"], named) if isinstance(avro, dict) and avro["type"] == "array" else f"{avro} is no array"
    if isinstance(hint, type) and issubclass(hint, msgspec.Struct):
        return differences(hint, avro if isinstance(avro, dict) else named[avro.rpartition(".")[2]], named)
    if origin is Annotated:
        assert hint.__metadata__[0].title == INSTANT
    allowed = [INSTANT_TYPE] if origin is Annotated else ["string"] if origin is Literal else SIMPLE[hint]
    return None if avro in allowed else f"{avro} is none of {allowed}"


def differences(struct: type[msgspec.Struct], avro: dict[str, Any], named: dict[str, dict[str, Any]]) -> str | None:
    """Return in words how a struct and an Avro record differ, None where they do not."""
    hints = get_type_hints(struct, include_extras=True)
    fields = {each["name"]: each for each in avro["fields"]}
    members = {each.encode_name: each for each in msgspec.structs.fields(struct)}
    if struct.__name__ != avro["name"] or set(fields) != set(members):
        return f"{struct.__name__} and {avro['name']} have other fields: {set(fields) ^ set(members)}"
    for name, member in members.items():
        default = msgspec.to_builtins(member.default) if member.required is False else msgspec.NODEFAULT
        default = list(default) if isinstance(default, tuple) else default
        if fields[name].get("default", msgspec.NODEFAULT) != default:
            return f"{struct.__name__}.{name}: defaults {default!r} and {fields[name].get('default', 'none')!r}"
        wrong = mismatch(hints[member.name], fields[name]["type"], named)
        if wrong is not None:
            return f"{struct.__name__}.{name}: {wrong}"
    return None


@pytest.mark.parametrize("record_type", RECORDS, ids=lambda each: each.__name__)
def test_every_record_is_what_its_newest_schema_says(record_type: type[Record]) -> None:
    """Fields, nullability, defaults and types of a record are those of its newest Avro file."""
    schema = msgspec.json.decode(catalogue().schema(record_type).json)
    assert differences(record_type, schema, described(schema)) is None


@pytest.mark.parametrize("row_type", ROWS, ids=lambda each: each.__name__)
def test_every_row_is_what_its_newest_schema_says(row_type: type[msgspec.Struct]) -> None:
    """Fields, nullability, defaults and types of a changelog row are those of its newest Avro file, what it embeds included."""
    schema = msgspec.json.decode(newest(row_versions(row_type)).json)
    assert differences(row_type, schema, described(schema)) is None


@pytest.mark.parametrize(
    "change",
    [
        {"default": "x"},
        {"type": "long"},
        {"type": ["null", "string"]},
        {"name": "feeds"},
    ],
    ids=["default", "type", "nullable", "name"],
)
def test_a_difference_would_be_seen(change: dict[str, Any]) -> None:
    """A field with another default, type, nullability or name does not pass for the record's."""
    schema = msgspec.json.decode(catalogue().schema(RECORDS[0]).json)
    schema["fields"][0].update(change)
    assert differences(RECORDS[0], schema, described(schema)) is not None


@pytest.mark.parametrize("record_type", RECORDS, ids=lambda each: each.__name__)
def test_everything_is_documented(record_type: type[Record]) -> None:
    """Every record and every field of the Avro files says what it is."""
    schema = msgspec.json.decode(catalogue().schema(record_type).json)
    undocumented = [
        f"{name}.{field['name']}" for name, record in described(schema).items() for field in record["fields"] if not field.get("doc")
    ]
    assert not undocumented
    assert all(record.get("doc") for record in described(schema).values())


@pytest.mark.parametrize("record_type", RECORDS, ids=lambda each: each.__name__)
def test_allowed_words_stand_in_the_doc(record_type: type[Record]) -> None:
    """A field that takes a few words only names each of them in the Avro file, where other languages read it."""

    def words(hint: Any) -> tuple[str, ...]:
        return get_args(hint) if get_origin(hint) is Literal else tuple(word for each in get_args(hint) for word in words(each))

    schema = msgspec.json.decode(catalogue().schema(record_type).json)
    docs = {field["name"]: field["doc"] for field in schema["fields"]}
    for member in msgspec.structs.fields(record_type):
        hint = get_type_hints(record_type)[member.name]
        literal = any(get_origin(each) is Literal for each in (hint, *get_args(hint)))
        for word in words(hint) if literal else ():
            assert word in docs[member.encode_name]
