"""Microsoft 365 unified audit log: Purview search CSV, Management Activity API JSON, Microsoft Graph auditLogRecord.

The same records are read from Microsoft Sentinel (OfficeActivity), Defender (CloudAppEvents), Splunk and Elasticsearch.
Published schema: MicrosoftDocs/office-365-management-api. Times are UTC without a zone. A record is a fact once however often it is
exported: its ``Id`` names it. What an operation can mean is told by its name; all that are not listed are a discard.
"""

from collections.abc import Callable, Mapping

from streams.errors import SourceError
from streams.sources.cells.fields import plain_name
from streams.sources.m365 import detections, dlp, files, forwarding, labels, mail, rules
from streams.sources.m365.record import FEED, AuditRecord, unwrapped
from streams.sources.outcome import Discard, Parsed, Row

__all__ = ["FEED", "fits", "parse"]

_Handler = Callable[[AuditRecord], Parsed]

_HANDLERS: Mapping[str, _Handler] = {
    **dict.fromkeys(mail.OPERATIONS, mail.parse),
    **dict.fromkeys(files.ACTIONS, files.parse),
    **dict.fromkeys(labels.OPERATIONS, labels.parse),
    **dict.fromkeys(dlp.OPERATIONS, dlp.parse),
    **dict.fromkeys(detections.OPERATIONS, detections.parse),
    **dict.fromkeys(forwarding.OPERATIONS, forwarding.parse),
    **dict.fromkeys(rules.OPERATIONS, rules.parse),
}


def parse(row: Row) -> Parsed:
    """Return the events of one audit record. Raises SourceError."""
    record = AuditRecord(row)
    handler = _HANDLERS.get(record.operation)
    return Discard("not-watched") if handler is None else handler(record)


def fits(row: Row) -> bool:
    """Whether the row looks like an audit record, wrapped or not."""
    if not {plain_name(key) for key in row}.isdisjoint(("auditdata", "raweventdata")):
        return True
    try:
        names = {plain_name(key) for key in unwrapped(row)}
    except SourceError:
        return False
    told = names & {"creationtime", "creationdate"} or "officeworkload" in names
    return bool(names & {"operation", "operations"}) and bool(told) and len(names) > 3
