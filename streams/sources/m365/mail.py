"""Exchange mailbox audit records: mail that was sent, by the owner of the mailbox or by somebody for them.

A ``Send`` has subject, Message-ID and attachments; recipients only where the newer ``RecipientList`` is logged (the message trace has
them).
"""

from schemas.records import MailEvent
from streams.errors import SourceError
from streams.sources.cells.addresses import address, addresses
from streams.sources.cells.attachments import attachments
from streams.sources.cells.fields import Fields
from streams.sources.m365.record import FEED, AuditRecord
from streams.sources.outcome import Discard, Parsed

_SENT = {"send", "sendas", "sendonbehalf"}
_STORED = {"create", "update"}
_READ = {"mailitemsaccessed", "messagebind", "folderbind", "attachmentaccess"}
OPERATIONS = frozenset(_SENT | _STORED | _READ)

_SENT_FOLDERS = ("\\sent items", "\\sent")
_PEOPLE = (None, "0", "2", "owner", "delegated")


def parse(record: AuditRecord) -> Parsed:
    """Return the mail that left, or why this is none."""
    if record.failed:
        return Discard("failed")
    if record.operation in _READ:
        return Discard("mailbox-access")
    item = record.fields.object("Item")
    if record.operation in _STORED and not _sent_copy(record, item):
        return Discard("draft")
    return [_mail(record, item)]


def _sent_copy(record: AuditRecord, item: Fields) -> bool:
    """Whether a person's client put a message among the sent ones: where Send itself is not audited, all that tells of it."""
    logon = record.fields.text("LogonType")
    folder = item.object("ParentFolder").text("Path") or record.fields.object("Folder").text("Path") or ""
    return (
        record.operation == "create"
        and folder.lower() in _SENT_FOLDERS
        and item.text("InternetMessageId") is not None
        and (logon.lower() if logon else None) in _PEOPLE
    )


def _mail(record: AuditRecord, item: Fields) -> MailEvent:
    fields = record.fields
    owner = address(fields.text("MailboxOwnerUPN"))
    spoken_for = address(fields.text("SendAsUserSmtp", "SendOnBehalfOfUserSmtp"))
    sender = spoken_for or owner or record.user
    if sender is None:
        raise SourceError("missing-field", "neither MailboxOwnerUPN nor UserId says who sent")
    return MailEvent(
        feed=FEED,
        record_id=record.record_id,
        message_id=item.text("InternetMessageId") or fields.text("InternetMessageId"),
        occurred_at=record.occurred_at,
        sender=sender,
        account=record.user,
        recipients=addresses(fields.raw("RecipientList", "Recipients")),
        subject=item.text("Subject") or fields.text("Subject"),
        attachments=attachments(item.raw("Attachments")),
        labels=tuple(label for label in (item.text("SensitivityLabelId", "SensitivityLabel"), fields.text("SensitivityLabelId")) if label),
        size=item.number("SizeInBytes"),
    )
