"""Mails themselves: RFC 5322 messages with MIME parts, as a Maildir, an mbox, ``.eml`` files or an Exchange journal mailbox holds them.

What no log has: the hash of each attachment. What only headers say (sender, Date) is what the sending program wrote; see the page.
"""

import hashlib
import re
from collections.abc import Iterator

from msgspec import structs

from schemas.records import Attachment, MailEvent, Millis
from streams.errors import SourceError
from streams.sources.cells.directions import direction
from streams.sources.mails.headers import instant, mailboxes, plain
from streams.sources.mails.journal import Journal, journal
from streams.sources.mails.labels import labels
from streams.sources.mails.parts import Mail, attachments, field, parameter, parse_mail, raw_fields
from streams.sources.outcome import Discard, Event, Parsed, Row

FEED = "maildir"

_TO = ("to", "cc", "bcc", "apparently-to")
_DELIVERED = ("delivered-to", "x-original-to", "envelope-to", "x-envelope-to")
_RESENT_TO = ("resent-to", "resent-cc", "resent-bcc")
_IS_A_MAIL = frozenset({"from", "sender", "to", "cc", "bcc", "date", "subject", "message-id", "received", "return-path", "resent-from"})
_REPORTS = {"delivery-status", "disposition-notification"}
_KEYS = frozenset({"message", "from_line", "size", "cut", "taken"})
_MOST_RESENT = 20
_JAVA_MAIL = re.compile(r"<?-?\d{1,20}\.(?:\d{1,20}\.)?(?P<millis>\d{12,13})\.JavaMail\.")
_DAY = 24 * 3_600_000
_MARKER = re.compile(r"[0-9a-f]{64}:\d{1,15}")


def parse(row: Row) -> Parsed:
    """Return the mail, and one event more for each time that it was sent on by hand (Resent fields). Raises SourceError."""
    data = _bytes(row.get("message"))
    mail = parse_mail(data)
    if not any(name.lower() in _IS_A_MAIL for name in mail.keys()):  # noqa: SIM118  # a Message without keys() gives no names
        raise SourceError("not-a-mail", "none of the fields of a mail")
    taken = _taken(row.get("taken"))
    size, cut = row.get("size"), row.get("cut") is True
    whole = size if isinstance(size, int) and not isinstance(size, bool) and 0 <= size < 2**63 else len(data)
    record_id = f"sha256:{hashlib.sha256(data).hexdigest()}" + (f"+{whole}" if cut else "")
    report = journal(mail)
    if report is not None:
        return [_but_last(_journaled(report, mail, record_id, taken), cut=cut)]
    if mail.get_content_type() == "multipart/report" and parameter(mail, "content-type", "report-type") in _REPORTS:
        return Discard("delivery-report")
    at, sender = _from_line(row.get("from_line"))
    event = _but_last(_event(mail, record_id, _date(mail) or at, sender, taken), cut=cut)
    return [structs.replace(event, size=whole), *_resent(mail, event)]


def fits(row: Row) -> bool:
    """Whether the row is a mail as the reader hands it on."""
    return "message" in row and row.keys() <= _KEYS


def _event(mail: Mail, record_id: str, at: Millis | None, envelope: str | None, taken: frozenset[str]) -> MailEvent:
    authors = mailboxes(raw_fields(mail, "from"))
    submitter = next(iter(mailboxes(raw_fields(mail, "sender"))), None)
    path = next(iter(mailboxes(raw_fields(mail, "return-path"))), None)
    sender = next((one for one in (*authors, submitter, path, envelope) if one), None)
    if sender is None:
        raise SourceError("missing-field", "no From, Sender or Return-Path with an address")
    if at is None:
        raise SourceError("no-instant", "no Date or Received that can be read")
    return MailEvent(
        feed=FEED,
        record_id=record_id,
        message_id=_own_id(field(mail, "message-id"), at),
        occurred_at=at,
        direction=direction(field(mail, "x-ms-exchange-organization-messagedirectionality")),
        sender=sender,
        account=_bare(submitter) if submitter is not None and _bare(submitter) != _bare(sender) else None,
        recipients=mailboxes((*raw_fields(mail, *_TO), *raw_fields(mail, *_DELIVERED))),
        subject=field(mail, "subject"),
        attachments=attachments(mail, taken),
        labels=labels(lambda name: field(mail, name)),
    )


def _journaled(report: Journal, mail: Mail, record_id: str, taken: frozenset[str]) -> MailEvent:
    """Return the mail that a journal report speaks of: the envelope by the report, the content by the original."""
    original = report.original
    held = mail if original is None else original
    sender = report.on_behalf_of or report.sender or next(iter(mailboxes(raw_fields(held, "from"))), None)
    at = _date(held) or _date(mail)
    if sender is None:
        raise SourceError("missing-field", "no Sender in the journal report")
    if at is None:
        raise SourceError("no-instant", "neither the journal report nor the mail in it has a Date that can be read")
    from_headers = () if original is None else tuple(raw_fields(original, *_TO))
    return MailEvent(
        feed=FEED,
        record_id=record_id,
        message_id=report.message_id or field(held, "message-id"),
        occurred_at=at,
        direction=direction(field(held, "x-ms-exchange-organization-messagedirectionality")),
        sender=sender,
        account=_bare(report.sender) if report.sender is not None and report.on_behalf_of is not None else None,
        recipients=mailboxes((*report.recipients, *from_headers)),
        subject=(None if original is None else field(original, "subject")) or report.subject or field(mail, "subject"),
        attachments=() if original is None else attachments(original, taken),
        labels=labels(lambda name: field(held, name)),
    )


def _resent(mail: Mail, event: MailEvent) -> Iterator[Event]:
    """Yield what each block of Resent fields says: somebody sent this mail on, as it was."""
    for number, block in enumerate(_blocks(mail)[:_MOST_RESENT]):
        authors = mailboxes(block.get("resent-from", []))
        submitter = next(iter(mailboxes(block.get("resent-sender", []))), None)
        sender = next((one for one in (*authors, submitter) if one), None)
        at = next((at for raw in block.get("resent-date", []) if (at := instant(raw)) is not None), event.occurred_at)
        if sender is None:
            continue
        yield MailEvent(
            feed=FEED,
            record_id=f"{event.record_id}#resent-{number}",
            message_id=next((told for raw in block.get("resent-message-id", []) if (told := plain(raw))), None),
            occurred_at=at,
            sender=sender,
            account=_bare(submitter) if submitter is not None and _bare(submitter) != _bare(sender) else None,
            recipients=mailboxes(raw for name in _RESENT_TO for raw in block.get(name, [])),
            subject=event.subject,
            attachments=event.attachments,
            labels=event.labels,
        )


def _blocks(mail: Mail) -> list[dict[str, list[str]]]:
    """Return the Resent fields, a new block where a name comes again or other fields lie between; the latest is the first."""
    blocks: list[dict[str, list[str]]] = []
    apart = True
    for raw_name, value in mail.raw_items():
        name = raw_name.lower()
        if not name.startswith("resent-"):
            apart = True
            continue
        if apart or name in blocks[-1]:
            blocks.append({})
        apart = False
        blocks[-1].setdefault(name, []).append(str(value))
    return blocks


def _date(mail: Mail) -> Millis | None:
    """Return when the mail was sent: its Date, else when the first server took it."""
    dated = next((at for raw in raw_fields(mail, "date") if (at := instant(raw)) is not None), None)
    if dated is not None:
        return dated
    received = [at for raw in raw_fields(mail, "received") if (at := instant(raw.rpartition(";")[2])) is not None]
    return received[-1] if received else None


def _own_id(message_id: str | None, at: Millis) -> str | None:
    """Return the Message-ID; one that JavaMail made later than the mail was sent is the archive's, another in each folder, and is none."""
    made = _JAVA_MAIL.match(message_id or "")
    return None if made is not None and int(made["millis"]) - at > _DAY else message_id


def _from_line(value: object) -> tuple[Millis | None, str | None]:
    """Return instant and sender of the line that parts the mails of an mbox (``From a@x.example Mon Mar  4 09:15:31 2024``)."""
    if not isinstance(value, str):
        return None, None
    sender, _, date = value.removeprefix("From ").strip().partition(" ")
    return instant(date), next(iter(mailboxes([sender])), None)


def _but_last(event: MailEvent, *, cut: bool) -> MailEvent:
    """Return the event without size and hash of its last attachment where the mail was cut: nobody knows how that one goes on."""
    if not cut or not event.attachments:
        return event
    return structs.replace(event, attachments=(*event.attachments[:-1], Attachment(name=event.attachments[-1].name)))


def _bare(mailbox: str) -> str:
    return mailbox[mailbox.rfind("<") + 1 :].rstrip(">").lower()


def _taken(value: object) -> frozenset[str]:
    return (
        frozenset(item for item in value if isinstance(item, str) and _MARKER.fullmatch(item)) if isinstance(value, list) else frozenset()
    )


def _bytes(value: object) -> bytes:
    if isinstance(value, bytes):
        return value
    if not isinstance(value, str):
        raise SourceError("missing-field", "no message")
    try:
        return value.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return value.encode("utf-8", "replace")
