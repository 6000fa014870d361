"""Sensitivity labels: on a file (Office, SharePoint, Azure Information Protection), and on a mail in transport (MIPLabel)."""

from collections.abc import Mapping

from schemas.records import FileAction, MailEvent
from streams.errors import SourceError
from streams.sources.cells.addresses import address, addresses
from streams.sources.m365 import files
from streams.sources.m365.record import FEED, AuditRecord
from streams.sources.outcome import Discard, Parsed

_FILE_ACTIONS: Mapping[str, FileAction] = {
    "access": "open",
    "sensitivitylabeledfileopened": "open",
    "sensitivitylabelpolicymatched": "open",
    "sensitivitylabelapplied": "modify",
    "sensitivitylabelupdated": "modify",
    "sensitivitylabelchanged": "modify",
    "sensitivitylabelremoved": "modify",
    "sensitivitylabeledfilerenamed": "modify",
    "filesensitivitylabelapplied": "modify",
    "filesensitivitylabelchanged": "modify",
    "filesensitivitylabelremoved": "modify",
}
_MAIL = {"miplabel"}
OPERATIONS = frozenset(_FILE_ACTIONS.keys() | _MAIL)


def parse(record: AuditRecord) -> Parsed:
    """Return the labelled mail, or what was done to the labelled file."""
    if record.operation in _MAIL:
        return [_labelled_mail(record)]
    if record.operation == "access" and record.workload != "aip":
        return Discard("not-watched")
    if record.user is None:
        return Discard("system-account")
    if record.fields.text("ObjectId", "OfficeObjectId", "SourceFileName") is None:
        return Discard("not-a-file")
    data = record.fields.object("SensitivityLabelEventData")
    # A label that was taken off still says what the document was.
    label = data.text("SensitivityLabelId", "OldSensitivityLabelId") or record.fields.text("DestinationLabel", "SourceLabel")
    return [files.file_event(record, _FILE_ACTIONS[record.operation], label)]


def _labelled_mail(record: AuditRecord) -> MailEvent:
    fields = record.fields
    sender = address(fields.raw("Sender")) or record.user
    if sender is None:
        raise SourceError("missing-field", "no Sender")
    message_id = fields.text("InternetMessageId", "MessageId") or _message_id(fields.text("ObjectId", "OfficeObjectId"))
    return MailEvent(
        feed=FEED,
        record_id=record.record_id,
        message_id=message_id,
        occurred_at=record.occurred_at,
        sender=sender,
        recipients=addresses(fields.raw("Receivers", "Recipients")),
        subject=fields.text("ItemName", "Subject"),
        labels=tuple(label for label in (fields.text("LabelId"), fields.text("LabelName")) if label is not None),
    )


def _message_id(object_id: str | None) -> str | None:
    return object_id if object_id is not None and object_id.startswith("<") and "@" in object_id else None
