"""Mails into Kafka, as ``ingest`` sends them."""

from collections.abc import Iterable
from itertools import islice
from typing import Final

from schemas.identity import message_key
from schemas.records import MailEvent
from schemas.wire import Wire
from streams.runtime.alignment import header
from streams.runtime.connection import client_options
from streams.runtime.sender import Sender, ToSend
from streams.settings import Settings

_AT_ONCE: Final = 10_000


def to_send(topic: str, event: MailEvent, wire: Wire) -> ToSend:
    """Return a mail as it is sent."""
    return ToSend(topic, message_key(event).encode(), wire.encode(event, "mail-events"), headers=(header(event.occurred_at),))


async def send_all(settings: Settings, topic: str, events: Iterable[MailEvent]) -> tuple[int, int]:
    """Send mails and wait for the broker; return their number and the bytes of their values."""
    wire, sender = Wire(), Sender(client_options(settings))
    count = size = 0
    rest = iter(events)
    await sender.start()
    try:
        while batch := [to_send(topic, event, wire) for event in islice(rest, _AT_ONCE)]:
            await sender.send(batch)
            count += len(batch)
            size += sum(len(record.value or b"") for record in batch)
    finally:
        await sender.stop()
    return count, size
