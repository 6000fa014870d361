"""What an alert's evidence puts into ECS fields: categories, addresses, documents and related names, each value once."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from schemas.records import Alert, AlertDocument, AlertEvidence, Kind

MOST_ATTACHMENTS: Final = 200
"""How many documents ``email.attachments`` lists. They are nested documents, of which Elasticsearch takes 10,000 in one document: a mail
with more attachments than that must not make its own alert unwritable. ``custodiet.evidence`` lists them all."""

_CATEGORY: Final[Mapping[Kind, tuple[str, str]]] = {
    "mail": ("email", "info"),
    "inbound": ("email", "info"),
    "file": ("file", "access"),
    "setting": ("configuration", "change"),
}


@dataclass(frozen=True, slots=True)
class EvidenceFields:
    """The ECS fields that come from evidence, in ECS's nesting; each list holds distinct values in the order of the evidence."""

    category: list[str]
    type: list[str]
    tags: list[str]
    email: dict[str, Any]
    file: dict[str, Any]
    related: dict[str, Any]


def evidence_fields(alert: Alert) -> EvidenceFields:
    """Return what the evidence says in ECS's terms. A withheld address or name (None in the evidence) is in none of the fields."""
    evidence = alert.evidence
    mails = [piece for piece in evidence if piece.kind in ("mail", "inbound")]
    documents = [document for piece in evidence for document in piece.documents]
    hashes = _distinct(document.sha256 for document in documents)
    return EvidenceFields(
        category=_distinct(_CATEGORY[piece.kind][0] for piece in evidence),
        type=_distinct(_CATEGORY[piece.kind][1] for piece in evidence),
        tags=_distinct([*(document.marking for document in documents), *(name for document in documents for name in document.categories)]),
        email=_email(mails),
        file={
            "name": _distinct(document.name for document in documents),
            "path": _distinct(piece.path for piece in evidence),
            "hash": {"sha256": hashes},
        },
        related={
            "user": _distinct([alert.officer_id, *(piece.officer_id for piece in evidence), *_addresses(evidence)]),
            "hash": hashes,
        },
    )


def _email(mails: list[AlertEvidence]) -> dict[str, Any]:
    kinds = {piece.kind for piece in mails}
    direction = {frozenset({"mail"}): "outbound", frozenset({"inbound"}): "inbound"}.get(frozenset(kinds))
    documents = _distinct(document for piece in mails for document in piece.documents)
    return {
        "message_id": _distinct(piece.message_id for piece in mails),
        "direction": direction,
        "to": {"address": _distinct(_addresses(piece for piece in mails if piece.kind == "mail"))},
        "from": {"address": _distinct(_addresses(piece for piece in mails if piece.kind == "inbound"))},
        "attachments": [attachment for attachment in map(_attachment, documents[:MOST_ATTACHMENTS]) if attachment],
    }


def _attachment(document: AlertDocument) -> dict[str, Any]:
    told = {"name": document.name, "size": document.size, "hash": {"sha256": document.sha256} if document.sha256 else None}
    file = {name: value for name, value in told.items() if value is not None}
    return {"file": file} if file else {}


def _addresses(evidence: Iterable[AlertEvidence]) -> list[str | None]:
    return [address.address for piece in evidence for address in piece.addresses]


def _distinct(values: Iterable[Any]) -> list[Any]:
    return list(dict.fromkeys(value for value in values if value is not None))
