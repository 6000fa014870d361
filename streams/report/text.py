"""What came out of mails and files, as text that plays no tricks; and how alerts name things to people."""

import unicodedata
from datetime import UTC, datetime, timedelta
from typing import Final

from schemas.records import Alert, Millis

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_HIDDEN: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})


def printable(text: str) -> str:
    """Return text in which control characters, direction marks and other invisible characters stand as escapes in hex digits."""
    return "".join(f"\\u{ord(char):04x}" if unicodedata.category(char) in _HIDDEN else char for char in text)


def instant(at: Millis) -> str:
    """Return an instant to the minute, in UTC."""
    return (_EPOCH + timedelta(milliseconds=at)).strftime("%Y-%m-%d %H:%MZ")


def who(alert: Alert) -> str:
    """Return the officer by name and id, or the key where the alert is of no one officer."""
    if alert.officer_id is None:
        return alert.key
    name = alert.officer.name if alert.officer else None
    return f"{name} ({alert.officer_id})" if name else alert.officer_id
