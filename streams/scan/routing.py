"""Where an event goes, and what becomes of one that cannot go there; ``ingest`` sends by the same rules."""

import msgspec

from schemas.identity import message_key
from schemas.records import DeadLetter, FileEvent, MailEvent, Millis
from streams.sources.limits import MAX_RAW
from streams.sources.outcome import Event


def route(event: Event) -> tuple[str, bytes]:
    """Return the topic and the key that an event is sent under."""
    if isinstance(event, MailEvent):
        return "mail-events", message_key(event).encode("utf-8", "surrogatepass")
    topic = "file-events" if isinstance(event, FileEvent) else "setting-events"
    return topic, event.account.lower().encode("utf-8", "surrogatepass")


def unfit(event: Event, reason: str, detail: str, now: Millis) -> DeadLetter:
    """Return the dead letter of an event that was read and cannot travel: too large, or not to be encoded."""
    raw = msgspec.json.encode(_printable(msgspec.to_builtins(event)))[:MAX_RAW]
    return DeadLetter(reason=reason, detail=detail, raw=raw, feed=event.feed, at=now)


def _printable(value: object) -> object:
    """Replace what no encoding can hold, so that a dead letter of it can be written."""
    match value:
        case str():
            return value.encode("utf-8", "replace").decode()
        case dict():
            return {name: _printable(each) for name, each in value.items()}
        case list() | tuple():
            return [_printable(each) for each in value]
        case _:
            return value
