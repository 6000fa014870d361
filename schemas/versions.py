"""Reads a folder of ``<name>.v<N>.avsc`` files: one file is one version of one record, and is never edited once it is released.

A changelog row holds whole travelling records. Its file does not copy their schemas: it names them (``custodiet.Activity``) and pins
each to a version in the top-level attribute ``embeds``::

    {"type": "record", "name": "MonthRow", "namespace": "custodiet.state", "embeds": {"custodiet.Activity": 1}, "fields": [...]}

Here the names are replaced by what ``avro/`` says of that version. Fingerprint and writer schema are those of the whole, so when
Activity gets a version 2, rows written with version 1 stay readable: ``month_row.v1.avsc`` still means version 1, and
``month_row.v2.avsc`` is the same text with another pin.
"""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.resources.abc import Traversable
from typing import Any, TypeAlias

from fastavro.schema import fingerprint, parse_schema, to_parsing_canonical_form

Json: TypeAlias = Any
"""A schema, or a piece of one, as ``json.loads`` gives it."""

_FILE = re.compile(r"(?P<name>[a-z][a-z_]*)\.v(?P<version>[1-9]\d*)\.avsc")
_PRIMITIVES = frozenset({"null", "boolean", "int", "long", "float", "double", "bytes", "string"})


class SchemaError(ValueError):
    """A schema file, or topics.yaml, that contradicts itself or its neighbours: the package is broken, not its input."""


@dataclass(frozen=True, slots=True, eq=False)
class Schema:
    """One version of one record.

    ``parsed`` is what fastavro works with and ``plain`` the same as JSON text, both complete (nothing embedded by name alone) and without
    logical types, so that instants are ints. ``json`` is complete too and keeps docs and logical types. ``fingerprint`` is
    CRC-64-AVRO, 8 bytes little-endian, as single-object encoding writes it.
    """

    name: str
    version: int
    record_type: type
    json: str
    plain: str
    parsed: Json = field(repr=False)
    fingerprint: bytes

    @property
    def title(self) -> str:
        """The name and version as people write them: ``MailEvent.v1``."""
        return f"{self.name}.v{self.version}"


def snake(name: str) -> str:
    """Return a record's name as its file writes it: ``MailEvent`` -> ``mail_event``."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


def read_texts(folder: Traversable) -> dict[str, dict[int, str]]:
    """Return file name -> version -> text of all that lies in a folder; other files than ``*.v<N>.avsc`` are an error."""
    texts: dict[str, dict[int, str]] = {}
    for file in sorted(folder.iterdir(), key=lambda entry: entry.name):
        match = _FILE.fullmatch(file.name)
        if match is None:
            raise SchemaError(f"{file.name}: not a name like mail_event.v1.avsc")
        texts.setdefault(match["name"], {})[int(match["version"])] = file.read_text("utf-8")
    return texts


def read_versions(
    texts: Mapping[str, Mapping[int, str]],
    record_type: type,
    records: Mapping[str, Mapping[int, str]] | None = None,
) -> tuple[Schema, ...]:
    """Return every version of one record, oldest first. ``records`` are the texts of what it may embed."""
    versions = texts.get(snake(record_type.__name__), {})
    if sorted(versions) != list(range(1, len(versions) + 1)) or not versions:
        raise SchemaError(f"{snake(record_type.__name__)}: versions {sorted(versions)}, not 1, 2, 3 …")
    return tuple(schema_of(versions[version], version, record_type, records or {}) for version in sorted(versions))


def schema_of(text: str, version: int, record_type: type, records: Mapping[str, Mapping[int, str]]) -> Schema:
    """Return one version from its file's text."""
    source = json.loads(text)
    embeds = {name: json.loads(_pinned(records, name, pin)) for name, pin in source.pop("embeds", {}).items()}
    if source.get("name") != record_type.__name__:
        raise SchemaError(f"{snake(record_type.__name__)}.v{version}.avsc describes {source.get('name')}")
    whole = _Expansion(embeds).of(source, "")
    plain = without_logical_types(whole)
    parsed = parse_schema(plain, named_schemas={})
    mark = bytes.fromhex(fingerprint(to_parsing_canonical_form(parsed), "CRC-64-AVRO"))
    return Schema(record_type.__name__, version, record_type, text if not embeds else json.dumps(whole), json.dumps(plain), parsed, mark)


def fingerprint_of(text: str) -> bytes:
    """Return the CRC-64-AVRO fingerprint, 8 bytes little-endian, of any schema's JSON text. Raise what is wrong with the text."""
    return bytes.fromhex(fingerprint(to_parsing_canonical_form(parse_schema(json.loads(text), named_schemas={})), "CRC-64-AVRO"))


def without_logical_types(schema: Json) -> Json:
    """Return the schema with ``{"type": "long", "logicalType": …}`` as plain ``long``, all else as it is."""
    if isinstance(schema, list):
        return [without_logical_types(branch) for branch in schema]
    if not isinstance(schema, dict):
        return schema
    if "logicalType" in schema:
        return schema["type"]
    return {key: without_logical_types(value) if key in {"type", "items", "fields"} else value for key, value in schema.items()}


def _pinned(records: Mapping[str, Mapping[int, str]], name: str, version: int) -> str:
    file = snake(name.rpartition(".")[2])
    try:
        return records[file][version]
    except KeyError:
        raise SchemaError(f"embeds {name} version {version}, but there is no {file}.v{version}.avsc") from None


class _Expansion:
    """Replaces the first mention of an embedded record by its definition, and a definition that is there already by its name.

    The second is for what records share: Activity and Alert both define Source, and Avro allows one definition of a name.
    """

    def __init__(self, embeds: Mapping[str, Json]) -> None:
        self._embeds = embeds
        self._defined: dict[str, str] = {}

    def of(self, schema: Json, namespace: str) -> Json:
        if isinstance(schema, list):
            return [self.of(branch, namespace) for branch in schema]
        if isinstance(schema, str):
            return self._named(schema, namespace)
        if schema["type"] == "record":
            return self._record(schema, namespace)
        if schema["type"] == "array":
            return {**schema, "items": self.of(schema["items"], namespace)}
        if isinstance(schema["type"], str) and schema["type"] in _PRIMITIVES:
            return schema
        raise SchemaError(f"{schema['type']}: of Avro's types only records, arrays, unions and the primitive ones are used here")

    def _named(self, name: str, namespace: str) -> Json:
        if name in _PRIMITIVES:
            return name
        full = name if "." in name else f"{namespace}.{name}"
        if full in self._defined:
            return full
        if full not in self._embeds:
            raise SchemaError(f"{full} is neither defined before nor pinned in embeds")
        return self.of(self._embeds[full], "")

    def _record(self, schema: Json, namespace: str) -> Json:
        within = schema.get("namespace", namespace)
        full = f"{within}.{schema['name']}"
        text = json.dumps(schema, sort_keys=True)
        if full in self._defined:
            if self._defined[full] != text:
                raise SchemaError(f"two different definitions of {full}: a new version of one record that shares it needs one of each")
            return full
        self._defined[full] = text
        fields = [{**each, "type": self.of(each["type"], within)} for each in schema["fields"]]
        return {**schema, "namespace": within, "fields": fields}


def newest(schemas: Sequence[Schema]) -> Schema:
    """Return the version that is written; all the others are only read."""
    return schemas[-1]


def check_all_used(texts: Iterable[str], types: Iterable[type]) -> None:
    """Raise SchemaError where a folder holds files of a record that nobody declares."""
    stray = set(texts) - {snake(each.__name__) for each in types}
    if stray:
        raise SchemaError(f"schemas without a record: {', '.join(sorted(stray))}")
