"""Data loss prevention: a rule matched a mail (sender, recipients, subject and sensitive information types in one record)."""

from collections.abc import Iterator

from schemas.records import Attachment, MailEvent, Millis
from streams.errors import SourceError
from streams.sources.cells.addresses import address, addresses
from streams.sources.cells.attachments import attachments
from streams.sources.cells.fields import Fields, as_list, as_text, plain_name
from streams.sources.m365 import files
from streams.sources.m365.record import FEED, AuditRecord
from streams.sources.outcome import Discard, Parsed

OPERATIONS = frozenset({"dlprulematch", "dlpruleundo", "dlpinfo"})

_DAY = 24 * 3600 * 1000
_NOT_FILES = {"message body", "body", "subject", "message subject", "message header", "header", "title", "content"}


def parse(record: AuditRecord) -> Parsed:
    """Return the mail that matched; for an endpoint, what was done to the file. Elsewhere nobody is said to have done anything."""
    if record.operation != "dlprulematch":
        return Discard("dlp-undone")
    mail = record.fields.object("ExchangeMetaData")
    if mail.text("From") is not None or mail.text("MessageID") is not None:
        return [_mail(record, mail)]
    action = files.ACTIONS.get((record.fields.object("EndpointMetaData").text("EndpointOperation") or "").lower())
    if action is not None and record.user is not None and record.fields.text("ObjectId", "OfficeObjectId") is not None:
        return [files.file_event(record, action)]
    return Discard("dlp-not-mail")


def _mail(record: AuditRecord, mail: Fields) -> MailEvent:
    sender = address(mail.raw("From"))
    if sender is None:
        raise SourceError("missing-field", "ExchangeMetaData has no From")
    recipients = (recipient for name in ("To", "CC", "BCC", "Recipients") for recipient in addresses(mail.raw(name)))
    matched = list(_sensitive_information(record.fields))
    return MailEvent(
        feed=FEED,
        record_id=record.record_id,
        message_id=mail.text("MessageID", "InternetMessageId"),
        occurred_at=_sent(record, mail),
        sender=sender,
        account=record.user if record.user is not None and "@" in record.user else None,
        recipients=tuple(dict.fromkeys(recipients)),
        subject=mail.text("Subject"),
        attachments=_attachments(mail, matched),
        labels=tuple(dict.fromkeys(_labels(record.fields))),
        dlp_types=tuple(dict.fromkeys(_types(matched))),
        size=mail.number("FileSize", "Size"),
    )


def _sent(record: AuditRecord, mail: Fields) -> Millis:
    """Return when the mail was sent; when the match was logged, if that lies far off (the date in a mail's header is anybody's)."""
    logged = record.occurred_at
    try:
        sent = mail.instant("Sent")
    except SourceError:
        return logged
    return sent if abs(sent - logged) <= _DAY else logged


def _sensitive_information(fields: Fields) -> Iterator[Fields]:
    for conditions in _conditions(fields):
        yield from conditions.objects("SensitiveInformation")
    yield from fields.object("EndpointMetaData").objects("SensitiveInformation")


def _conditions(fields: Fields) -> Iterator[Fields]:
    for policy in fields.objects("PolicyDetails"):
        for rule in policy.objects("Rules"):
            yield rule.object("ConditionsMatched")


def _types(matched: list[Fields]) -> Iterator[str]:
    """Yield each sensitive information type under both of its names, for reference data may use either."""
    for found in matched:
        for name in ("SensitiveInformationTypeName", "SensitiveType"):
            text = found.text(name)
            if text is not None:
                yield text


def _attachments(mail: Fields, matched: list[Fields]) -> tuple[Attachment, ...]:
    told = attachments(mail.raw("AttachmentDetails", "AttachmentData", "Attachments"))
    names = {attachment.name for attachment in told}
    places = dict.fromkeys(place for found in matched if (place := found.text("Location")) is not None)
    # The name of the file in which the match lies; a rule may match a mail in many places.
    return told + tuple(Attachment(name=place) for place in places if place.lower() not in _NOT_FILES and place not in names)


def _labels(fields: Fields) -> Iterator[str]:
    for conditions in _conditions(fields):
        for condition in conditions.objects("OtherConditions"):
            if "label" in plain_name(condition.text("Name") or ""):
                for value in as_list(condition.raw("Value")):
                    yield from (part.strip() for part in (as_text(value) or "").split(",") if part.strip())
