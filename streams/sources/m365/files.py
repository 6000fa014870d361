"""SharePoint, OneDrive and endpoint audit records: what somebody did to a file."""

import re
from collections.abc import Mapping

from schemas.records import FileAction, FileEvent
from streams.errors import SourceError
from streams.sources.cells.attachments import sha256
from streams.sources.cells.fields import Fields
from streams.sources.cells.paths import last_part
from streams.sources.m365.record import FEED, AuditRecord
from streams.sources.outcome import Discard, Parsed

ACTIONS: Mapping[str, FileAction] = {
    "fileaccessed": "open",
    "fileaccessedextended": "open",
    "fileviewed": "open",
    "filefetched": "open",
    "filepreviewed": "open",
    "filecheckedout": "open",
    "fileread": "open",
    "fileaccessedbyunallowedapp": "open",
    "filedownloaded": "download",
    "filesyncdownloadedfull": "download",
    "filesyncdownloadedpartial": "download",
    "filecopied": "copy",
    "filecopiedtoremovablemedia": "copy",
    "filecreatedonremovablemedia": "copy",
    "filecopiedtonetworkshare": "copy",
    "filecreatedonnetworkshare": "copy",
    "filecopiedtoclipboard": "copy",
    "filecopiedtoremotedesktopsession": "copy",
    "filetransferredbybluetooth": "copy",
    "fileuploaded": "upload",
    "filesyncuploadedfull": "upload",
    "filesyncuploadedpartial": "upload",
    "fileuploadedtocloud": "upload",
    "filecreated": "modify",
    "filemodified": "modify",
    "filemodifiedextended": "modify",
    "filemoved": "modify",
    "filerenamed": "modify",
    "filerestored": "modify",
    "filecheckedin": "modify",
    "filedeleted": "delete",
    "filerecycled": "delete",
    "filedeletedfirststagerecyclebin": "delete",
    "filedeletedsecondstagerecyclebin": "delete",
    "sharingset": "share",
    "sharinginvitationcreated": "share",
    "sharedlinkcreated": "share",
    "accessinvitationcreated": "share",
    "anonymouslinkcreated": "share",
    "anonymouslinkupdated": "share",
    "companylinkcreated": "share",
    "securelinkcreated": "share",
    "securelinkupdated": "share",
    "addedtosecurelink": "share",
    "fileprinted": "print",
}

_NOT_ABOUT_FILES = {"web", "site", "tenant", "documentlibrary", "list", "page", "invalid", "7", "6", "8", "9", "11"}
_LABEL_FIELDS = ("SensitivityLabelId", "DestinationLabel", "SourceLabel")
_NOBODY = re.compile(r"urn:spo:(?:anon|guest)#.*|anonymous", re.IGNORECASE)
_SYSTEM = re.compile(r"(?:app@sharepoint|sharepoint\\system|nt authority\\.*|nt service\\.*|.*@sharepoint|system account)", re.IGNORECASE)


def parse(record: AuditRecord) -> Parsed:
    """Return what was done to the file, or why it is not about a person and a file."""
    fields = record.fields
    if record.failed:
        return Discard("failed")
    if (fields.text("ItemType") or "").lower() in _NOT_ABOUT_FILES:
        return Discard("not-a-file")
    if record.user is None or _SYSTEM.fullmatch(record.user):
        return Discard("system-account")
    if _NOBODY.fullmatch(record.user):
        return Discard("anonymous-user")
    return [file_event(record, ACTIONS[record.operation])]


def file_event(record: AuditRecord, action: FileAction, label: str | None = None) -> FileEvent:
    """Return the event of one record about one file. Raises SourceError where it names no file or nobody."""
    fields = record.fields
    path = fields.text("ObjectId", "OfficeObjectId", "FilePathUrl") or _joined(fields)
    if path is None:
        raise SourceError("missing-field", "no ObjectId or SiteUrl says which file")
    if record.user is None:
        raise SourceError("missing-field", "no UserId says who")
    return FileEvent(
        feed=FEED,
        record_id=record.record_id,
        occurred_at=record.occurred_at,
        account=record.user,
        path=path,
        name=fields.text("SourceFileName") or last_part(path),
        action=action,
        sha256=sha256(fields.text("Sha256", "FileHash")),
        size=fields.number("FileSizeBytes", "FileSize", "SizeInBytes"),
        label=label or fields.object("SensitivityLabelEventData").text("SensitivityLabelId") or fields.text(*_LABEL_FIELDS),
    )


def _joined(fields: Fields) -> str | None:
    name = fields.text("SourceFileName")
    parts = [part.strip("/") for part in (fields.text("SiteUrl"), fields.text("SourceRelativeUrl"), name) if part is not None]
    return "/".join(parts) if name is not None else None
