"""The strict mapping against the documents that are written into it."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeAlias

from hypothesis import given
from hypothesis import strategies as st

from schemas.records import Alert
from streams.sinks.elasticsearch.definition import FAMILIES, fields, mappings
from streams.sinks.elasticsearch.ecs import Rule, to_document

MakeAlert: TypeAlias = Callable[..., Alert]

RULES = {"repeated-personal-email": Rule("Repeated personal e-mail", "Look at the recipients.")}

HOLDS = {"keyword": str, "text": str, "date": str, "long": int, "float": float}


def values(document: Mapping[str, Any], path: str = "") -> Iterator[tuple[str, Any]]:
    """Give every value of a document with its dotted path."""
    for name, entry in document.items():
        for each in entry if isinstance(entry, list) else [entry]:
            if isinstance(each, dict):
                yield from values(each, f"{path}{name}.")
            else:
                yield f"{path}{name}", each


@given(data=st.data())
def test_every_value_has_a_field_of_its_type(data: st.DataObject, any_alert: st.SearchStrategy[Alert]) -> None:
    """No alert holds a field that the strict mapping does not know, or a value of another type."""
    mapped = fields(mappings("alerts"))
    for path, value in values(to_document(data.draw(any_alert), 0, RULES)):
        assert type(value) is HOLDS[mapped[path]["type"]], path


def test_every_field_is_written(make_alert: MakeAlert) -> None:
    """The mapping has no field that a full alert leaves empty (the direction aside, which one of mixed directions lacks)."""
    multi = {path for path, field in fields(mappings("alerts")).items() if field["type"] == "nested" or path.endswith(".text")}
    written = {path for path, _ in values(to_document(make_alert(), 0, RULES))}
    assert set(fields(mappings("alerts"))) - multi - written == {"email.direction"}


def test_unknown_fields_are_refused() -> None:
    """The mapping is strict at its root, and no object inside lifts that."""

    def dynamics(mapping: Mapping[str, Any]) -> Iterator[Any]:
        if "dynamic" in mapping:
            yield mapping["dynamic"]
        for field in mapping.get("properties", {}).values():
            yield from dynamics(field)

    for family in FAMILIES:
        assert list(dynamics(mappings(family))) == ["strict"]
