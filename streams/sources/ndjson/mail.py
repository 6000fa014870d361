"""Our own mail format: one JSON object a line with the public field names of MailEvent; for feeds that have no parser of their own."""

from schemas.records import Direction, MailEvent
from streams.sources.ndjson import public_fields as public
from streams.sources.outcome import Parsed, Row

FEED = "mail-ndjson"


def parse(row: Row) -> Parsed:
    """Return the mail. Unknown fields are ignored. Raises SourceError that names the field."""
    return [
        MailEvent(
            feed=public.text(row, "feed") or FEED,
            record_id=public.record_id(row),
            message_id=public.text(row, "message_id"),
            occurred_at=public.instant(row, "occurred_at"),
            direction=public.word(row, "direction", Direction, "unknown"),
            sender=public.needed(row, "sender"),
            account=public.text(row, "account"),
            recipients=public.texts(row, "recipients"),
            subject=public.text(row, "subject"),
            attachments=public.attachments(row, "attachments"),
            labels=public.texts(row, "labels"),
            dlp_types=public.texts(row, "dlp_types"),
            size=public.number(row, "size"),
        )
    ]


def fits(row: Row) -> bool:
    """Whether the row looks like one of ours about a mail."""
    return "occurred_at" in row and "sender" in row
