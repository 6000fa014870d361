"""Reference records as their compacted topics hold them: the last one under each key, and what they are keyed by."""

from collections.abc import Iterable, Mapping
from typing import Final, TypeVar

import structlog

from schemas.records import AddressListEntry, DocumentClass, ExceptionFact, Officer, Record
from schemas.wire import Wire, WireError
from streams.enrichment.reference import Reference

log = structlog.get_logger(__name__)

R = TypeVar("R", bound=Record)

OFFICERS, CLASSES, ENTRIES, EXCEPTIONS = "officers", "document-classes", "address-lists", "exceptions"

RECORDS: Final[Mapping[str, type[Record]]] = {
    OFFICERS: Officer,
    CLASSES: DocumentClass,
    ENTRIES: AddressListEntry,
    EXCEPTIONS: ExceptionFact,
}
"""What each topic of reference records holds."""

NEEDED: Final = (OFFICERS, ENTRIES)
"""The topics that must not be empty: without officers nobody can be named, without lists nobody knows what is the force's own."""


def key_of(record: Record) -> bytes:
    """Return the key that a reference record is sent under, as topics.yaml tells it."""
    match record:
        case Officer():
            return (record.officer_id if record.valid_from is None else f"{record.officer_id}@{record.valid_from}").encode()
        case DocumentClass():
            return record.class_id.encode()
        case AddressListEntry():
            return f"{record.list}:{record.pattern}".encode()
        case ExceptionFact():
            return record.exception_id.encode()
        case _:
            raise TypeError(f"{type(record).__name__} is no reference record")


class Shelf:
    """Takes records as they are read; topics go by their names in the catalogue."""

    def __init__(self, wire: Wire) -> None:
        """Start empty."""
        self._wire = wire
        self._held: dict[str, dict[bytes, Record]] = {topic: {} for topic in RECORDS}
        self._spoilt: dict[str, set[bytes]] = {topic: set() for topic in RECORDS}

    def put(self, topic: str, key: bytes, value: bytes | None) -> bool:
        """Take one record (None removes); return whether that changed anything.

        One that cannot be read is logged; what was known stays in force.
        """
        held, spoilt = self._held[topic], self._spoilt[topic]
        before = held.get(key)
        spoilt.discard(key)
        if value is None:
            return held.pop(key, None) is not None
        try:
            record = self._wire.decode(value, RECORDS[topic])
        except WireError as error:
            log.error("reference-unreadable", topic=topic, key=key.decode("utf-8", "replace"), reason=error.reason, detail=error.detail)  # noqa: TRY400 - the record is at fault, not the code
            spoilt.add(key)
            return False
        held[key] = record
        return before != record

    def records(self, topic: str) -> dict[bytes, Record]:
        """Return what a topic holds and can be read, by key."""
        return {key: record for key, record in self._held[topic].items() if key not in self._spoilt[topic]}

    def lacking(self, also: Iterable[AddressListEntry] = ()) -> list[str]:
        """Return the needed topics that are empty; of the lists none is needed where ``also`` says what is the force's own."""
        own = any(entry.list == "own" for entry in also)
        return [topic for topic in NEEDED if not self._held[topic] and not (own and topic == ENTRIES)]

    def reference(self, also: Iterable[AddressListEntry] = ()) -> Reference:
        """Build the look-ups from what is held, and from address-list entries beside it."""
        return Reference.build(
            _all(Officer, self._held[OFFICERS].values()),
            _all(DocumentClass, self._held[CLASSES].values()),
            [*_all(AddressListEntry, self._held[ENTRIES].values()), *also],
        )


def _all(kind: type[R], records: Iterable[Record]) -> list[R]:
    return [record for record in records if isinstance(record, kind)]
