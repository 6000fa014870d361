"""Exchange Online message trace: Get-MessageTrace and Get-MessageTraceV2, Microsoft Graph, the portal's downloaded reports.

One row a recipient (the portal's reports may join them), in the extended report one for each step. There is no attachment; the audit log
has those. Times are UTC.
"""

from pathlib import Path

from schemas.identity import fingerprint
from schemas.records import MailEvent
from streams.sources.cells.addresses import address, addresses
from streams.sources.cells.agent_notes import labels, sensitive_types
from streams.sources.cells.directions import direction
from streams.sources.cells.fields import Fields, plain_name
from streams.sources.cells.instants import DateOrder
from streams.sources.cells.local_times import order_of
from streams.sources.cells.system_mailboxes import is_system_mailbox
from streams.sources.outcome import Discard, Parse, Parsed, Row

FEED = "m365-message-trace"

_INSTANTS = (
    "Received",
    "receivedDateTime",
    "origin_timestamp_utc",
    "origin_timestamp",
    "date_time_utc",
    "date_time",
    "ReceivedUtc",
    "DateUtc",
    "Date (UTC)",
    "Date",
    "Timestamp",
)
_SENDERS = ("SenderAddress", "sender_address", "Sender", "From")
_RECIPIENTS = ("RecipientAddress", "recipient_address", "Recipient", "Recipients", "recipient_status", "To")
_IDS = ("MessageTraceId", "network_message_id", "NetworkMessageId", "MessageTraceID", "id")
_MESSAGE_IDS = ("MessageId", "message_id", "InternetMessageId", "Message ID")
_ON_PREMISES = {"event-id", "eventid", "event id"}  # the portal's extended report writes event_id


def parse(row: Row, order: DateOrder = "by-clock") -> Parsed:
    """Return the mail to the row's recipient (or recipients). Raises SourceError."""
    fields = Fields(row)
    if fields.text(*_SENDERS) is None and any(name in fields for name in _SENDERS):
        return Discard("null-sender")
    sender = address(fields.needed(*_SENDERS))
    if sender is None:
        return Discard("null-sender")  # a report of the mail system itself
    if is_system_mailbox(sender):
        return Discard("system-account")
    occurred_at = fields.instant(*_INSTANTS, order=order)
    recipients = addresses(fields.raw(*_RECIPIENTS))
    message_id = fields.text(*_MESSAGE_IDS)
    notes = fields.raw("custom_data")
    kinds, marked = sensitive_types(notes), labels(notes)
    return [
        MailEvent(
            feed=FEED,
            record_id=_record_id(fields.text(*_IDS), recipients, message_id or "", sender, str(occurred_at)) + _noted(kinds + marked),
            message_id=message_id,
            occurred_at=occurred_at,
            direction=direction(fields.text("Directionality", "Direction")),
            sender=sender,
            recipients=recipients,
            subject=fields.text("Subject", "message_subject", "MessageSubject"),
            labels=marked,
            dlp_types=kinds,
            size=fields.number("Size", "total_bytes", "MessageSize"),
        )
    ]


def parse_for(path: Path) -> Parse:
    """Return the parser that fits this file: where dates are written like 03/04/2023, the whole file says in which order.

    The first date that can be read in one way only decides; where there is none, AM and PM tell the American order.
    """
    order = order_of(path, FEED, fits, lambda row: Fields(row).raw(*_INSTANTS))
    return lambda row: parse(row, order)


def fits(row: Row) -> bool:
    """Whether the row looks like a row of a message trace, and not of the tracking log of an own server, which has its columns."""
    if any(key.strip().lower() in _ON_PREMISES for key in row):
        return False
    names = {plain_name(key) for key in row}
    return all(names & {plain_name(name) for name in some} for some in (_INSTANTS, _SENDERS, _RECIPIENTS, (*_IDS, *_MESSAGE_IDS)))


def _record_id(trace: str | None, recipients: tuple[str, ...], *others: str) -> str:
    """Return the trace's id with the recipient: the same mail has a row for each."""
    of = trace.lower() if trace is not None else "content:" + fingerprint(*others)
    if len(recipients) == 1:
        return f"{of}:{recipients[0].lower()}"
    return f"{of}:{fingerprint(*sorted(recipient.lower() for recipient in recipients))}"


def _noted(found: tuple[str, ...]) -> str:
    """Return what sets a step that tells labels and sensitive types apart from the other steps of the same mail to the same recipient."""
    return ":" + fingerprint(*sorted(found)) if found else ""
