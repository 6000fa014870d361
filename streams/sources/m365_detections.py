"""Mail that Microsoft Defender or Communication compliance detected: sender, recipients and hashed attachments in one record."""

from schemas.records import Direction, MailEvent
from streams.errors import SourceError
from streams.sources.address_fields import address, addresses
from streams.sources.attachment_fields import attachments
from streams.sources.fields import Fields
from streams.sources.m365_record import FEED, AuditRecord
from streams.sources.outcome import Discard, Parsed

OPERATIONS = frozenset({"timaildata", "supervisoryreviewolaudit"})

_DIRECTIONS: dict[str, Direction] = {
    "inbound": "inbound",
    "incoming": "inbound",
    "1": "inbound",
    "outbound": "outbound",
    "originating": "outbound",
    "2": "outbound",
    "intra-org": "internal",
    "intraorg": "internal",
    "internal": "internal",
}


def parse(record: AuditRecord) -> Parsed:
    """Return the mail that the detection is about."""
    mail = record.fields if record.operation == "timaildata" else record.fields.object("ExchangeDetails")
    if mail.raw("P2Sender", "P1Sender", "From") is None:
        return Discard("null-sender")
    sender = address(mail.raw("P2Sender")) or address(mail.raw("P1Sender")) or address(mail.raw("From"))
    if sender is None:
        return Discard("null-sender")
    return [
        MailEvent(
            feed=FEED,
            record_id=record.record_id,
            message_id=mail.text("InternetMessageId"),
            occurred_at=_instant(record, mail),
            direction=direction(mail.text("Directionality")),
            sender=sender,
            recipients=addresses(mail.raw("Recipients")),
            subject=mail.text("Subject"),
            attachments=attachments(mail.raw("AttachmentData")),
        )
    ]


def direction(told: str | None) -> Direction:
    """Return the direction that a Microsoft feed tells; ``unknown`` where it tells none."""
    return _DIRECTIONS.get((told or "").strip().lower(), "unknown")


def _instant(record: AuditRecord, mail: Fields) -> int:
    try:
        return mail.instant("MessageTime")
    except SourceError:
        return record.occurred_at
