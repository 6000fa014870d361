"""What a JSON value holds where it is no record itself: a page, an array, a table of a query."""

from collections.abc import Callable, Iterator

from streams.sources.outcome import Row

PAGES = {"value", "results", "Results", "records", "Records", "events", "auditLogs", "items"}
PAGE_HOLDERS = {"d"}


def page_of(value: object, fits: Callable[[Row], bool]) -> list[object] | None:
    """Return the records that a value holds as a page or an array; None for one that is a record itself, or holds none."""
    if isinstance(value, list):
        return value
    if not isinstance(value, dict) or fits(value):
        return None
    for name in PAGES | PAGE_HOLDERS:
        held = value.get(name)
        if isinstance(held, list) and all(isinstance(item, dict) for item in held):
            return held
        if name in PAGE_HOLDERS and isinstance(held, dict):
            return page_of(held, fits)
    return None


def flat(value: object) -> list[object]:
    """Return what a list of objects holds (answers that were joined are lists in a list), the rows of a table, anything else by itself."""
    if isinstance(value, dict) and isinstance(tables := value.get("tables"), list):
        return [row for table in tables for row in _rows_of(table)] or [value]
    return value if isinstance(value, list) and value and all(isinstance(item, dict) for item in value) else [value]


def _rows_of(table: object) -> Iterator[object]:
    """Yield the rows of ``{"columns": [{"name": …}], "rows": [[…]]}``, as a query of Log Analytics answers, by the columns' names."""
    if not isinstance(table, dict) or not isinstance(table.get("columns"), list) or not isinstance(table.get("rows"), list):
        return
    names = [str(column.get("name")) if isinstance(column, dict) else str(column) for column in table["columns"]]
    yield from (dict(zip(names, row, strict=False)) if isinstance(row, list) else row for row in table["rows"])
