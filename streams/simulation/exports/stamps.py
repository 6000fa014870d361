"""Instants and sizes as exports write them."""

from datetime import date
from functools import lru_cache
from typing import Final

from schemas.records import Millis
from streams.simulation.happenings import Mail

_DAY: Final = 86_400
_EPOCH: Final = date(1970, 1, 1).toordinal()


def stamp(at: Millis) -> str:
    """Return an instant in UTC as ``2025-01-31T08:05:09``."""
    day, second = divmod(at // 1000, _DAY)
    return f"{_day(day)}T{second // 3600:02}:{second // 60 % 60:02}:{second % 60:02}"


@lru_cache(maxsize=1024)
def _day(number: int) -> str:
    return date.fromordinal(_EPOCH + number).isoformat()


def size_of(mail: Mail) -> int:
    """Return the whole message in bytes: attachments grow by a third under base 64."""
    return 18_000 + int(mail.id[:3], 16) * 3 + sum(paper.size * 4 // 3 for paper in mail.files)


def message_id(mail: Mail) -> str:
    """Return the Message-ID without brackets, as the sending system makes it."""
    if mail.account:
        return f"LO2P265MB{mail.id[:22].upper()}@LO2P265MB{int(mail.id[:3], 16) + 4000}.GBRP265.PROD.OUTLOOK.example"
    return f"{mail.id[:8]}.{mail.id[8:20]}@{mail.sender.partition('@')[2]}"


def guid(digits: str) -> str:
    """Return 32 hex digits as a GUID."""
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:32]}"
