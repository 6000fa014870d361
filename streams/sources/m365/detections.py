"""Mail that Microsoft Defender or Communication compliance detected: sender, recipients and hashed attachments in one record."""

from schemas.records import MailEvent
from streams.errors import SourceError
from streams.sources.cells.addresses import address, addresses
from streams.sources.cells.attachments import attachments
from streams.sources.cells.directions import direction
from streams.sources.cells.fields import Fields
from streams.sources.m365.record import FEED, AuditRecord
from streams.sources.outcome import Discard, Parsed

OPERATIONS = frozenset({"timaildata", "supervisoryreviewolaudit"})


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


def _instant(record: AuditRecord, mail: Fields) -> int:
    try:
        return mail.instant("MessageTime")
    except SourceError:
        return record.occurred_at
