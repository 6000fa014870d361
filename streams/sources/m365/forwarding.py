"""Exchange cmdlets that send mail on: inbox rules, a mailbox's forwarding, transport and journal rules.

Each parameter that names a target becomes one setting; an empty one ends that forwarding, and so does removing or disabling the rule.
"""

import re
from collections.abc import Iterator, Mapping

from schemas.records import SettingAction, SettingEvent
from streams.errors import SourceError
from streams.sources.cells.addresses import address, addresses
from streams.sources.cells.fields import Fields, as_list, as_object, as_text, plain_name
from streams.sources.m365.record import FEED, AuditRecord
from streams.sources.outcome import Discard, Event, Parsed

_WRITES = {
    "new-inboxrule",
    "set-inboxrule",
    "set-mailbox",
    "new-transportrule",
    "set-transportrule",
    "new-journalrule",
    "set-journalrule",
}
_REMOVALS = {
    "remove-inboxrule": "InboxRule",
    "disable-inboxrule": "InboxRule",
    "remove-transportrule": "TransportRule",
    "disable-transportrule": "TransportRule",
    "remove-journalrule": "JournalRule",
    "disable-journalrule": "JournalRule",
}
_ENABLES = {"enable-inboxrule", "enable-transportrule", "enable-journalrule"}
OPERATIONS = frozenset(_WRITES | _REMOVALS.keys() | _ENABLES)

TARGETS = (
    "ForwardTo",
    "RedirectTo",
    "ForwardAsAttachmentTo",
    "ForwardingSmtpAddress",
    "ForwardingAddress",
    "BlindCopyTo",
    "CopyTo",
    "AddToRecipients",
    "RedirectMessageTo",
    "ModerateMessageByUser",
    "GenerateIncidentReport",
    "JournalEmailAddress",
)
_BY_NAME = {plain_name(name): name for name in TARGETS}
_CMDLET_PARAMETER = re.compile(r'-(\w{1,80})(?::\s*+|\s++)("(?:[^"]|"")*+"|\([^()]*+\)|[^\s"-][^\s"]*+)')


def parse(record: AuditRecord) -> Parsed:
    """Return one event for each way out that was set or ended, or why there is none."""
    if record.failed:
        return Discard("failed")
    if record.operation in _ENABLES:
        return Discard("rule-targets-not-told")
    parameters = _parameters(record.fields)
    if record.operation in _REMOVALS:
        return settings(record, _mailbox(record, parameters), [(_REMOVALS[record.operation], (), "removed")])
    found: list[tuple[str, tuple[str, ...], SettingAction]] = []
    off = _switched_off(dict(parameters))
    for name, value in parameters:
        if name in _BY_NAME:
            targets = addresses(value)
            found.append((_BY_NAME[name], () if off else targets, "set" if targets and not off else "removed"))
    return settings(record, _mailbox(record, parameters), found) if found else Discard("sends-nothing")


def _switched_off(parameters: Mapping[str, object]) -> bool:
    """Whether the same command says that the rule does nothing: it is disabled, or only tested."""
    enabled, mode = (as_text(parameters.get(name)) or "" for name in ("enabled", "mode"))
    return enabled.lower() in {"false", "$false", "0"} or mode.lower() in {"audit", "auditandnotify"}


def settings(record: AuditRecord, mailbox: str | None, found: list[tuple[str, tuple[str, ...], SettingAction]]) -> list[Event]:
    """Return the events of one record; where there are several, each has an id of its own. Raises SourceError."""
    account = record.user or mailbox
    if account is None:
        raise SourceError("missing-field", "no UserId says who")
    merged: dict[str, tuple[tuple[str, ...], SettingAction]] = {}
    for setting, targets, action in found:
        before = merged.get(setting, ((), action))[0]
        both = tuple(dict.fromkeys(before + targets))
        merged[setting] = (both, "set" if both else action)
    return [
        SettingEvent(
            feed=FEED,
            record_id=record.record_id if len(merged) == 1 else f"{record.record_id}#{setting}",
            occurred_at=record.occurred_at,
            account=account,
            mailbox=mailbox,
            setting=setting,
            targets=targets,
            action=action,
        )
        for setting, (targets, action) in merged.items()
    ]


def _parameters(fields: Fields) -> list[tuple[str, object]]:
    """Return the cmdlet's parameters by plain name: a list of name and value, one object, or the command line as text."""
    found = list(_pairs(fields.raw("Parameters", "NonPIIParameters"), "Value"))
    if not any(name in _BY_NAME for name, _ in found):
        found += _pairs(fields.raw("ModifiedProperties"), "NewValue")
    return found


def _pairs(value: object, key: str) -> Iterator[tuple[str, object]]:
    if isinstance(value, str) and value.lstrip().startswith("-"):
        for match in _CMDLET_PARAMETER.finditer(value):
            yield plain_name(match[1]), match[2].strip('"()').replace('","', ";").replace('""', '"')
        return
    named = as_object(value)
    if named is not None:
        yield from ((plain_name(str(name)), held) for name, held in named.items())
        return
    for item in as_list(value):
        pair = as_object(item)
        if pair is not None:
            fields = Fields(pair)
            yield plain_name(fields.text("Name") or ""), fields.raw(key, "Value")


def _mailbox(record: AuditRecord, parameters: list[tuple[str, object]]) -> str | None:
    """Return whose mail the setting sends on, as far as it is told; a transport rule is nobody's."""
    if "transportrule" in record.operation or "journalrule" in record.operation:
        return None
    by_name = dict(parameters)
    for value in (by_name.get("mailbox"), record.fields.text("MailboxOwnerUPN")):
        if (named := _owner(as_text(value), rule=False)) is not None:
            return named
    for value in (by_name.get("identity"), record.fields.text("ObjectId", "OfficeObjectId")):
        if (named := _owner(as_text(value), rule="inboxrule" in record.operation)) is not None:
            return named
    return record.user if record.user is not None and "@" in record.user and "inboxrule" in record.operation else None


def _owner(text: str | None, *, rule: bool) -> str | None:
    r"""Return the mailbox in ``mailbox\rule``, ``tenant\mailbox\rule`` or a directory path; a rule's own name or number is none."""
    if text is None:
        return None
    *before, last = text.split("\\")
    parts = before if rule else [*before, last]
    for part in parts:
        name = part.rsplit("/", 1)[-1].strip()
        if "@" in name:
            return address(name)
        if name and ("/" in part or not rule):
            return name
    return None
