"""Exchange Server message tracking: the log files themselves (MSGTRK*.LOG) and what Get-MessageTrackingLog exports.

A mail leaves a row at every step on every server. Those steps that tell of its recipients are facts of one Message-ID; all others are
a discard. The log is in UTC. The cmdlet writes the computer's own time, so the export must say its offset, or whoever loads it the zone.
"""

import re
from collections.abc import Callable, Mapping
from pathlib import Path

from schemas.identity import fingerprint
from schemas.records import Direction, MailEvent, Millis
from streams.errors import SourceError
from streams.sources.cells.addresses import address, addresses
from streams.sources.cells.agent_notes import sensitive_types
from streams.sources.cells.directions import direction
from streams.sources.cells.fields import Fields, as_list, as_text, plain_name
from streams.sources.cells.instants import read_instant
from streams.sources.cells.local_times import LocalTimes, order_of, zone_of
from streams.sources.cells.system_mailboxes import is_system_mailbox
from streams.sources.outcome import Discard, Parse, Parsed, Row

FEED = "exchange-tracking"

STEPS = frozenset({"receive", "submit", "send", "sendexternal", "deliver", "expand", "resolve", "redirect", "transfer", "agentinfo"})
"""The event-ids that are read; of AGENTINFO those that name sensitive information types."""

_FAILED = frozenset({"fail", "deliverfail", "submitfail", "badmail", "drop", "poisonmessage", "suppressed"})
_AGAIN_SOURCES = frozenset({"safetynet", "redundancy", "bootloader"})
_OTHER_ADDRESSES = frozenset({"expand", "resolve", "redirect"})
_LATER = frozenset({"send", "sendexternal", "deliver"})

_INSTANTS = ("date-time", "Timestamp")
_SENDERS = ("sender-address", "Sender")
_RECIPIENTS = ("recipient-address", "Recipients")
_EVENT_ID_COLUMNS = ("event-id", "eventid", "event id")  # the report of Exchange Online with the same columns writes event_id

_HOUR = 3_600_000
_LONGEST_QUEUED = 7 * 24 * _HOUR
_ORIGIN = re.compile(r"\s*(\d{4}-\d\d-\d\dT[\d:.]{5,20}Z)")
_TYPE_NAME = re.compile(r"(?:Deserialized\.)?(?:System|Microsoft)\.[\w.+`\[\]]+")
_CUT_LIST = re.compile(r"\{.*(?:\.\.\.|…)\}", re.DOTALL)


def parse(row: Row, times: LocalTimes = LocalTimes()) -> Parsed:  # noqa: B008  # it is immutable
    """Return the mail as one step tells of it; ``times`` says how the cmdlet's times are meant. Raises SourceError."""
    fields = Fields(row)
    step, source = plain_name(fields.needed("event-id")), plain_name(fields.text("source") or "")
    kinds = sensitive_types(fields.raw("custom-data", "EventData"))
    refused = _refused(step, source, kinds)
    if refused is not None:
        return refused
    sender = _sender(fields)
    if sender is None:
        return Discard("null-sender")
    if is_system_mailbox(sender):
        return Discard("system-account")
    recipients = _recipients(fields, step)
    if not recipients and not kinds:
        return Discard("no-recipients")
    occurred_at = _instant(fields, times)
    message_id = fields.text("message-id")
    if message_id is None:
        raise SourceError("no-message-id", "no message-id says which mail this step is of")
    return [
        MailEvent(
            feed=FEED,
            record_id=_record_id(fields, step, source, str(occurred_at), message_id, *sorted(each.lower() for each in recipients)),
            message_id=message_id,
            occurred_at=_sent(fields, step, occurred_at),
            direction=_direction(fields, step),
            sender=sender,
            recipients=recipients,
            subject=fields.text("message-subject", "Subject"),
            dlp_types=kinds,
            size=fields.number("total-bytes"),
        )
    ]


def configured(options: Mapping[str, str]) -> Callable[[Path], Parse]:
    """Return the parser of a file under ``zone=…``, the order of day and month told by the file. Raises UsageError."""
    zone = zone_of(FEED, options)

    def parse_for(path: Path) -> Parse:
        times = LocalTimes(zone, order_of(path, FEED, fits, lambda row: Fields(row).raw(*_INSTANTS)))
        return lambda row: parse(row, times)

    return parse_for


def fits(row: Row) -> bool:
    """Whether the row looks like a row of the tracking log."""
    names = {plain_name(key) for key in row}
    return (
        any(key.strip().lower() in _EVENT_ID_COLUMNS for key in row)
        and "source" in names
        and all(names & {plain_name(name) for name in some} for some in (_INSTANTS, _SENDERS, _RECIPIENTS))
    )


def _refused(step: str, source: str, kinds: tuple[str, ...]) -> Discard | None:
    if source in _AGAIN_SOURCES:
        return Discard("kept-copy")  # days later perhaps, and no new mail
    if source == "dsn" or step == "dsn":
        return Discard("delivery-report")
    if step in _FAILED:
        return Discard("failed")
    if step not in STEPS or (step == "agentinfo" and not kinds):
        return Discard("server-event")
    return None


def _sender(fields: Fields) -> str | None:
    """Return the author as the header names them, else the envelope's; None where nobody sent it."""
    if not any(name in fields for name in _SENDERS):
        raise SourceError("missing-field", "no sender-address or Sender")
    return address(fields.raw(*_SENDERS)) or address(fields.raw("return-path"))


def _recipients(fields: Fields, step: str) -> tuple[str, ...]:
    """Return who the step is about; where a list was expanded or an address replaced, that address too."""
    if not any(name in fields for name in _RECIPIENTS):
        raise SourceError("missing-field", "no recipient-address or Recipients")
    found = list(_listed(fields.raw(*_RECIPIENTS)))
    if step in _OTHER_ADDRESSES:
        found += _listed(fields.raw("related-recipient-address"))
    first: dict[str, str] = {}
    for each in found:
        first.setdefault(each.lower(), each)
    return tuple(first.values())


def _listed(value: object) -> tuple[str, ...]:
    if isinstance(value, Mapping):  # Windows PowerShell writes a decorated list as {"value": [...], "Count": 2}
        value = Fields(value).raw("value")
    for item in as_list(value):
        text = as_text(item) or ""
        if _TYPE_NAME.fullmatch(text) or _CUT_LIST.fullmatch(text):
            raise SourceError("not-exported", f"the export holds {text[:60]!r} where the addresses should be")
    return addresses(value)


def _instant(fields: Fields, times: LocalTimes) -> Millis:
    """Return when the step was logged: the log's own column is UTC, the cmdlet's is the time of the computer it ran on."""
    own = fields.raw("date-time")
    return read_instant(own) if own is not None else times.instant(fields.raw("Timestamp"))


def _sent(fields: Fields, step: str, logged: Millis) -> Millis:
    """Return when the mail was sent: a step that a queue held up for long does not date it, its origination time does."""
    told = _ORIGIN.match(fields.text("message-info") or "")
    if step not in _LATER or told is None:
        return logged
    try:
        origin = read_instant(told[1])
    except SourceError:
        return logged
    return origin if _HOUR < logged - origin <= _LONGEST_QUEUED else logged


def _direction(fields: Fields, step: str) -> Direction:
    told = direction(fields.text("directionality"))
    return "outbound" if told == "unknown" and step == "sendexternal" else told


def _record_id(fields: Fields, step: str, *others: str) -> str:
    """Return the row's own id, which newer servers write; else one of its content."""
    own = fields.text("log-id")
    if own is not None:
        return own.lower()
    internal = fields.text("internal-message-id") or ""
    servers = (fields.text("server-hostname") or "", fields.text("client-hostname") or "", internal)
    return f"{step}:{internal}:{fingerprint(step, *servers, *others)}"
