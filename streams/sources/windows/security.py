"""Windows security log: 4663 (an object was accessed) and 5145 (a file of a share was asked for).

One opening of a file writes many of these events: each is a fact. Source of the fields: the vendor's pages on both events.
"""

import re
from collections.abc import Callable, Mapping
from pathlib import Path

from schemas.records import FileEvent
from streams.errors import SourceError
from streams.sources.cells.fields import Fields
from streams.sources.cells.local_times import LocalTimes, order_of, zone_of
from streams.sources.cells.paths import is_furniture, last_part
from streams.sources.outcome import Discard, Parse, Parsed, Row
from streams.sources.windows.access_rights import action_of, listed, mask_of
from streams.sources.windows.event import FEED, WindowsEvent, unwrapped

__all__ = ["FEED", "fits", "parse"]

_OBJECT, _SHARE, _SHARED_FILE = "4663", "5140", "5145"
_STREAM = re.compile(r".*[^\\/:]:(?P<stream>[^\\/:]+)(?::\$\w+)?", re.DOTALL)
_DEVICE = re.compile(r"\\Device\\(?:Mup|LanmanRedirector)(?:\\;[^\\]*)*\\", re.IGNORECASE)
_PIPES = re.compile(r"(?:\\\\[^\\]*\\)?(?:IPC\$|PRINT\$)", re.IGNORECASE)
_ATTRIBUTE = re.compile(r'\("(?P<name>[^"]{1,200})",(?P<type>T\w),[^,()]{1,20},(?P<value>"[^"]{0,400}"|[^()"]{1,400})\)')
_MARKING_NAME = re.compile(r"mark|classif|label|sensitiv|protect|gsc", re.IGNORECASE)
_USUAL = ("confidentiality_ms", "impact_ms", "personallyidentifiableinformation_ms")


def parse(row: Row, times: LocalTimes = LocalTimes()) -> Parsed:  # noqa: B008  # it is immutable
    """Return what was done to the file, or why it is not about a person and a file's content. Raises SourceError."""
    event = WindowsEvent(row, times)
    why = _discarded(event)
    if why is not None:
        return Discard(why)
    path = _object_path(event.data) if event.code == _OBJECT else _shared_path(event)
    if path is None:
        return Discard("not-a-file")
    action = action_of(_rights(event.data))
    if action is None or _other_stream(path) or is_furniture(last_part(path)):
        return Discard("no-content")
    return [
        FileEvent(
            feed=FEED,
            record_id=event.record_id,
            occurred_at=event.occurred_at,
            account=event.account,
            path=path,
            name=last_part(path),
            action=action,
            label=_label(event.data.text("ResourceAttributes")),
        )
    ]


def configured(options: Mapping[str, str]) -> Callable[[Path], Parse]:
    """Return the parser of a file under ``zone=…``, the order of day and month told by the file. Raises UsageError."""
    zone = zone_of(FEED, options)

    def parse_for(path: Path) -> Parse:
        times = LocalTimes(zone, order_of(path, FEED, fits, lambda row: Fields(row).raw("TimeCreated", "Date and Time", "EventTime")))
        return lambda row: parse(row, times)

    return parse_for


def _discarded(event: WindowsEvent) -> str | None:
    """Return why the event cannot mean anything, whatever the file. Raises SourceError."""
    if event.code not in (_OBJECT, _SHARE, _SHARED_FILE) or not event.is_audit:
        return "not-watched"
    if event.code == _SHARE:
        return "share-session"
    if event.failed:
        return "failed"
    if (event.data.text("ObjectType") or "File").lower() != "file":
        return "not-a-file"
    return "system-account" if event.by_the_system else None


def fits(row: Row) -> bool:
    """Whether the row looks like an event of a Windows log."""
    try:
        event = WindowsEvent(row)
    except SourceError:
        return "xml" in row
    system, data = unwrapped(row)
    names = {*Fields(system).names(), *Fields(data).names()}
    return event.code.isdecimal() and bool(
        names & {"subjectusername", "provider", "providername", "channel", "eventrecordid", "recordnumber"}
    )


def _rights(data: Fields) -> int:
    """Return the access rights: the list's where it has codes that are known, else the mask's. Raises SourceError."""
    rights = listed(data.text("AccessList", "Accesses", "AccessListDescription"))
    mask = data.text("AccessMask")
    for found in (rights, mask_of(mask), listed(mask)):
        if found is not None:
            return found
    raise SourceError("missing-field", "no AccessMask or AccessList says what was done")


def _object_path(data: Fields) -> str | None:
    name = data.needed("ObjectName")
    path = _DEVICE.sub(r"\\\\", name.removeprefix("\\??\\").removesuffix("::$DATA"), count=1)
    return None if path.endswith("\\") or path == "-" else path


def _shared_path(event: WindowsEvent) -> str | None:
    r"""Return ``\\computer\share\file``: the share is logged as ``\\*\share``."""
    share = event.data.needed("ShareName").rstrip("\\")
    target = (event.data.text("RelativeTargetName") or "").strip("\\")
    if not target or target == "-" or _PIPES.fullmatch(share):
        return None
    if share.startswith("\\\\*\\") and event.computer is not None:
        share = f"\\\\{event.computer}\\{share[4:]}"
    return f"{share}\\{target}"


def _other_stream(path: str) -> bool:
    """Whether it is a stream beside the content, ``report.docx:Zone.Identifier``."""
    match = _STREAM.fullmatch(path)
    return match is not None


def _label(attributes: str | None) -> str | None:
    """Return what file classification says: the value of a marking that is text, else ``Confidentiality_MS=3000``."""
    found = [(match["name"], match["value"].strip('"')) for match in _ATTRIBUTE.finditer(attributes or "") if match["value"].strip('"')]
    for name, value in found:
        if _MARKING_NAME.search(name) and not value.isdecimal():
            return value
    for usual in _USUAL:
        for name, value in found:
            if name.lower() == usual:
                return f"{name}={value}"
    return f"{found[0][0]}={found[0][1]}" if found else None
