"""One record of the Microsoft 365 unified audit log, whichever export wrapped it."""

import re
from collections.abc import Mapping

from schemas.identity import fingerprint
from schemas.records import Millis
from streams.errors import SourceError
from streams.sources.cells.fields import Fields, plain_name
from streams.sources.outcome import Row
from streams.sources.shapes.json_text import decode_json

FEED = "m365-audit"

_WRAPPERS = ("auditdata", "o365audit", "raweventdata", "raw")
"""What holds the record in an export of Purview, a shipper, Defender's CloudAppEvents and a search of Splunk."""

_ENVELOPES = (("o365", "audit"), ("event", "original"))
"""Where a shipper puts the record; the first that is there is opened."""

_INSTANTS = ("CreationTime", "CreationDate", "TimeGenerated", "TimeGenerated [UTC]")
_OUTER_INSTANTS = ("CreationTime", "CreationDate", "createdDateTime", "CreationDateUtc", "Timestamp")
_SECURITY_ID = re.compile(r"S-1-[\d-]{1,180}", re.IGNORECASE)
_MAX_DEPTH = 5


class AuditRecord:
    """The fields of one audit record, with what the wrapping row says where the record itself is silent."""

    __slots__ = ("_outer", "fields", "operation", "workload")

    def __init__(self, row: Row) -> None:
        """Unwrap the row. Raises SourceError ``bad-json``, ``not-an-object`` or ``missing-field``."""
        self._outer = Fields(row)
        self.fields = Fields(unwrapped(row))
        operation = self.fields.text("Operation", "Operations") or self._outer.text("Operation", "Operations", "ActionType")
        if operation is None:
            raise SourceError("missing-field", "no Operation")
        self.operation = operation.lower()
        self.workload = (self.fields.text("Workload", "OfficeWorkload") or "").lower()

    @property
    def occurred_at(self) -> Millis:
        """The instant (UTC; the log writes no zone). Raises SourceError."""
        if self.fields.raw(*_INSTANTS) is not None:
            return self.fields.instant(*_INSTANTS)
        return self._outer.instant(*_OUTER_INSTANTS)

    @property
    def record_id(self) -> str:
        """The audit record's own id; derived from its content where it has none."""
        found = self.fields.text("Id", "OfficeId") or self._outer.text("RecordId", "Identity", "Id")
        if found is not None:
            return found.lower()
        return "content:" + fingerprint(*(f"{name}={self.fields.raw(name)!r}" for name in sorted(self.fields.names())))

    @property
    def user(self) -> str | None:
        """Who acted, as the log names them; None for a bare security identifier."""
        found = self.fields.text("UserId") or self._outer.text("UserId", "UserIds", "userPrincipalName")
        return None if found is None or _SECURITY_ID.fullmatch(found) else found

    @property
    def failed(self) -> bool:
        """Whether the log says that the operation did not succeed."""
        return (self.fields.text("ResultStatus") or "").lower() in ("failed", "false", "failure")


def unwrapped(row: Row, depth: int = 0) -> Row:
    """Return the audit record within ``row``: AuditData as text or object, Microsoft Graph's auditData, a shipper's envelope.

    Raises SourceError where what holds the record cannot be read.
    """
    if depth > _MAX_DEPTH:
        raise SourceError("bad-json", "AuditData within AuditData within AuditData")
    for key, value in row.items():
        if plain_name(key) in _WRAPPERS:
            return unwrapped(_opened(value), depth + 1)
    for path in _ENVELOPES:
        held: object = row
        for name in path:
            held = held.get(name) if isinstance(held, Mapping) else None
        if isinstance(held, Mapping) or (isinstance(held, str) and held.lstrip().startswith("{")):
            return unwrapped(_opened(held), depth + 1)
    return row


def _opened(value: object) -> Row:
    if isinstance(value, str):
        if not value.strip():
            raise SourceError("missing-field", "AuditData is empty")
        value = decode_json(value.encode())
    if not isinstance(value, Mapping):
        raise SourceError("not-an-object", f"AuditData must hold a JSON object, not {type(value).__name__}")
    return value
