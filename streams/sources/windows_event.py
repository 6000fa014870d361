"""One event of a Windows security log, whichever tool wrote it: XML, EvtxECmd, evtx_dump, Winlogbeat, NXLog, Wazuh, a SIEM's flat table."""

import re
from collections.abc import Mapping

from schemas.identity import fingerprint
from schemas.records import Millis
from streams.errors import SourceError
from streams.sources.event_xml_rows import XML
from streams.sources.fields import Fields, as_list, as_object, as_text
from streams.sources.instants import read_instant
from streams.sources.outcome import Row
from streams.sources.windows_xml import read_event

FEED = "windows-security"

_EVENT_IDS = ("EventID", "event_id", "EventCode", "event_identifier", "code")
_INSTANTS = ("SystemTime", "TimeCreated", "@timestamp", "UtcTime", "EventTime", "TimeGenerated", "TimeGenerated [UTC]", "created")
_RECORD_IDS = ("EventRecordID", "record_id", "RecordNumber", "record_number", "EventRecordNumber")
_COMPUTERS = ("Computer", "computer_name", "MachineName", "Hostname", "HostName")
_MACHINE_SIDS = re.compile(r"S-1-5-(?:7|18|19|20|90|96)(?:-[\d-]{1,80})?|S-1-0-0", re.IGNORECASE)
_MACHINE_DOMAINS = {"nt authority", "nt service", "window manager", "font driver host", "iis apppool", "nt virtual machine"}
_MACHINE_NAMES = {"SYSTEM", "LOCAL SERVICE", "NETWORK SERVICE", "ANONYMOUS LOGON"}
_FAILURE = 0x10_0000_0000_0000


class WindowsEvent:
    """The fields of one event: ``system`` says when and where, ``data`` what."""

    __slots__ = ("code", "data", "system")

    def __init__(self, row: Row) -> None:
        """Unwrap the row. Raises SourceError ``bad-xml`` or ``missing-field``."""
        system, data = unwrapped(row)
        self.system = Fields(system)
        self.data = Fields(data)
        self.code = self.system.needed(*_EVENT_IDS).removesuffix(".0")

    @property
    def occurred_at(self) -> Millis:
        """The instant, with its offset. Raises SourceError ``no-offset`` for a local time: the tool was not told to write UTC."""
        if "MapDescription" in self.system or "PayloadData1" in self.system:  # EvtxECmd writes UTC and no zone
            return read_instant(self.system.raw(*_INSTANTS))
        return read_instant(self.system.raw(*_INSTANTS), needs_offset=True)

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
            if "failure" in text or (re.fullmatch(r"0x[0-9a-f]{1,16}", text) and int(text, 16) & _FAILURE):
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
    text = row.get(XML)
    if isinstance(text, str):
        return read_event(text)
    fields = Fields(row)
    for name in ("Event", "win"):
        inner = as_object(fields.raw(name))
        if inner is not None and ("system" in Fields(inner) or "eventdata" in Fields(inner)):
            return unwrapped(inner)
    wrapped = as_object(fields.raw("data"))
    if wrapped is not None and "win" in Fields(wrapped):  # Wazuh
        return unwrapped(wrapped)
    winlog = as_object(fields.raw("winlog"))
    if winlog is not None:
        return {**_scalars(as_object(fields.raw("event"))), **_scalars(winlog), "@timestamp": _created(winlog, fields)}, _data(
            Fields(winlog)
        )
    if "system" in fields:
        return _scalars(as_object(fields.raw("system"))), _data(fields)
    payload = _payload(fields)
    return row, payload if payload is not None else _data(fields)


def _created(winlog: Mapping[str, object], fields: Fields) -> object:
    return Fields(winlog).raw("time_created") or fields.raw("@timestamp")


def _payload(fields: Fields) -> Mapping[str, object] | None:
    """Return the data in EvtxECmd's Payload, a JSON text."""
    payload = as_object(fields.raw("Payload"))
    return None if payload is None else _data(Fields(payload))


def _data(fields: Fields) -> Mapping[str, object]:
    """Return EventData by name: an object, a list of ``{"@Name", "#text"}``, or the row itself where the tool writes all flat."""
    held = as_object(fields.raw("EventData", "event_data"))
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
