"""Google Workspace: Gmail and Drive log events from the Reports API, the BigQuery export and the admin console, and Email Log Search.

Published description: developers.google.com, Admin SDK Reports API, activity events. An activity may hold several events; each has an id
of its own: application, instant, qualifier and event name.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path

from msgspec.structs import replace

from schemas.identity import fingerprint
from schemas.records import FileEvent, MailEvent, Millis
from streams.errors import SourceError
from streams.sources.cells.fields import Fields, as_list, as_object
from streams.sources.cells.instants import read_instant
from streams.sources.cells.local_times import LocalTimes, order_of, zone_of
from streams.sources.google import console
from streams.sources.google.bigquery import named
from streams.sources.google.drive import FORWARDING, file_event, forwarding
from streams.sources.google.gmail import mail
from streams.sources.google.labels import applied_labels
from streams.sources.google.record import FEED, micros, parameters
from streams.sources.outcome import Discard, Event, Parse, Parsed, Row

__all__ = ["FEED", "fits", "parse"]


def parse(row: Row, times: LocalTimes = LocalTimes()) -> Parsed:  # noqa: B008  # it is immutable
    """Return the events of one activity or row; ``times`` says how the console's times are meant. Raises SourceError."""
    fields = Fields(named(row) or row)
    exported = _exported(fields)
    if exported is not None:
        return _labelled(_row_of_export(exported), applied_labels(fields))
    if _is_activity(fields):
        return _labelled(_activity(fields), applied_labels(fields))
    return console.parse_row(fields, times)


def configured(options: Mapping[str, str]) -> Callable[[Path], Parse]:
    """Return the parser of a file under ``zone=…``, the order of day and month told by the file. Raises UsageError."""
    zone = zone_of(FEED, options)

    def parse_for(path: Path) -> Parse:
        times = LocalTimes(zone, order_of(path, FEED, fits, lambda row: Fields(row).raw("Date", "Start date")))
        return lambda row: parse(row, times)

    return parse_for


def fits(row: Row) -> bool:
    """Whether the row looks like an entry of a Google Workspace log."""
    fields = Fields(named(row) or row)
    if _is_activity(fields) or _exported(fields) is not None:
        return True
    return console.is_gmail(fields) or console.is_search(fields) or console.is_drive(fields)


def _is_activity(fields: Fields) -> bool:
    return fields.text("kind") == "admin#reports#activity" or ("events" in fields and "applicationName" in fields.object("id"))


def _exported(fields: Fields) -> Fields | None:
    """Return the fields of a BigQuery row of Gmail logs, also where they stand under ``gmail``."""
    for one in (fields, fields.object("gmail")):
        if as_object(one.raw("event_info")) is not None and as_object(one.raw("message_info")) is not None:
            return one
    return None


def _row_of_export(fields: Fields) -> Parsed:
    values = {"event_info": as_object(fields.raw("event_info")), "message_info": as_object(fields.raw("message_info"))}
    content = fingerprint(*(repr(sorted((value or {}).items(), key=repr)) for value in values.values()))
    owner = fields.object("message_info").object("source").text("address")
    return mail(values, owner, f"content:{content}", micros(fields.object("event_info").raw("timestamp_usec")))


def _activity(fields: Fields) -> Parsed:
    """Return all that the events of an activity mean; where none means anything, why the first does not."""
    identity = fields.object("id")
    at = read_instant(identity.raw("time"), needs_offset=True)
    application = identity.needed("applicationName").lower()
    actor = fields.object("actor").text("email")
    found: list[Event] = []
    discards: list[Discard] = []
    seen: Counter[str] = Counter()
    for item in as_list(fields.raw("events")):
        event = as_object(item)
        if event is None:
            raise SourceError("wrong-type", "events must be a list of objects")
        name = Fields(event).needed("name")
        seen[name] += 1
        record_id = f"{application}:{at}:{identity.text('uniqueQualifier') or _digest(fields)}:{name}"
        record_id = record_id if seen[name] == 1 else f"{record_id}~{seen[name]}"
        parsed = _event(application, name, Fields(event), actor, record_id, at)
        if isinstance(parsed, Discard):
            discards.append(parsed)
        else:
            found += parsed
    return found or (discards[0] if discards else Discard("not-watched"))


def _event(application: str, name: str, event: Fields, actor: str | None, record_id: str, at: Millis) -> Parsed:
    values = parameters(event.raw("parameters"))
    if application == "gmail":
        return mail(values, actor, record_id, at)
    if application == "drive":
        return file_event(name, Fields(values), actor, record_id, at)
    if application == "user_accounts" and name == FORWARDING:
        return forwarding(Fields(values), actor, record_id, at)
    return Discard("not-watched")


def _labelled(parsed: Parsed, labels: tuple[str, ...]) -> Parsed:
    """Return the events with the labels that the entry names for what it is about; a file has one, the first that is known."""
    if isinstance(parsed, Discard) or not labels:
        return parsed
    return [_with_labels(event, labels) for event in parsed]


def _with_labels(event: Event, labels: tuple[str, ...]) -> Event:
    if isinstance(event, MailEvent):
        return replace(event, labels=tuple(dict.fromkeys((*event.labels, *labels))))
    if isinstance(event, FileEvent):
        return replace(event, label=event.label or labels[0])
    return event


def _digest(fields: Fields) -> str:
    return fingerprint(repr(fields.raw("actor")), repr(fields.raw("events")))
