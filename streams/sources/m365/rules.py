"""``UpdateInboxRules``: an inbox rule written by Outlook or a mail API, told as operation properties, in the several forms of the years."""

import re
from collections.abc import Iterator, Mapping

from schemas.records import SettingAction
from streams.errors import SourceError
from streams.sources.cells.addresses import address, addresses, addresses_within
from streams.sources.cells.fields import Fields, plain_name
from streams.sources.m365.forwarding import settings
from streams.sources.m365.record import AuditRecord
from streams.sources.outcome import Discard, Parsed
from streams.sources.shapes.json_text import decode_json

OPERATIONS = frozenset({"updateinboxrules"})

_SENDS_ON = re.compile(r"forward|redirect|delegate", re.IGNORECASE)
_NOT_DONE = {"rulename", "rulecondition", "ruleconditions", "ruleid", "ruleprovider", "rulestate", "ruleoperation"}
"""What is no action: a name or a condition may hold any word and any address."""

_MAX_DEPTH = 20


def parse(record: AuditRecord) -> Parsed:
    """Return the ways out that the rule opens, or closes; or why it is none."""
    if record.failed:
        return Discard("failed")
    pairs = record.fields.objects("OperationProperties", "Parameters")
    properties = [(plain_name(pair.text("Name") or ""), pair.raw("Value")) for pair in pairs]
    by_name = dict(properties)
    owner = address(record.fields.text("MailboxOwnerUPN"))
    operation = plain_name(str(by_name.get("ruleoperation") or ""))
    if "delete" in operation or "remove" in operation or plain_name(str(by_name.get("rulestate") or "")) == "disabled":
        return settings(record, owner, [("InboxRule", (), "removed")])
    done = [(name, value) for name, value in properties if ("action" in name or "rule" in name) and name not in _NOT_DONE]
    told = [_decoded(value) for name, value in done if value and ("action" in name or not isinstance(_decoded(value), str))]
    found = [one for _, value in done for one in _sending(_decoded(value))]
    if found:
        return settings(record, owner, found)
    return Discard("sends-nothing" if told else "rule-targets-not-told")


def _decoded(value: object) -> object:
    if isinstance(value, str) and value.lstrip()[:1] in ("{", "["):
        try:
            return decode_json(value.encode())
        except SourceError:
            return value
    return value


def _sending(value: object, depth: int = 0) -> Iterator[tuple[str, tuple[str, ...], SettingAction]]:
    """Yield each action that sends mail on, however deep it is nested; free text is searched for addresses."""
    if isinstance(value, str):
        if _SENDS_ON.search(value) and (targets := addresses_within(value)):
            yield _setting(value, ""), targets, "set"
    elif isinstance(value, list) and depth < _MAX_DEPTH:
        for item in value:
            yield from _sending(item, depth + 1)
    elif isinstance(value, Mapping) and depth < _MAX_DEPTH:
        yield from _of_object(value, depth)


def _of_object(value: Mapping[str, object], depth: int) -> Iterator[tuple[str, tuple[str, ...], SettingAction]]:
    """Yield what an action does, or what lies in an object that is none; a rule that is switched off does nothing."""
    fields = Fields(value)
    kind = fields.text("ActionType", "Type", "Action")
    if fields.raw("IsEnabled") is False:
        return
    if kind is None:
        for item in value.values():
            if isinstance(item, Mapping | list):
                yield from _sending(item, depth + 1)
    elif _SENDS_ON.search(kind):
        recipients = fields.raw("Recipients", "Addresses", "To")
        targets = addresses_within(recipients if recipients is not None else value) or addresses(recipients)
        yield _setting(kind, fields.text("ForwardFlags", "Flags") or ""), targets, "set"


def _setting(kind: str, flags: str) -> str:
    """Return the name that the cmdlets give to this kind of action."""
    told = plain_name(f"{kind} {flags}")
    if "redirect" in told or "delegate" in told or "donotmunge" in told:
        return "RedirectTo"
    return "ForwardAsAttachmentTo" if "asattachment" in told else "ForwardTo"
