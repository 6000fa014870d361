"""The index definitions under ``templates/``: read once, fitted to a prefix, and flattened for comparison."""

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any, Final

from streams.sinks.elasticsearch.names import Family, Names

FAMILIES: Final[tuple[Family, ...]] = ("alerts", "marks")


@cache
def _text(family: Family) -> str:
    return files("streams.sinks.elasticsearch").joinpath("templates", f"{family}.json").read_text(encoding="utf-8")


def template(family: Family, names: Names) -> dict[str, Any]:
    """Return the index template of a family, with the index pattern that its name under this prefix asks for."""
    definition: dict[str, Any] = json.loads(_text(family))
    return {"index_patterns": [names.pattern(family)], **definition}


def mappings(family: Family) -> dict[str, Any]:
    """Return the mappings that an index of the family has."""
    found: dict[str, Any] = json.loads(_text(family))["template"]["mappings"]
    return found


def aliases(family: Family, names: Names) -> dict[str, dict[str, Any]]:
    """Return the aliases of the family's current index by name.

    They stand on the index and not in the template: two versions of an index may exist side by side, of which one carries the aliases.
    """
    every: dict[str, dict[str, Any]] = {names.alias(family): {}}
    if family == "alerts":
        every[names.active] = {"filter": {"term": {"custodiet.status": {"value": "active"}}}}
    return every


def fields(mapping: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Return every field of a mapping by its dotted path, with its parameters as strings; multi-fields stand as ``path.name``.

    Objects are left out, but for nested ones, which a query must know of.
    """
    found: dict[str, dict[str, Any]] = {}
    for name, field in mapping.get("properties", {}).items():
        parameters = {key: str(value) for key, value in field.items() if key not in ("properties", "fields")}
        if parameters.get("type", "object") != "object":
            found[name] = parameters
        for inner, deeper in fields(field).items():
            found[f"{name}.{inner}"] = deeper
        for inner, deeper in field.get("fields", {}).items():
            found[f"{name}.{inner}"] = {key: str(value) for key, value in deeper.items()}
    return found
