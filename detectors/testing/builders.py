"""Builders of what tests of detectors are written with: instants, addresses, documents, activities and an officer's dated facts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from detectors.calendar import Calendar
from detectors.contract import Force
from detectors.points import Points
from schemas.constraints import instants
from schemas.identity import fingerprint
from schemas.records import (
    Activity,
    AddressClass,
    ClassifiedAddress,
    ClassifiedDocument,
    ExceptionFact,
    Grouping,
    Kind,
    Marking,
    Millis,
    OfficerContext,
    Own,
    Source,
    SubjectFact,
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
    """Builds one officer's activities, named by what makes them distinct: mails, and what surrounds them."""

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

    def inbound(self, when: str | Millis, name: str | None = None, *, sender: ClassifiedAddress, **changes: Any) -> Activity:
        """Return a mail that came in from ``sender``."""
        return self.mail(when, name, to=[sender], **{"kind": "inbound", "direction": "inbound", "external_count": 0, **changes})

    def file(
        self, when: str | Millis, name: str | None = None, *, document: ClassifiedDocument, action: str = "open", **changes: Any
    ) -> Activity:
        """Return something done to one file on a share."""
        instant = at(when) if isinstance(when, str) else when
        named = name or fingerprint(self.officer_id, "file", str(instant), document.name or "")[:12]
        fields: dict[str, Any] = {"path": f"\\\\files.northmoor.police.example\\cases\\{document.name}", "size": document.size}
        return self._other("file", named, instant, action=action, documents=(document,), **{**fields, **changes})

    def setting(
        self,
        when: str | Millis,
        name: str | None = None,
        *,
        setting: str = "ForwardTo",
        to: Sequence[ClassifiedAddress] = (address(),),
        **changes: Any,
    ) -> Activity:
        """Return a forwarding that was set; ``action="removed"`` for one that was taken away."""
        instant = at(when) if isinstance(when, str) else when
        named = name or fingerprint(self.officer_id, "setting", str(instant), setting)[:12]
        fields: dict[str, Any] = {"setting": setting, "action": "set", "addresses": tuple(to), "external_count": len(to)}
        return self._other("setting", named, instant, **{**fields, **changes})

    def _other(self, kind: Kind, name: str, instant: Millis, **fields: Any) -> Activity:
        return Activity(
            activity_id=name,
            revision=1,
            kind=kind,
            grouping="officer",
            value=self.officer_id,
            occurred_at=instant,
            officer_id=self.officer_id,
            officer=OfficerContext(name="Robin Vale", rank="DC", unit="CID"),
            sources=(Source(feed="m365-audit", record_id=name),),
            reference_version="r1",
            **fields,
        )


def under(grouping: Grouping, value: str, activity: Activity) -> Activity:
    """Return an activity as it is written under another key than its officer's."""
    return msgspec.structs.replace(activity, grouping=grouping, value=value)


def subject_fact(fact_id: str = "N1001", **fields: Any) -> SubjectFact:
    """Return a row of the officer's record; instants may be written as for ``at``."""
    given = {"fact_id": fact_id, "revision": 1, "officer_id": "N1001", **fields}
    return SubjectFact(**_with_instants(SubjectFact, given))


def exception_fact(exception_id: str = "X1", **fields: Any) -> ExceptionFact:
    """Return an exception for the address that mails go to unless they say otherwise; instants may be written as for ``at``."""
    given = {"revision": 1, "officer_id": "N1001", "address": "sam.doe@mail.example", "authorised_by": "Supt Ash", **fields}
    return ExceptionFact(**_with_instants(ExceptionFact, {"exception_id": exception_id, **given}))


def _with_instants(of: type[SubjectFact | ExceptionFact], fields: dict[str, Any]) -> dict[str, Any]:
    return {name: at(value) if (name,) in instants(of) and isinstance(value, str) else value for name, value in fields.items()}
