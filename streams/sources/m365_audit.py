"""Microsoft 365 unified audit log: Purview search CSV, Management Activity API JSON, Microsoft Graph auditLogRecord.

The same records are read from Microsoft Sentinel (OfficeActivity), Defender (CloudAppEvents), Splunk and Elasticsearch.
Published schema: MicrosoftDocs/office-365-management-api. Times are UTC without a zone. A record is a fact once however often it is
exported: its ``Id`` names it. What an operation can mean is told by its name; all that are not listed are a discard.
"""

from collections.abc import Callable, Mapping

from streams.errors import SourceError
from streams.sources import m365_detections, m365_dlp, m365_files, m365_forwarding, m365_labels, m365_mail, m365_rules
from streams.sources.fields import plain_name
from streams.sources.m365_record import FEED, AuditRecord, unwrapped
from streams.sources.outcome import Discard, Parsed, Row

__all__ = ["FEED", "fits", "parse"]

_Handler = Callable[[AuditRecord], Parsed]

_HANDLERS: Mapping[str, _Handler] = {
    **dict.fromkeys(m365_mail.OPERATIONS, m365_mail.parse),
    **dict.fromkeys(m365_files.ACTIONS, m365_files.parse),
    **dict.fromkeys(m365_labels.OPERATIONS, m365_labels.parse),
    **dict.fromkeys(m365_dlp.OPERATIONS, m365_dlp.parse),
    **dict.fromkeys(m365_detections.OPERATIONS, m365_detections.parse),
    **dict.fromkeys(m365_forwarding.OPERATIONS, m365_forwarding.parse),
    **dict.fromkeys(m365_rules.OPERATIONS, m365_rules.parse),
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
