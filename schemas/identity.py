"""How things are named: message key, event id, activity id, alert id and the keys of ``activities``.

All are pure functions of what they name, so that the same record seen twice gets the same name on any machine.
"""

import hashlib

from schemas.records import FileEvent, Grouping, MailEvent, SettingEvent

_DIGEST_BYTES = 16


def fingerprint(*parts: str) -> str:
    """Return 32 hex digits that name this sequence of strings; the lengths are hashed too, so no two sequences run together."""
    digest = hashlib.blake2b(digest_size=_DIGEST_BYTES)
    for part in parts:
        data = part.encode("utf-8", "surrogatepass")
        digest.update(len(data).to_bytes(8, "big"))
        digest.update(data)
    return digest.hexdigest()


def normal_message_id(message_id: str | None) -> str | None:
    """Return an Internet Message-ID trimmed, without ``<>``, lower-cased; None when nothing is left."""
    if message_id is None:
        return None
    bare = message_id.strip().removeprefix("<").removesuffix(">").strip().lower()
    return bare or None


def message_key(event: MailEvent) -> str:
    """Return the name under which everything that any feed says of this message meets.

    A mail without Message-ID is *standalone*: it is named by sender, instant to the second, subject and recipients.
    """
    bare = normal_message_id(event.message_id)
    if bare is not None:
        return bare
    recipients = sorted(recipient.strip().lower() for recipient in event.recipients)
    return "standalone:" + fingerprint(event.sender.strip().lower(), str(event.occurred_at // 1000), event.subject or "", *recipients)


def event_id(event: MailEvent | FileEvent | SettingEvent) -> str:
    """Return the name of one record of one feed."""
    return fingerprint("event", event.feed, event.record_id)


def activity_id(kind: str, of: str, officer_id: str) -> str:
    """Return the name of an activity; ``of`` is a message key (mail) or an event id (files, settings)."""
    return fingerprint("activity", kind, of, officer_id)


def alert_id(detector: str, key: str, trigger: str) -> str:
    """Return the name of an alert; ``trigger`` is the activity id of the piece that first made the part's window hot."""
    return fingerprint("alert", detector, key, trigger)


def activity_key(grouping: Grouping, value: str) -> str:
    """Return the Kafka key of an activity, ``grouping:value``."""
    return f"{grouping}:{value}"
