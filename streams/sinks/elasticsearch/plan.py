"""What ``index apply`` would change: the difference between an index that is there and the definition. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from streams.sinks.elasticsearch.definition import fields

CHANGEABLE: Final = frozenset({"ignore_above"})
"""The parameters of a field that Elasticsearch lets one change in place."""


@dataclass(frozen=True, slots=True)
class Change:
    """One difference: ``what`` in a few words; ``kind`` says whether it can be made in place, needs a new index, or is let be."""

    kind: Literal["make", "rebuild", "leave"]
    what: str


def field_changes(held: Mapping[str, Any], wanted: Mapping[str, Any]) -> list[Change]:
    """Return what stands between two mappings, field by field, in the order of their paths."""
    old, new = fields(held), fields(wanted)
    changes: list[Change] = []
    if str(held.get("dynamic", "true")) != str(wanted.get("dynamic", "true")):
        changes.append(Change("make", f"dynamic: {held.get('dynamic', 'true')} -> {wanted.get('dynamic', 'true')}"))
    for path in sorted(old.keys() | new.keys()):
        if _nesting(path, old, new):
            changes.append(Change("rebuild", f"field {path}: {'nested -> object' if path in old else 'object -> nested'}"))
        elif path not in old:
            changes.append(Change("make", f"field {path}: new, {new[path]['type']}"))
        elif path not in new:
            changes.append(Change("leave", f"field {path}: no longer written, stays in this index"))
        elif old[path] != new[path]:
            changes.append(_parameter_change(path, old[path], new[path]))
    return changes


def _nesting(path: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> bool:
    """Tell whether one side nests what the other holds as a plain object (objects are told by their fields alone)."""
    other = old if path in new else new
    return path not in other and any(each.startswith(f"{path}.") for each in other)


def _parameter_change(path: str, old: Mapping[str, str], new: Mapping[str, str]) -> Change:
    differing = sorted(name for name in old.keys() | new.keys() if old.get(name) != new.get(name))
    if "type" in differing:
        differing = ["type"]
    words = ", ".join(f"{name} {old.get(name, '-')} -> {new.get(name, '-')}" for name in differing)
    return Change("make" if CHANGEABLE.issuperset(differing) else "rebuild", f"field {path}: {words}")
