"""One event of a Windows security log, whichever tool wrote it.

XML, Get-WinEvent, Event Viewer, EvtxECmd, evtx_dump, Winlogbeat, NXLog, Wazuh, Splunk, or a SIEM's flat table.
"""

import re
from collections.abc import Mapping

from schemas.identity import fingerprint
from schemas.records import Millis
from streams.errors import SourceError
from streams.sources.cells.fields import Fields, as_list, as_object, as_text
from streams.sources.cells.instants import read_instant
from streams.sources.cells.local_times import LocalTimes
from streams.sources.outcome import Row
from streams.sources.shapes.event_xml_rows import XML
from streams.sources.windows.message import data_of
from streams.sources.windows.xml import read_event

FEED = "windows-security"

_EVENT_IDS = ("EventID", "event_id", "EventCode", "event_identifier", "code")
_INSTANTS = ("SystemTime", "TimeCreated", "@timestamp", "UtcTime", "EventTime", "TimeGenerated", "TimeGenerated [UTC]", "created")
_RECORD_IDS = ("EventRecordID", "record_id", "RecordNumber", "record_number", "EventRecordNumber")
_COMPUTERS = ("Computer", "computer_name", "MachineName", "Hostname", "HostName")
_MACHINE_SIDS = re.compile(r"S-1-5-(?:7|18|19|20|90|96)(?:-[\d-]{1,80})?|S-1-0-0", re.IGNORECASE)
_MACHINE_DOMAINS = {"nt authority", "nt service", "window manager", "font driver host", "iis apppool", "nt virtual machine"}
_MACHINE_NAMES = {"SYSTEM", "LOCAL SERVICE", "NETWORK SERVICE", "ANONYMOUS LOGON"}
_NUMBER = re.compile(r"0x[0-9a-f]{1,16}|-?[1-9]\d{0,19}")
_XML_TEXTS = (XML, "_raw")
_FAILURE = 0x10_0000_0000_0000


class WindowsEvent:
    """The fields of one event: ``system`` says when and where, ``data`` what."""

    __slots__ = ("_times", "code", "data", "system")

    def __init__(self, row: Row, times: LocalTimes = LocalTimes()) -> None:  # noqa: B008  # it is immutable
        """Unwrap the row; ``times`` says how times without an offset are meant. Raises SourceError ``bad-xml`` or ``missing-field``."""
        system, data = unwrapped(row)
        self._times = times
        self.system = Fields(system)
        self.data = Fields(data)
        self.code = self.system.needed(*_EVENT_IDS).removesuffix(".0")

    @property
    def occurred_at(self) -> Millis:
        """The instant, with its offset. Raises SourceError ``no-offset`` for a local time: the tool was not told to write UTC."""
        if "MapDescription" in self.system or "PayloadData1" in self.system:  # EvtxECmd writes UTC and no zone
            return read_instant(self.system.raw(*_INSTANTS))
        utc = self.system.raw("TimeGenerated [UTC]")
        return self._times.instant(self.system.raw(*_INSTANTS)) if utc is None else read_instant(utc)

    @property
    def computer(self) -> str | None:
        """The machine whose log it is."""
        return self.system.text(*_COMPUTERS)

    @property
    def record_id(self) -> str:
        """Computer, record number and instant (numbers begin anew when a log is cleared); a fingerprint where there is no number."""
        number = self.system.text(*_RECORD_IDS)
        if number is not None:
            return f"{(self.computer or '').lower()}:{number}:{self.occurred_at}"
        content = (f"{name}={self.data.raw(name)!r}" for name in sorted(self.data.names()))
        return "content:" + fingerprint(self.code, str(self.occurred_at), self.computer or "", *content)

    @property
    def is_audit(self) -> bool:
        """Whether the security audit wrote it: numbers of other providers mean other things."""
        provider = self.system.text("ProviderName", "provider_name", "SourceName", "Provider", "EventSourceName")
        return provider is None or "security" in provider.lower()

    @property
    def failed(self) -> bool:
        """Whether access was refused: the keyword's bit, its name, or the shipper's outcome."""
        keywords = self.system.raw("Keywords")
        for item in as_list(keywords):
            text = (as_text(item) or "").lower()
            if "failure" in text or (_NUMBER.fullmatch(text) and int(text, 0) & _FAILURE):
                return True
        return (self.system.text("outcome", "EventType") or "").lower() in ("failure", "audit_failure", "failure audit")

    @property
    def account(self) -> str:
        r"""Who: ``DOMAIN\name``, or the name alone. Raises SourceError where the event names nobody."""
        name = self.data.text("SubjectUserName", "AccountName")
        domain = self.data.text("SubjectDomainName")
        if name is None or name == "-":
            raise SourceError("missing-field", "no SubjectUserName")
        return name if domain in (None, "-") or "\\" in name or "@" in name else f"{domain}\\{name}"

    @property
    def by_the_system(self) -> bool:
        """Whether the machine or a service of it acted, and no person. Raises SourceError where the event names nobody."""
        domain, _, name = self.account.rpartition("\\")
        sid = self.data.text("SubjectUserSid") or ""
        return (
            name.endswith("$")
            or name.upper() in _MACHINE_NAMES
            or domain.lower() in _MACHINE_DOMAINS
            or _MACHINE_SIDS.fullmatch(sid) is not None
        )


def unwrapped(row: Row) -> tuple[Mapping[str, object], Mapping[str, object]]:
    """Return (system, data) of an event in any of its wrappings. Raises SourceError ``bad-xml``."""
    for name in _XML_TEXTS:
        text = row.get(name)
        if isinstance(text, str) and (name == XML or text.lstrip().startswith("<Event")):
            return read_event(text)
    fields = Fields(_nested(row))
    if "Message" in fields and ("Date and Time" in fields or ("Id" in fields and "LogName" in fields)):
        return _by_powershell(fields)
    for name in ("Event", "win"):
        inner = as_object(fields.raw(name))
        if inner is not None and ("system" in Fields(inner) or "eventdata" in Fields(inner)):
            return unwrapped(inner)
    return _shipped(fields) or (row, _payload(fields) or _data(fields))


def _shipped(fields: Fields) -> tuple[Mapping[str, object], Mapping[str, object]] | None:
    """Return the parts of what Wazuh, Winlogbeat or evtx_dump wrote; None where the fields stand side by side."""
    wrapped = as_object(fields.raw("data"))
    if wrapped is not None and "win" in Fields(wrapped):  # Wazuh
        return unwrapped(wrapped)
    winlog = as_object(fields.raw("winlog"))
    if winlog is not None:
        return {**_scalars(as_object(fields.raw("event"))), **_scalars(winlog), "@timestamp": _created(winlog, fields)}, _data(
            Fields(winlog)
        )
    return (_scalars(as_object(fields.raw("system"))), _data(fields)) if "system" in fields else None


def _by_powershell(fields: Fields) -> tuple[Mapping[str, object], Mapping[str, object]]:
    """Return the parts of what ``Get-WinEvent`` or the Event Viewer exports."""
    code = fields.text("Id", "Event ID") or ""
    system = {
        "EventID": code,
        "TimeCreated": fields.raw("TimeCreated", "Date and Time"),
        "EventRecordID": fields.raw("RecordId"),
        "Computer": fields.raw("MachineName"),
        "ProviderName": fields.raw("ProviderName", "Source"),
        "Keywords": fields.raw("KeywordsDisplayNames") or fields.raw("Keywords"),
    }
    return system, data_of(code, fields)


def _nested(row: Row) -> Row:
    """Return ``winlog.event_data.SubjectUserName`` and its like, as a table of Kibana names its columns, as objects in each other."""
    if "winlog" in row or not any(key.startswith("winlog.") for key in row):
        return row
    found: dict[str, object] = {}
    for key, value in row.items():
        *outer, last = key.split(".")
        held = found
        for name in outer:
            inner = held.setdefault(name, {})
            if not isinstance(inner, dict):
                break
            held = inner
        else:
            held.setdefault(last, value)
    return found


def _created(winlog: Mapping[str, object], fields: Fields) -> object:
    return Fields(winlog).raw("time_created") or fields.raw("@timestamp")


def _payload(fields: Fields) -> Mapping[str, object] | None:
    """Return the data in EvtxECmd's Payload, a JSON text."""
    payload = as_object(fields.raw("Payload"))
    return None if payload is None else _data(Fields(payload))


def _data(fields: Fields) -> Mapping[str, object]:
    """Return EventData by name: an object, a list of ``{"@Name", "#text"}``, or the row itself where the tool writes all flat."""
    told = fields.raw("EventData", "event_data")
    if isinstance(told, str) and told.lstrip().startswith("<EventData"):  # Log Analytics keeps the element as it is
        return read_event(f"<Event>{told}</Event>")[1]
    held = as_object(told)
    if held is None:
        return {} if "winlog" in fields or "Payload" in fields else {name: fields.raw(name) for name in fields.names()}
    found: dict[str, object] = {key: value for key, value in held.items() if key != "Data"}
    for item in as_list(held.get("Data")):
        pair = as_object(item)
        if pair is not None:
            named = Fields(pair)
            attributes = named.object("#attributes", "@attributes")
            name = named.text("@Name", "Name") or attributes.text("Name")
            if name is not None:
                found[name] = named.raw("#text", "Value", "text")
    return found


def _scalars(held: Mapping[str, object] | None) -> dict[str, object]:
    """Return an object's fields; of a nested one its text and attributes (``EventID: {"#text": 4663}``, ``TimeCreated: {…}``)."""
    found: dict[str, object] = {}
    for key, value in (held or {}).items():
        if not isinstance(value, Mapping):
            found[key] = value
            continue
        inner = Fields(value)
        attributes = inner.object("#attributes", "@attributes")
        for name in ("SystemTime", "@SystemTime"):
            if (instant := inner.raw(name) or attributes.raw(name)) is not None:
                found["SystemTime"] = instant
        text = inner.raw("#text") or (attributes.raw("Name") or inner.raw("Name", "@Name") if key.lower() == "provider" else None)
        if text is not None:
            found[f"{key}Name" if key.lower() == "provider" else key] = text
    return found
