"""The event as PowerShell and the Event Viewer write it: fields by place (``Properties``), or only the English message text."""

import re
from collections.abc import Mapping
from typing import Final

from streams.sources.cells.fields import Fields, as_list, as_object, as_text, plain_name

_SUBJECT: Final = ("SubjectUserSid", "SubjectUserName", "SubjectDomainName", "SubjectLogonId")
_SHARE: Final = ("ObjectType", "IpAddress", "IpPort", "ShareName", "ShareLocalPath")
_PLACES: Final[Mapping[str, tuple[str, ...]]] = {
    "4663": (
        *_SUBJECT,
        *(
            "ObjectServer",
            "ObjectType",
            "ObjectName",
            "HandleId",
            "AccessList",
            "AccessMask",
            "ProcessId",
            "ProcessName",
            "ResourceAttributes",
        ),
    ),
    "5140": (*_SUBJECT, *_SHARE, "AccessMask", "AccessList"),
    "5145": (*_SUBJECT, *_SHARE, "RelativeTargetName", "AccessMask", "AccessList", "AccessReason"),
}
"""In which order the vendor's templates of these events name their data."""

_NAMES: Final[Mapping[str, str]] = {
    "securityid": "SubjectUserSid",
    "accountname": "SubjectUserName",
    "accountdomain": "SubjectDomainName",
    "objecttype": "ObjectType",
    "objectname": "ObjectName",
    "resourceattributes": "ResourceAttributes",
    "accesses": "AccessList",
    "accessmask": "AccessMask",
    "sharename": "ShareName",
    "relativetargetname": "RelativeTargetName",
}
_LINE = re.compile(r"\s*(?P<name>[A-Z][A-Za-z ]{2,40}):(?:\s+(?P<value>.*))?")


def data_of(code: str, row: Fields) -> dict[str, object]:
    """Return the data of event ``code`` by name: from ``Properties`` where its values are there, else from ``Message``."""
    values = [_value(item) for item in as_list(row.raw("Properties"))]
    names = _PLACES.get(code, ())
    if names and len(values) >= len(names) - 1 and values[1] is not None:
        return {name: value for name, value in zip(names, values, strict=False) if value is not None}
    return _told(row.text("Message") or "")


def _value(item: object) -> str | None:
    held = as_object(item)
    return None if held is None else as_text(held.get("Value"))


def _told(message: str) -> dict[str, object]:
    """Return what the message says; of a name that comes twice, the first; the lines of ``Accesses`` joined."""
    found: dict[str, object] = {}
    last = ""
    for line in message.splitlines():
        match = _LINE.fullmatch(line)
        if match is not None:
            last = _NAMES.get(plain_name(match["name"]), "")
            value = (match["value"] or "").strip()
            if last and value:
                found.setdefault(last, value)
        elif last == "AccessList" and line.strip():
            found[last] = f"{found.get(last, '')} {line.strip()}"
    return found
