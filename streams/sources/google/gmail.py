"""Gmail log events: a message was sent, received or sent on by a forwarding setting.

The fields are the same from the Reports API and from BigQuery.
"""

from collections.abc import Iterator, Mapping

from schemas.records import Attachment, Direction, MailEvent, Millis
from streams.sources.cells.addresses import address, addresses
from streams.sources.cells.attachments import sha256
from streams.sources.cells.fields import Fields, as_list, as_object
from streams.sources.google.record import FEED, micros, texts
from streams.sources.outcome import Discard, Parsed

_SENT = {"1", "35"}
_RECEIVED = {"2"}
_FORWARDED = {"11"}
_READ = {"7", "8", "15", "16", "17", "18", "19", "31", "32", "33"}
_ACTIONS_WITHOUT_TYPE = {"3", "10"}
_NO_ID = "smtpin_added_"


def mail(values: Mapping[str, object], actor: str | None, record_id: str, at: Millis | None) -> Parsed:
    """Return the mail of one event, or why it is none; ``at`` is when the entry says it was. Raises SourceError."""
    event, message = Fields(values).object("event_info"), Fields(values).object("message_info")
    kind = event.text("mail_event_type")
    if kind in _READ:
        return Discard("mailbox-access")
    if kind is None and message.text("action_type") not in _ACTIONS_WITHOUT_TYPE:
        return Discard("delivery-stage")
    if kind is not None and kind not in _SENT | _RECEIVED | _FORWARDED:
        return Discard("delivery-stage" if kind == "0" else "not-watched")
    source = message.object("source")
    recipients = _recipients(message)
    sender = address(source.raw("address")) or address(source.raw("from_header_address"))
    acting = event.object("client_context").object("session_context").text("delegate_user_email")
    if kind in _FORWARDED:
        return _forwarded(message, actor, recipients, record_id, _instant(event, at))
    if kind in _SENT:
        sender = sender or address(actor)
        acting = acting or actor
    if sender is None:
        return Discard("null-sender")
    return [
        MailEvent(
            feed=FEED,
            record_id=record_id,
            message_id=message_id(message.text("rfc2822_message_id")),
            occurred_at=_instant(event, at),
            direction=direction(kind, message.object("connection_info").raw("is_internal")),
            sender=sender,
            account=acting if kind in _SENT else None,
            recipients=recipients,
            subject=message.text("subject"),
            attachments=tuple(_attachments(message.raw("attachment"))),
            labels=_labels(message),
            dlp_types=_dlp_types(message.raw("triggered_rule_info")),
            size=message.number("payload_size"),
        )
    ]


def message_id(text: str | None) -> str | None:
    """Return the Message-ID; what Gmail writes where a message had none is none."""
    return None if text is None or text.strip("<").lower().startswith(_NO_ID) or text == "N/A" else text


def direction(kind: str | None, internal: object) -> Direction:
    """Return the way it went: only where Gmail says that the other side is outside; all else the addresses tell."""
    outside = internal is False or str(internal).lower() in ("false", "external")
    if not outside:
        return "unknown"
    return "outbound" if kind in _SENT else "inbound" if kind in _RECEIVED else "unknown"


def _forwarded(message: Fields, owner: str | None, recipients: tuple[str, ...], record_id: str, at: Millis) -> Parsed:
    """Return what a forwarding setting sent on: a mail of the mailbox's owner, apart from the one that came in."""
    targets = tuple(one for one in recipients if owner is None or one.lower() != owner.lower())
    if owner is None or not targets:
        return Discard("recipients-not-told")
    return [
        MailEvent(
            feed=FEED,
            record_id=record_id,
            occurred_at=at,
            sender=owner,
            account=owner,
            recipients=targets,
            subject=message.text("subject"),
            attachments=tuple(_attachments(message.raw("attachment"))),
            labels=_labels(message),
            dlp_types=_dlp_types(message.raw("triggered_rule_info")),
            size=message.number("payload_size"),
        )
    ]


def _instant(event: Fields, at: Millis | None) -> Millis:
    found = micros(event.raw("timestamp_usec"))
    return found if found is not None else at if at is not None else event.instant("time")


def _recipients(message: Fields) -> tuple[str, ...]:
    """Return the addresses of ``destination``, else those of ``flattened_destinations`` (``service:selector:address,…``)."""
    found = [one.raw("address") for one in message.objects("destination")]
    listed = addresses([value for value in found if value is not None])
    if listed:
        return listed
    flat = (part.rpartition(":")[2] for text in texts(message.raw("flattened_destinations")) for part in text.split(","))
    return addresses([part for part in flat if "@" in part])


def _attachments(value: object) -> Iterator[Attachment]:
    for item in as_list(value):
        held = as_object(item)
        if held is not None:
            fields = Fields(held)
            name, digest = fields.text("file_name", "name"), sha256(fields.text("sha256"))
            if name is not None or digest is not None:
                yield Attachment(name=name or "unnamed", size=fields.number("size", "file_size"), sha256=digest)


def _labels(message: Fields) -> tuple[str, ...]:
    return texts(message.raw("classification_label", "label_title", "label_name"))


def _dlp_types(rules: object) -> tuple[str, ...]:
    """Return the detectors of the content rules that fired."""
    found: list[str] = []
    for rule in as_list(rules):
        for match in Fields(as_object(rule) or {}).objects("string_match"):
            found += texts(match.raw("predefined_detector_name"))
    return tuple(dict.fromkeys(found))
