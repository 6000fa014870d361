"""Bulk requests: documents cut into bodies of bounded size, and what each item's answer means."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any, Final

import orjson

from schemas.records import Alert

MOST_BYTES: Final = 1_000_000
MOST_ITEMS: Final = 500
MOST_WORDS: Final = 1000


@dataclass(frozen=True, slots=True)
class Item:
    """One alert on its way: its document without ``event.ingested``'s final value, and the document's size in bytes."""

    alert: Alert
    document: dict[str, Any]
    size: int


class Verdict(Enum):
    """What becomes of an item after an answer."""

    WRITTEN = "written"
    STALE = "stale"
    AGAIN = "again"
    REJECTED = "rejected"


_AGAIN: Final = frozenset({401, 403, 404, 408, 429})
"""Statuses that mend themselves or that a person mends without touching the alert: no rights yet, no index yet, too busy."""


def verdict(status: int) -> Verdict:
    """Return what an HTTP status says of one item: a conflict means that the index knows this revision or a higher one."""
    if 200 <= status < 300:
        return Verdict.WRITTEN
    if status == 409:
        return Verdict.STALE
    if status in _AGAIN or status >= 500:
        return Verdict.AGAIN
    return Verdict.REJECTED


def batches(items: Iterable[Item], most_bytes: int = MOST_BYTES, most_items: int = MOST_ITEMS) -> Iterator[list[Item]]:
    """Cut items into runs of at most ``most_items`` and ``most_bytes``; one larger than that travels alone."""
    batch: list[Item] = []
    size = 0
    for item in items:
        if batch and (len(batch) >= most_items or size + item.size > most_bytes):
            yield batch
            batch, size = [], 0
        batch.append(item)
        size += item.size
    if batch:
        yield batch


def body(batch: Sequence[Item], ingested: str) -> list[bytes]:
    """Return the lines of a bulk request: for each item its action and its document, stamped with ``event.ingested``."""
    lines: list[bytes] = []
    for item in batch:
        action = {"_id": item.alert.alert_id, "version": item.alert.revision, "version_type": "external_gte"}
        lines.append(orjson.dumps({"index": action}))
        lines.append(orjson.dumps({**item.document, "event": {**item.document["event"], "ingested": ingested}}))
    return lines


def error_of(item: Mapping[str, Any]) -> str:
    """Return the words of an item's error with the cause that Elasticsearch names: bounded, and such as any encoding can hold."""
    error = item.get("error")
    if not isinstance(error, Mapping):
        return bounded(str(error))
    words = f"{error.get('type')}: {error.get('reason')}"
    cause = error.get("caused_by")
    return bounded(f"{words} ({cause.get('type')}: {cause.get('reason')})" if isinstance(cause, Mapping) else words)


def bounded(words: str) -> str:
    """Return at most 1,000 characters; what no encoding can hold (half of a surrogate pair in a quoted value) becomes a question mark."""
    return words[:MOST_WORDS].encode("utf-8", "replace").decode("utf-8")
