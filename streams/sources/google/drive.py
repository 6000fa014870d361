"""Drive log events: what somebody did to a file; and the mailbox setting that sends mail out of the domain."""

from collections.abc import Mapping

from schemas.records import FileAction, FileEvent, Millis, SettingEvent
from streams.errors import SourceError
from streams.sources.cells.addresses import address, addresses
from streams.sources.cells.fields import Fields, plain_name
from streams.sources.google.record import FEED, texts
from streams.sources.outcome import Discard, Parsed

_NAMED: Mapping[str, FileAction] = {
    "view": "open",
    "preview": "open",
    "download": "download",
    "download_forms_response": "download",
    "copy": "copy",
    "source_copy": "copy",
    "upload": "upload",
    "create": "modify",
    "edit": "modify",
    "rename": "modify",
    "move": "modify",
    "untrash": "modify",
    "trash": "delete",
    "delete": "delete",
    "print": "print",
    "email_as_attachment": "share",
    "change_user_access": "share",
    "change_acl_editors": "share",
    "change_document_visibility": "share",
    "change_document_access_scope": "share",
    "change_owner": "share",
    "publish_change": "share",
    # What the console's CSV calls them.
    "User sharing permissions change": "share",
    "Link sharing visibility change": "share",
    "Link sharing access type change": "share",
    "Owner changed": "share",
    "Change owner": "share",
    "Remove from trash": "modify",
}
ACTIONS: Mapping[str, FileAction] = {plain_name(name): action for name, action in _NAMED.items()}
_GRANTS = {name for name, action in ACTIONS.items() if action == "share"} - {"emailasattachment", "changeowner", "ownerchanged"}
FORWARDING = "email_forwarding_out_of_domain"

_FOLDERS = {"folder", "shared_drive", "shareddrive", "team_drive"}
_CLOSED = {"none", "private", "removed", "revoked"}
_PATH = "https://drive.google.com/file/d/"


def file_event(event: str, values: Fields, actor: str | None, record_id: str, at: Millis) -> Parsed:
    """Return what was done to the file, or why it is not about a person and a file. Raises SourceError."""
    action = ACTIONS.get(plain_name(event))
    if action is None:
        return Discard("not-watched")
    if (values.text("doc_type", "Document type", "Item type") or "").lower().replace(" ", "_") in _FOLDERS and action != "share":
        return Discard("not-a-file")
    if plain_name(event) in _GRANTS and _taken_back(values):
        return Discard("access-removed")
    account = address(actor)
    if account is None or "@" not in account:
        return Discard("anonymous-user")
    document = values.text("doc_id", "Document ID", "Item Id", "Item ID")
    name = values.text("doc_title", "Title", "Document title", "Item name")
    if document is None and name is None:
        raise SourceError("missing-field", "no doc_id or doc_title says which file")
    return [
        FileEvent(
            feed=FEED,
            record_id=record_id,
            occurred_at=at,
            account=account,
            path=_PATH + (document or name or ""),
            name=name or document or "",
            action=action,
            label=next(iter(texts(values.raw("label_title", "Label title", "Labels"))), None),
        )
    ]


def _taken_back(values: Fields) -> bool:
    """Whether the change only takes access away: new value none, or visibility private."""
    new = [text.lower() for text in texts(values.raw("new_value", "visibility_new_value", "New value"))]
    if new:
        return all(text in _CLOSED for text in new)
    return (values.text("visibility", "Visibility") or "").lower() in _CLOSED and values.raw("target_user", "target", "Target") is None


def forwarding(values: Fields, actor: str | None, record_id: str, at: Millis) -> Parsed:
    """Return the setting that sends a mailbox's mail out of the domain. Raises SourceError."""
    account = address(actor)
    if account is None:
        raise SourceError("missing-field", "no actor says whose mailbox")
    targets = addresses(values.raw("email_forwarding_destination_address"))
    return [
        SettingEvent(
            feed=FEED,
            record_id=record_id,
            occurred_at=at,
            account=account,
            mailbox=account,
            setting=FORWARDING,
            targets=targets,
            action="set" if targets else "removed",
        )
    ]
