"""What tests of detectors are written with: builders of activities, a way to run a detector alone, and the contract that all must pass."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from detectors.calendar import Calendar
from detectors.contract import Force, Key
from detectors.engine.alerts import content_of
from detectors.engine.engine import Engine
from detectors.engine.facts import Arrival, KeyFacts, Record
from detectors.points import Points
from detectors.registry import AnyDetector
from schemas.identity import fingerprint
from schemas.records import (
    Activity,
    AddressClass,
    Alert,
    ClassifiedAddress,
    ClassifiedDocument,
    Marking,
    Millis,
    OfficerContext,
    Own,
    Source,
)

LATENESS = timedelta(days=14)


def force(zone: str = "Europe/London", points: dict[str, int] | None = None) -> Force:
    """Return a force as detectors see it."""
    return Force(calendar=Calendar(zone), points=Points(points or {}))


def at(written: str) -> Millis:
    """Return an instant in ms from ``2026-05-01`` or ``2026-05-01T09:30`` (UTC)."""
    return int(datetime.fromisoformat(written).replace(tzinfo=UTC).timestamp() * 1000)


def address(
    written: str | None = "sam.doe@mail.example", class_: AddressClass = "personal", own: Own = "no", reasons: tuple[str, ...] = ()
) -> ClassifiedAddress:
    """Return a recipient."""
    return ClassifiedAddress(address=written, class_=class_, own=own, reasons=reasons)


def document(
    name: str | None = "notes.docx",
    *,
    marking: Marking | None = None,
    categories: tuple[str, ...] = (),
    protected: bool = False,
    sha256: str | None = None,
    size: int | None = 1000,
) -> ClassifiedDocument:
    """Return an attachment."""
    return ClassifiedDocument(name=name, size=size, sha256=sha256, marking=marking, categories=categories, protected_person=protected)


@dataclass(frozen=True)
class Mails:
    """Builds one officer's mails, numbered by what makes them distinct."""

    officer_id: str = "N1001"

    def mail(
        self,
        when: str | Millis,
        name: str | None = None,
        *,
        to: Sequence[ClassifiedAddress] = (address(),),
        documents: Sequence[ClassifiedDocument] = (document(),),
        **changes: Any,
    ) -> Activity:
        """Return an outbound mail at an instant; ``changes`` are any other fields of Activity."""
        instant = at(when) if isinstance(when, str) else when
        named = name or fingerprint(self.officer_id, str(instant))[:12]
        fields: dict[str, Any] = {
            "activity_id": named,
            "revision": 1,
            "kind": "mail",
            "grouping": "officer",
            "value": self.officer_id,
            "occurred_at": instant,
            "officer_id": self.officer_id,
            "officer": OfficerContext(name="Robin Vale", rank="DC", unit="CID"),
            "message_id": f"{named}@northmoor.police.example",
            "direction": "outbound",
            "subject": "notes",
            "addresses": tuple(to),
            "documents": tuple(documents),
            "content": bool(documents),
            "external_count": len(to),
            "sources": (Source(feed="mail-ndjson", record_id=named),),
            "reference_version": "r1",
        }
        return Activity(**{**fields, **changes})


def run(detectors: Iterable[AnyDetector], records: Iterable[Record], *, key: Key | None = None, chunk: int | None = None) -> list[Alert]:
    """Return the alerts that stand, by id, after these records came to one key in this order, ``chunk`` at a time."""
    engine = Engine(detectors, calendar=Calendar(), lateness=LATENESS)
    arrivals = [Arrival(offset, record) for offset, record in enumerate(records)]
    held = KeyFacts(key or Key("officer", "N1001"))
    seen: dict[str, Alert] = {}
    size = chunk or max(len(arrivals), 1)
    for start in range(0, len(arrivals), size):
        for alert in engine.apply(held, arrivals[start : start + size]).alerts:
            if alert.alert_id not in seen or alert.revision >= seen[alert.alert_id].revision:
                seen[alert.alert_id] = alert
    return [content_of(alert) for _, alert in sorted(seen.items()) if alert.status == "active"]
