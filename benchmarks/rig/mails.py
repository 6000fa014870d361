"""Mails as a force sends them: nearly all to itself and its partners, a few outside, fewer still to personal accounts."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from benchmarks.rig.force import Person
from schemas.records import Attachment, Direction, MailEvent, Millis

FEED: Final = "mail-ndjson"
DAY: Final = 24 * 3_600_000

# Shares of all mails, in percent. The rest, 66 %, is internal.
PARTNER: Final = 18.0
INBOUND: Final = 10.0
EXTERNAL: Final = 4.0
PERSONAL: Final = 2.0
_ATTACHED: Final = 0.5  # of those to personal accounts
_SENSITIVE: Final = 0.1  # of the attached ones

_PARTNERS: Final = ("southmere.police.example", "eastvale.police.example", "prosecution.example", "northmoor-council.example")
_FIRMS: Final = tuple(f"firm{number}.example" for number in range(400))
_PROVIDERS: Final = ("gmail.com", "hotmail.co.uk", "yahoo.co.uk", "outlook.com", "icloud.com", "villagemail.example", "protonmail.com")
_SUBJECTS: Final = (
    "Re: handover notes, late turn",
    "Duty states for next week",
    "Statement of witness, ref 24/10877",
    "FW: vehicle check results",
    "Team briefing moved to 14:00",
    "Your appointment",
)


@dataclass(frozen=True, slots=True)
class Span:
    """When mails happen: evenly from ``start`` (ms) over ``length`` ms."""

    start: Millis
    length: int


def mails(count: int, officers: Sequence[Person], span: Span, seed: int = 7) -> Iterator[MailEvent]:
    """Yield so many mails in the order of time; the same for the same arguments."""
    chance = random.Random(seed)
    for number in range(count):
        yield _mail(number, span.start + span.length * number // count, officers, chance)


def sensitive_mail(number: int, at: Millis, officer: Person) -> MailEvent:
    """Return a mail that is an alert by itself."""
    plan = Attachment(name=f"OPPLAN harbour {number}.docx", size=48_211)
    address = f"tide.marker{number}@gmail.com"
    return _event(f"p{number:07}", at, officer.address, (address,), "outbound", subject="Notes", attachments=(plan,))


def _mail(number: int, at: Millis, officers: Sequence[Person], chance: random.Random) -> MailEvent:
    name, officer = f"m{number:07}", chance.choice(officers)
    drawn, subject = chance.random() * 100, chance.choice(_SUBJECTS)
    to: tuple[str, ...]
    if drawn < PARTNER:
        to = (f"{chance.choice(_FIRST_PARTS)}.{chance.randrange(300)}@{chance.choice(_PARTNERS)}",)
        return _event(name, at, officer.address, to, "outbound", subject=subject)
    drawn -= PARTNER
    if drawn < INBOUND:
        sender = f"{chance.choice(_FIRST_PARTS)}@{chance.choice(_FIRMS)}"
        return _event(name, at, sender, (officer.address,), "inbound", subject=subject)
    drawn -= INBOUND
    if drawn < EXTERNAL:
        to = (f"{chance.choice(_FIRST_PARTS)}@{chance.choice(_FIRMS)}",)
        return _event(name, at, officer.address, to, "outbound", subject=subject)
    drawn -= EXTERNAL
    if drawn < PERSONAL:
        to = (f"{chance.choice(_FIRST_PARTS)}{chance.randrange(100_000)}@{chance.choice(_PROVIDERS)}",)
        attachments: tuple[Attachment, ...] = ()
        if chance.random() < _ATTACHED:
            written = "OPPLAN quay.docx" if chance.random() < _SENSITIVE else f"statement {number}.pdf"
            attachments = (Attachment(name=written, size=chance.randrange(10_000, 900_000)),)
        return _event(name, at, officer.address, to, "outbound", subject=subject, attachments=attachments)
    to = tuple(chance.choice(officers).address for _ in range(chance.choice((1, 1, 1, 2, 3))))
    return _event(name, at, officer.address, to, "internal", subject=subject)


def _event(  # noqa: PLR0913 - a mail has as many parts
    name: str,
    at: Millis,
    sender: str,
    recipients: tuple[str, ...],
    direction: Direction,
    *,
    subject: str,
    attachments: tuple[Attachment, ...] = (),
) -> MailEvent:
    return MailEvent(
        feed=FEED,
        record_id=name,
        message_id=f"<{name}.0b1f9c2e4d7a4f1d8c55@mail.northmoor.example>",
        occurred_at=at,
        direction=direction,
        sender=sender,
        recipients=recipients,
        subject=subject,
        attachments=attachments,
        size=18_204,
    )


_FIRST_PARTS: Final = tuple(
    f"{first}.{last}" for first in ("kit", "lee", "mo", "pat", "sam", "val") for last in ("reed", "moss", "lane", "frost")
)
