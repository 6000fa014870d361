"""A row of BigQuery as its REST answer holds it: values by place (``{"f": [{"v": …}]}``), their names in a schema beside it."""

from collections.abc import Mapping

from streams.sources.cells.fields import as_list, as_object

_DEEPEST = 20


def named(row: Mapping[str, object]) -> dict[str, object] | None:
    """Return the row ``{"row": {"f": […]}, "schema": {"fields": […]}}`` by name; None for any other object."""
    held, schema = as_object(row.get("row")), as_object(row.get("schema"))
    if held is None or schema is None or "f" not in held:
        return None
    return _record(held, schema, 0)


def _record(held: Mapping[str, object], schema: Mapping[str, object], depth: int) -> dict[str, object]:
    found: dict[str, object] = {}
    for cell, column in zip(as_list(held.get("f")), as_list(schema.get("fields")), strict=False):
        value, field = as_object(cell), as_object(column)
        if value is not None and field is not None and depth < _DEEPEST:
            found[str(field.get("name"))] = _value(value.get("v"), field, depth + 1)
    return found


def _value(value: object, field: Mapping[str, object], depth: int) -> object:
    if isinstance(value, list):
        items = (as_object(item) for item in value)
        return [_value(item.get("v"), field, depth) for item in items if item is not None and depth < _DEEPEST]
    inner = as_object(value) if "fields" in field else None
    return value if inner is None else _record(inner, field, depth)
