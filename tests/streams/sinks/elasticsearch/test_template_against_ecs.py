"""The templates against the Elastic Common Schema, as published."""

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

import pytest

from schemas.records import Alert
from streams.sinks.elasticsearch.definition import FAMILIES, fields, mappings
from streams.sinks.elasticsearch.ecs import ECS_VERSION, to_document
from streams.sinks.elasticsearch.names import Family

MakeAlert: TypeAlias = Callable[..., Alert]

DATA = Path(__file__).parents[1] / "data" / "ecs"

IN_PLACE_OF = {"wildcard": "keyword", "match_only_text": "text"}
"""Types of ECS that small distributions of Elasticsearch lack, and what ECS allows in their place."""

AVAILABLE = {"keyword", "text", "nested", "date", "long", "float"}

ALLOWED = {
    "email": {"info"},
    "file": {"access", "change", "creation", "deletion", "info"},
    "configuration": {"access", "change", "creation"},
}
"""``event.type`` by ``event.category``, from https://www.elastic.co/docs/reference/ecs/ecs-allowed-values-event-category."""


def ecs_types() -> dict[str, str]:
    """Give the published fields with their types."""
    with (DATA / "fields-9.5.0-dev.csv").open(newline="", encoding="utf-8") as lines:
        return {row["Field"]: row["Type"] for row in csv.DictReader(lines)}


def ours(family: Family) -> dict[str, dict[str, Any]]:
    """Give the fields of a family that are not custodiet's own."""
    return {path: field for path, field in fields(mappings(family)).items() if path.split(".")[0] != "custodiet"}


@pytest.mark.parametrize("family", FAMILIES)
def test_fields_have_the_names_and_types_of_ecs(family: Family) -> None:
    """Every field outside `custodiet.*` is an ECS field of the same type, or of the one that stands in its place."""
    published = ecs_types()
    types = {path: field["type"] for path, field in ours(family).items()}
    assert types == {path: IN_PLACE_OF.get(published[path], published[path]) for path in types}


@pytest.mark.parametrize("field_set", ["email", "event", "file", "rule", "user"])
def test_fields_have_the_parameters_of_the_component_templates(field_set: str) -> None:
    """Length limits and nesting are as in ECS's own component templates, as far as the types agree."""
    component = json.loads((DATA / f"component-{field_set}.json").read_text(encoding="utf-8"))
    published = fields(component["template"]["mappings"])
    compared = {path: field for path, field in ours("alerts").items() if path.startswith(f"{field_set}.")}
    assert compared
    for path, field in compared.items():
        if published[path]["type"] == field["type"]:
            assert {name: published[path].get(name) for name in field} == field, path


@pytest.mark.parametrize("family", FAMILIES)
def test_only_types_that_every_distribution_has(family: Family) -> None:
    """No field needs a module that small distributions of Elasticsearch lack."""
    assert {field["type"] for field in fields(mappings(family)).values()} <= AVAILABLE


def test_version_is_the_published_one() -> None:
    """The documents name the version of ECS that they are held against."""
    with (DATA / "fields-9.5.0-dev.csv").open(newline="", encoding="utf-8") as lines:
        assert {row["ECS_Version"] for row in csv.DictReader(lines)} == {ECS_VERSION}


def test_categories_and_types_are_allowed_together(make_alert: MakeAlert) -> None:
    """Each kind of evidence alone gives a category and a type that ECS lets stand together."""
    for piece in make_alert().evidence:
        event = to_document(make_alert(evidence=(piece,)), 0, {})["event"]
        assert event["kind"] == "alert"
        assert set(event["type"]) <= ALLOWED[event["category"][0]]
