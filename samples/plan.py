"""What somebody did on purpose, and what it must come to.

Every expectation is reasoned from the plan, beside the plan; nothing is taken from a run of custodiet.
"""

from dataclasses import dataclass

from samples.mails import Deed, File, Mail, Recipient, Severity, local
from samples.people import as_of

REPEATED = "repeated-personal-email"
SENSITIVE = "sensitive-to-personal"
SLOW_DRIP = "slow-drip"
LEAVER = "leaver"
AGAIN = "again-after-training"
AUTO_FORWARD = "auto-forward"
INBOUND = "inbound-from-own"
ACCESS_THEN_SEND = "access-then-send"
BULK_ACCESS = "bulk-access"
SHARED_ADDRESS = "shared-address"
KNOWN_DOCUMENT = "known-document"
BOTH = (REPEATED, SENSITIVE)

KB = 1024


@dataclass(frozen=True)
class Expected:
    """What must be alerted: ``count`` alerts of one detector, each with ``evidence_count`` pieces that count.

    ``key`` is the address or content hash of an alert that is of no one officer; ``officer_id`` is then the first of those in it.
    """

    officer_id: str
    detector: str
    severity: Severity
    count: int
    evidence_count: int
    why: str
    key: str = ""


@dataclass(frozen=True)
class Silent:
    """What must not be alerted, and why it might be thought to."""

    officer_id: str
    detectors: tuple[str, ...]
    why: str


@dataclass(frozen=True)
class Plan:
    """One person's two months."""

    habit: str
    mails: tuple[Mail, ...]
    alerts: tuple[Expected, ...] = ()
    silent: tuple[Silent, ...] = ()
    deeds: tuple[Deed, ...] = ()


def sent(officer_id: str, at: str, to: str | tuple[Recipient, ...], subject: str, *files: File, repeats: int = 1) -> Mail:
    """Return one mail that the officer sent at ``YYYY-MM-DD HH:MM`` local time."""
    row = as_of(officer_id, at[:10])
    recipients = (Recipient(to),) if isinstance(to, str) else to
    return Mail(f"{officer_id} {at}", local(at), row.address, recipients, subject, files, row.principal, repeats=repeats)
