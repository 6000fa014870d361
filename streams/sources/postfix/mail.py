"""Postfix: one message as its log lines tell it. A raw record is a message in the queue, put together by ``postfix_reader``.

The envelope is all there is (sender, recipients, size, Message-ID, who logged in); subject and attachment names only where
``header_checks`` log them. A line about no message is a record of its own and a discard.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import unquote_to_bytes

from schemas.records import Attachment, MailEvent, Millis
from streams.errors import SourceError
from streams.sources.cells.whole_numbers import whole_number
from streams.sources.mails.headers import decoded, mailboxes
from streams.sources.mails.labels import labels
from streams.sources.outcome import Discard, Parsed, Row
from streams.sources.shapes.json_text import decode_text

FEED = "postfix"

_FROM = re.compile(r"from=<(?P<sender>.*?)>(?=,|\s|$)(?:, size=(?P<size>\d+))?", re.DOTALL)
_TO = re.compile(r"to=<(?P<to>.*?)>, (?:orig_to=<(?P<orig>.*?)>, )?(?:relay|delay|status)=", re.DOTALL)
_STATUS = re.compile(r", status=(?P<status>[a-z-]+)")
_CLIENT = re.compile(r"client=")
_USERNAME = re.compile(r", sasl_username=(?P<name>.*?)(?=, sasl_sender=|, orig_queue_id=|, orig_client=|$)", re.DOTALL)
_MESSAGE_ID = re.compile(r"(?P<resent>resent-)?message-id=(?P<id>.*)", re.DOTALL)
_CHECK = re.compile(r"(?P<action>[a-z]+): (?:[a-z-]+ )?header (?P<name>[!-9;-~]+): ?(?P<value>.*)", re.DOTALL)
_CLIENT_AFTER = re.compile(r" from (?:local|\S+?\[[^\]\s]*\](?::\d+)?); (?:from=<(?P<sender>.*?)>(?=[ :]|$))?", re.DOTALL)
_LAST_TO = re.compile(r" to=<(?P<to>[^<>]*)>")
_REFUSALS = ("reject:", "discard:", "milter-reject:", "milter-discard:")
_FILENAME = re.compile(r"(?:file)?name\*?(?:\d\*?)?\s*=\s*(?:\"(?P<quoted>[^\"]*+)\"|(?P<bare>[^\s;\"]++))", re.IGNORECASE)
_EXTENDED = re.compile(r"(?P<charset>[A-Za-z0-9_-]*)'[^']*'(?P<data>.*)", re.DOTALL)
_LATEST = 7_258_118_399_999  # the end of 2199
_PROBES = {"deliverable", "undeliverable"}


@dataclass(slots=True)
class _Told:
    """What the lines say, each thing from the first line that says it."""

    sender: str | None = None
    said_before: str | None = None
    size: int | None = None
    account: str | None = None
    message_id: str | None = None
    resent_id: str | None = None
    subject: str | None = None
    recipients: dict[str, str] = field(default_factory=dict)
    checked: dict[str, str] = field(default_factory=dict)
    attachments: dict[str, None] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    statuses: set[str] = field(default_factory=set)
    refused: bool = False


def parse(row: Row) -> Parsed:
    """Return the message. Raises SourceError."""
    lines = list(_lines(row))
    if row.get("queue_id") is None:
        return Discard("no-message")
    told = _Told()
    for process, text in lines:
        _read(told, process, text)
    sender = told.sender if told.sender is not None else told.said_before
    discard = _discard(told, sender)
    if discard is not None or sender is None:
        return discard or Discard("never-queued")
    host, instance, queue_id = (_word(row, name) for name in ("host", "instance", "queue_id"))
    first, piece = _number(row, "first"), _number(row, "piece")
    return [
        MailEvent(
            feed=FEED,
            record_id=f"{host}:{instance}:{queue_id}@{first}" + (f"#{piece}" if piece else ""),
            message_id=told.resent_id or told.message_id,
            occurred_at=first,
            sender=sender,
            account=told.account,
            recipients=tuple((told.recipients | {key: told.checked[key] for key in told.checked if key not in told.recipients}).values()),
            subject=told.subject,
            attachments=tuple(Attachment(name=name) for name in told.attachments),
            labels=labels(told.headers.get),
            size=told.size,
        )
    ]


def fits(row: Row) -> bool:
    """Whether the row is a message as the reader puts it together."""
    return "queue_id" in row and "lines" in row


def _discard(told: _Told, sender: str | None) -> Discard | None:
    if told.statuses and told.statuses <= _PROBES:
        return Discard("address-probe")
    if sender is None:
        return Discard("sender-not-in-log" if told.recipients else "refused" if told.refused else "never-queued")
    if told.sender is None and told.refused and not told.recipients:
        return Discard("refused")
    return Discard("null-sender") if not sender.strip() else None


def _read(told: _Told, process: str, text: str) -> None:
    if (match := _TO.match(text)) is not None:
        status = _STATUS.search(text, match.end("to"))
        told.statuses.add("" if status is None else status["status"])
        for address in (match["to"], match["orig"]):
            if address and (address is match["to"] or "@" in address):
                told.recipients.setdefault(address.lower(), address)
    elif (match := _FROM.match(text)) is not None:
        told.sender = match["sender"] if told.sender is None else told.sender
        told.size = whole_number(match["size"]) if told.size is None else told.size
    elif _CLIENT.match(text) is not None:
        user = _USERNAME.search(text)
        told.account = told.account or (None if user is None else user["name"].strip() or None)
    elif (match := _MESSAGE_ID.match(text)) is not None:
        name = match["id"].strip()
        if match["resent"]:
            told.resent_id = told.resent_id or _filled(name)
        else:
            told.message_id = told.message_id or _filled(name)
    elif text.startswith(_REFUSALS):
        told.refused = True
        _envelope(told, text)
    elif process == "cleanup" and (match := _CHECK.match(text)) is not None:
        _check(told, match["name"].lower(), match["value"])


def _envelope(told: _Told, text: str) -> None:
    match = _CLIENT_AFTER.search(text)
    if match is not None and match["sender"] is not None and told.said_before is None:
        told.said_before = match["sender"]


def _check(told: _Told, name: str, value: str) -> None:
    """Take what ``header_checks`` logged: the field, the client, the envelope."""
    ends = list(_CLIENT_AFTER.finditer(value))
    content = value[: ends[-1].start()] if ends else value
    if ends:
        told.said_before = ends[-1]["sender"] if told.said_before is None else told.said_before
        recipient = _LAST_TO.search(value, ends[-1].end())
        if recipient is not None and "@" in recipient["to"]:
            told.checked.setdefault(recipient["to"].lower(), recipient["to"])
    if name == "subject":
        told.subject = told.subject or decoded(content.strip()) or None
    elif name in {"to", "cc", "bcc", "resent-to", "resent-cc", "resent-bcc"}:
        for mailbox in mailboxes([content]):
            told.checked.setdefault(mailbox[mailbox.rfind("<") + 1 :].rstrip(">").lower(), mailbox)
    elif name in {"content-disposition", "content-type"}:
        for found in _FILENAME.finditer(content):
            told.attachments.setdefault(_name(found["quoted"] or found["bare"] or ""))
        told.attachments.pop("", None)
    else:
        told.headers.setdefault(name, decoded(content.strip()))


def _name(text: str) -> str:
    extended = _EXTENDED.fullmatch(text)
    if extended is None:
        return decoded(text).strip()
    data = unquote_to_bytes(extended["data"])
    try:
        return data.decode(extended["charset"] or "utf-8").strip()
    except (LookupError, ValueError):
        return decode_text(data).strip()


def _filled(message_id: str) -> str | None:
    return None if message_id in {"", "<>"} else message_id


def _lines(row: Row) -> Iterator[tuple[str, str]]:
    lines = row.get("lines")
    if not isinstance(lines, list) or not lines:
        raise SourceError("missing-field", "no lines")
    for line in lines:
        if not isinstance(line, Mapping) or not isinstance(line.get("text"), str):
            raise SourceError("wrong-type", "a line must be an object with a text")
        yield str(line.get("process") or ""), line["text"]


def _word(row: Row, name: str) -> str:
    value = row.get(name)
    if not isinstance(value, str):
        raise SourceError("wrong-type", f"{name} must be a string, not {type(value).__name__}")
    return value


def _number(row: Row, name: str) -> Millis:
    value = row.get(name, 0)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= _LATEST:
        raise SourceError("wrong-type", f"{name} must be a number of milliseconds, not {value!r:.40}")
    return value
