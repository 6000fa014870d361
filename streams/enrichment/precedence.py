"""Which feed is believed for what, where two say different things of one message. ``docs/assembly.md`` gives the reasons."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias, TypeVar

from schemas.identity import event_id
from schemas.records import MailEvent, Millis

Scalar: TypeAlias = Literal["occurred_at", "sender", "account", "direction", "subject", "size", "attachment"]
T = TypeVar("T")

_SERVERS: Final = ("m365-message-trace", "exchange-tracking", "defender-email", "google-workspace", "postfix")

PRECEDENCE: Final[dict[Scalar, tuple[str, ...]]] = {
    # The server that took the mail noted when; an audit record is stamped when it was written, a Date header is what the sender says.
    "occurred_at": (*_SERVERS, "m365-audit", "mail-ndjson", "maildir"),
    # The envelope before the mailbox owner before the header.
    "sender": (*_SERVERS, "m365-audit", "mail-ndjson", "maildir"),
    # Only an audit log knows who sat at the keyboard.
    "account": ("m365-audit", "google-workspace", "defender-email", "exchange-tracking", "mail-ndjson", "postfix", "maildir"),
    "direction": ("defender-email", "exchange-tracking", "google-workspace", "m365-message-trace", "mail-ndjson", "m365-audit", "postfix"),
    # The message itself, then logs that keep the whole subject; traces cut it and replace what they cannot show.
    "subject": ("maildir", "m365-audit", "defender-email", "google-workspace", "mail-ndjson", "exchange-tracking", "m365-message-trace"),
    "size": (*_SERVERS, "maildir", "mail-ndjson", "m365-audit"),
    # Size, label and hash of an attachment: who saw the content before who copied a number.
    "attachment": ("maildir", "defender-email", "m365-audit", "google-workspace", "mail-ndjson", "exchange-tracking"),
}
"""Field -> feeds, most believed first; a feed that is not named comes after all that are."""


@dataclass(frozen=True, slots=True)
class Fact:
    """One feed's statement about a message. ``outside`` and ``cut`` are those of HeldFact: what was left out to stay within bounds."""

    event: MailEvent
    outside: int = 0
    cut: bool = False

    @property
    def order(self) -> tuple[Millis, str, str]:
        """Where it stands among facts: by instant, then event id; the rest parts two records of one id that say different things."""
        return self.event.occurred_at, event_id(self.event), repr(self.event)


def trust(feed: str, scalar: Scalar) -> int:
    """Return a feed's place for one field; lower is believed first."""
    order = PRECEDENCE[scalar]
    return order.index(feed) if feed in order else len(order)


def believed(facts: Sequence[Fact], scalar: Scalar, value: Callable[[MailEvent], T | None]) -> T | None:
    """Return what the most believed feed says, of its facts the earliest, then by event id; None when none says anything.

    ``facts`` are sorted by ``order``, so the first among equals is the right one.
    """
    told = [(trust(fact.event.feed, scalar), place) for place, fact in enumerate(facts) if value(fact.event)]
    return value(facts[min(told)[1]].event) if told else None


def differ(values: Iterable[str]) -> bool:
    """Tell whether more than one thing is said; silence says nothing."""
    return len({value for value in values if value}) > 1
