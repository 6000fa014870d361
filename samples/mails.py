"""What happened: one mail or one other thing that somebody did, before any log tells its part of it."""

import hashlib
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone
from typing import Literal

from streams.simulation.chance import digits, letters

BRITISH_SUMMER_TIME = timezone(timedelta(hours=1))
"""The two months lie wholly in it."""


def local(text: str) -> datetime:
    """Return the UTC instant of ``YYYY-MM-DD HH:MM`` on Northmoor's clocks."""
    return datetime.strptime(text, "%Y-%m-%d %H:%M").replace(tzinfo=BRITISH_SUMMER_TIME).astimezone(UTC)


@dataclass(frozen=True)
class File:
    """An attachment: its name and its size in bytes; ``content`` stands for what is in it, where Defender looked into it."""

    name: str
    size: int
    content: str = ""

    @property
    def sha256(self) -> str:
        """The hash of the content, in hex; empty where nobody looked."""
        return hashlib.sha256(self.content.encode()).hexdigest() if self.content else ""


@dataclass(frozen=True)
class Recipient:
    """One recipient; ``delay`` is how many seconds after the mail its row of the trace is stamped."""

    address: str
    delay: int = 0


@dataclass(frozen=True)
class Mail:
    """One message.

    ``slug`` names it once and for all; ``principal`` is the account that sent it (empty for mail from outside);
    ``in_trace`` and ``in_audit`` say which log has it; ``repeats`` is how many times the export holds its audit record.
    """

    slug: str
    at: datetime
    sender: str
    recipients: tuple[Recipient, ...]
    subject: str
    files: tuple[File, ...] = ()
    principal: str = ""
    in_trace: bool = True
    in_audit: bool = True
    repeats: int = 1

    @property
    def message_id(self) -> str:
        """The Internet Message-ID as the message itself carries it."""
        host = f"LO2P265MB{4000 + digits(6000, 'host', self.slug)}"
        return f"<{host}{letters(22, 'message', self.slug)}@{host}.GBRP265.PROD.OUTLOOK.example>"


@dataclass(frozen=True)
class Deed:
    """One thing in the audit log that is no mail: ``details`` are the fields of its AuditData beyond the common ones."""

    slug: str
    at: datetime
    principal: str
    operation: str
    record_type: int
    workload: str
    details: dict[str, object] = field(default_factory=dict)
    repeats: int = 1


Severity = Literal["low", "medium", "high", "critical"]
