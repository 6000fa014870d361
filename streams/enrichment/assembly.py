"""What several feeds said of one message -> the message. A union: pure in the set of facts, whatever order they came in."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from schemas.records import Attachment, Direction, MailEvent, Millis, Source
from streams.enrichment.addresses import canonical
from streams.enrichment.attachments import unite_attachments
from streams.enrichment.precedence import Fact, believed, differ

__all__ = ["CLUSTER_SPAN_MS", "Fact", "UnitedMail", "clusters", "unite"]

CLUSTER_SPAN_MS: Final = 24 * 3_600_000
"""One Message-ID at instants farther apart than this is two mails."""

_HOUR_MS: Final = 3_600_000
# A mail's name holds the day on which it was first seen, and the day begins when fewest mails are on their way.
_DAY_BEGINS_MS: Final = 3 * _HOUR_MS


@dataclass(frozen=True, slots=True)
class UnitedMail:
    """One message as all its feeds together know it.

    ``key`` is the message key; ``of`` names this mail among those that used the same Message-ID at other times. ``recipients`` are
    distinct as written, sorted. ``outside`` is the number of outside recipients that a fact had before some were left out.
    """

    key: str
    of: str
    occurred_at: Millis
    sender: str
    account: str | None = None
    direction: Direction = "unknown"
    subject: str | None = None
    recipients: tuple[str, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    labels: tuple[str, ...] = ()
    dlp_types: tuple[str, ...] = ()
    size: int | None = None
    outside: int = 0
    reasons: tuple[str, ...] = ()
    sources: tuple[Source, ...] = ()


def unite(key: str, facts: Iterable[Fact], horizon: Millis, *, ended_at: Millis | None = None, short: bool = False) -> list[UnitedMail]:
    """Return the mails that the facts under one message key speak of, earliest first.

    ``horizon`` is the join horizon in milliseconds: a reuse of the Message-ID is told of where the earlier mail is no longer ago than
    that, so that it does not matter what has left the state. ``ended_at`` is when the last mail was whose facts are gone; ``short`` says
    that there were more facts than are kept.
    """
    mails = []
    before = ended_at
    for cluster in clusters(facts):
        reused = before is not None and cluster[0].event.occurred_at - before <= horizon
        mails.append(_mail(key, cluster, reused=reused, short=short))
        before = cluster[-1].event.occurred_at
    return mails


def clusters(facts: Iterable[Fact]) -> list[list[Fact]]:
    """Split facts into mails, each sorted: from the earliest on, what lies within 24 h of it is the same mail."""
    found: list[list[Fact]] = []
    for fact in sorted(facts, key=lambda each: each.order):
        if not found or fact.event.occurred_at - found[-1][0].event.occurred_at > CLUSTER_SPAN_MS:
            found.append([])
        found[-1].append(fact)
    return found


def _mail(key: str, facts: Sequence[Fact], *, reused: bool, short: bool) -> UnitedMail:
    events = [fact.event for fact in facts]
    attachments, other_labels = unite_attachments(facts)
    # Two mails of one Message-ID begin more than 24 h apart, so never on the same day.
    day = (events[0].occurred_at - _DAY_BEGINS_MS) // CLUSTER_SPAN_MS
    return UnitedMail(
        key=key,
        of=f"{key}@{day}",
        occurred_at=_instant(facts),
        sender=believed(facts, "sender", lambda event: event.sender) or "",
        account=believed(facts, "account", lambda event: event.account),
        direction=believed(facts, "direction", lambda event: None if event.direction == "unknown" else event.direction) or "unknown",
        subject=believed(facts, "subject", lambda event: event.subject),
        recipients=tuple(sorted({recipient for event in events for recipient in event.recipients})),
        attachments=attachments,
        labels=tuple(sorted({label for event in events for label in event.labels} | set(other_labels))),
        dlp_types=tuple(sorted({dlp for event in events for dlp in event.dlp_types})),
        size=believed(facts, "size", lambda event: event.size),
        outside=max(fact.outside for fact in facts),
        reasons=_reasons(events, reused=reused, cut=short or any(fact.cut for fact in facts)),
        sources=_sources(events),
    )


def _instant(facts: Sequence[Fact]) -> Millis:
    # ``believed`` takes a value that is not None or zero; instants may be zero.
    known = believed(facts, "occurred_at", lambda event: (event.occurred_at,))
    return known[0] if known else facts[0].event.occurred_at


def _reasons(events: Sequence[MailEvent], *, reused: bool, cut: bool) -> tuple[str, ...]:
    found = {
        "message-id-reused": reused,
        "truncated": cut,
        "conflict:subject": differ(" ".join((event.subject or "").casefold().split()) for event in events),
        "conflict:sender": differ(canonical(event.sender) for event in events),
        "conflict:account": differ(canonical(event.account) for event in events if event.account),
        "conflict:direction": differ("" if event.direction == "unknown" else event.direction for event in events),
        "conflict:occurred-at": events[-1].occurred_at - events[0].occurred_at > _HOUR_MS,
    }
    return tuple(sorted(code for code, so in found.items() if so))


def _sources(events: Sequence[MailEvent]) -> tuple[Source, ...]:
    return tuple(dict.fromkeys(Source(feed=event.feed, record_id=event.record_id) for event in events))
