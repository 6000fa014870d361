"""The CSVs of Google's admin console: Gmail log events, Drive log events, Email Log Search. One row an event and recipient."""

from schemas.identity import fingerprint
from schemas.records import Attachment, MailEvent
from streams.errors import SourceError
from streams.sources.cells.addresses import address, addresses
from streams.sources.cells.attachments import sha256
from streams.sources.cells.fields import Fields, plain_name
from streams.sources.cells.local_times import LocalTimes
from streams.sources.google.drive import file_event
from streams.sources.google.gmail import direction, message_id
from streams.sources.google.record import FEED, console_instant
from streams.sources.outcome import Discard, Parsed

_NAMES = {
    "send": "1",
    "messagesent": "1",
    "sent": "1",
    "receive": "2",
    "received": "2",
    "messagereceived": "2",
    "autoforward": "11",
    "autoforwarded": "11",
}
_READ = {"view", "open", "messageopen", "linkclick", "attachmentlinkclick", "attachmentdownload", "messagedownload", "markunread"}
_HEADER = ("From (Header address)", "From (Envelope)", "To (Envelope)", "Traffic source")
_SEARCH = ("Event target", "Event status", "Event date")
_ITEM = ("Document ID", "Item Id", "Prior visibility", "Item name")


def is_gmail(fields: Fields) -> bool:
    """Whether the row is of Gmail log events."""
    return "Message ID" in fields and "Event" in fields and any(name in fields for name in _HEADER)


def is_search(fields: Fields) -> bool:
    """Whether the row is of Email Log Search."""
    return "Message ID" in fields and "Start date" in fields and any(name in fields for name in _SEARCH)


def is_drive(fields: Fields) -> bool:
    """Whether the row is of Drive log events."""
    return "Date" in fields and any(name in fields for name in ("Event", "Event name")) and any(name in fields for name in _ITEM)


def gmail(fields: Fields, times: LocalTimes) -> Parsed:
    """Return the mail to the row's recipients, or why it is none. Raises SourceError."""
    name = plain_name(fields.needed("Event"))
    kind = _NAMES.get(name)
    if kind is None:
        return Discard("mailbox-access" if name in _READ else "not-watched")
    owner = address(fields.text("Owner"))
    recipients = addresses(fields.raw("To (Envelope)", "To"))
    header = address(_told(fields.text("From (Header address)")))
    sender = address(_told(fields.text("From (Envelope)"))) or header or (owner if kind == "1" else None)
    delegate = address(_told(fields.text("Delegate")))
    message = message_id(_told(fields.text("Message ID")))
    if kind == "11":
        recipients = tuple(one for one in recipients if owner is None or one.lower() != owner.lower())
        if owner is None or not recipients:
            return Discard("recipients-not-told")
        sender, message = owner, None
    if sender is None:
        return Discard("null-sender")
    at = console_instant(fields, times, "Date")
    subject = _told(fields.text("Subject"))
    also = (fields.text(column) for column in ("Delegate", "Attachment name", "Attachment hash", "Label title"))
    return [
        MailEvent(
            feed=FEED,
            record_id=_content(name, str(at), fields.text("Message ID"), fields.text("Owner"), sender, subject, *sorted(recipients), *also),
            message_id=message,
            occurred_at=at,
            direction=direction(kind, fields.text("Traffic source")),
            sender=sender,
            account=None if kind == "2" else delegate or owner,
            recipients=recipients,
            subject=subject,
            attachments=_attachments(fields),
            labels=tuple(label for label in (fields.text("Label title", "Classification label"),) if label is not None),
            size=fields.number("Message size", "Size"),
        )
    ]


def search(fields: Fields, times: LocalTimes) -> Parsed:
    """Return the mail to the row's recipient; a row for each stage of delivery is the same fact again. Raises SourceError."""
    named = addresses(_told(fields.text("Sender")))
    if not named:
        return Discard("null-sender")
    recipients = addresses(_told(fields.text("Recipient address", "Recipient")))
    at = console_instant(fields, times, "Start date")
    delegate = address(_told(fields.text("Delegate"))) or next(iter(named[1:]), None)
    subject = _told(fields.text("Subject"))
    return [
        MailEvent(
            feed=FEED,
            record_id=_content("search", str(at), fields.text("Message ID"), named[0], subject, *sorted(recipients)),
            message_id=message_id(_told(fields.text("Message ID"))),
            occurred_at=at,
            sender=named[0],
            account=delegate,
            recipients=recipients,
            subject=subject,
            size=fields.number("Message size"),
        )
    ]


def drive(fields: Fields, times: LocalTimes) -> Parsed:
    """Return what was done to the file. Raises SourceError."""
    name = fields.needed("Event", "Event name")
    actor = fields.text("Actor", "User")
    at = console_instant(fields, times, "Date")
    item = fields.text("Document ID", "Item Id")
    target = fields.text("Target", "Recipients")
    return file_event(name, fields, actor, _content("drive", name, str(at), item, fields.text("Title", "Item name"), actor, target), at)


def _attachments(fields: Fields) -> tuple[Attachment, ...]:
    """Return the attachments: names and hashes stand in one cell each, the same number of both or only one of them."""
    names = _several(fields.text("Attachment name"))
    hashes = [sha256(text) for text in _several(fields.text("Attachment hash"))]
    if not names:
        return tuple(Attachment(name="unnamed", sha256=digest) for digest in hashes if digest is not None)
    if len(names) != len(hashes):
        hashes = [hashes[0] if len(names) == 1 and hashes else None] * len(names)
    return tuple(Attachment(name=name, sha256=digest) for name, digest in zip(names, hashes, strict=True))


def _several(text: str | None) -> list[str]:
    """Return the items of a cell; between items stand ``;``, a line end, or a comma and a blank after an extension."""
    told = _told(text)
    if told is None:
        return []
    parts = [part for line in told.splitlines() for part in line.split(";")]
    return [piece.strip() for part in parts for piece in _at_extensions(part) if piece.strip()]


def _at_extensions(text: str) -> list[str]:
    found: list[str] = []
    for piece in text.split(", "):
        if found and "." not in found[-1][-6:] and len(found[-1]) != 64:
            found[-1] = f"{found[-1]}, {piece}"
        else:
            found.append(piece)
    return found


def _told(text: str | None) -> str | None:
    return None if text is None or text.upper() in ("N/A", "-", "NULL", "NONE") else text


def _content(*parts: str | None) -> str:
    return "content:" + fingerprint(*(part or "" for part in parts))


def parse_row(fields: Fields, times: LocalTimes) -> Parsed:
    """Return what a row of any of the three means. Raises SourceError."""
    if is_gmail(fields):
        return gmail(fields, times)
    if is_search(fields):
        return search(fields, times)
    if is_drive(fields):
        return drive(fields, times)
    raise SourceError("missing-field", "neither Gmail log events, Drive log events nor Email Log Search has these columns")
