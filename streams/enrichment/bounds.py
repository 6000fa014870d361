"""How much of one record is kept, and in which order facts are kept when there are too many of one message.

All of it is pure in the record and the reference data, so that the same facts leave the same state whatever order they came in.
"""

from collections.abc import Iterable, Mapping
from typing import Final, TypeVar

from msgspec.structs import replace

from schemas.records import AddressClass, Attachment, FileEvent, MailEvent, SettingEvent
from streams.enrichment.actors import actor
from streams.enrichment.addresses import canonical, split_mailbox
from streams.enrichment.precedence import Fact
from streams.enrichment.recipients import JUDGED, importance, judge
from streams.enrichment.reference import Reference

FIELD_CHARS: Final = 1_000
SUBJECT_CHARS: Final = 2_000
PATH_CHARS: Final = 4_000
NAME_CHARS: Final = 500
LABEL_CHARS: Final = 200
MOST_LABELS: Final = 50
MOST_ATTACHMENTS: Final = 200
MOST_RECIPIENTS: Final = 500
MOST_JUDGED: Final = 5_000
"""Of more recipients in one record, so many are held against the sender's name; personal addresses come before other outside ones."""

LIST_BYTES: Final = 16_384
"""A record's recipients, its attachments and its targets have so many bytes each at the most; its labels a quarter of that."""

FACT_BYTES: Final = 81_920
"""No fact within these bounds is larger, encoded."""

_Event = TypeVar("_Event", MailEvent, FileEvent, SettingEvent)


def bound_mail(event: MailEvent, reference: Reference) -> Fact:
    """Return the fact with what is kept of it. Recipients that can matter most are kept first, one protected channel before all."""
    recipients, outside = _recipients(event, reference)
    attachments = _attachments(event.attachments)
    kept = replace(
        _texts(event),
        message_id=_text(event.message_id, FIELD_CHARS),
        sender=_address(event.sender),
        account=None if event.account is None else _address(event.account),
        recipients=recipients,
        subject=_text(event.subject, SUBJECT_CHARS),
        attachments=attachments,
        labels=_labels(event.labels),
        dlp_types=_labels(event.dlp_types),
    )
    return Fact(kept, outside, kept != event)


def bound_file(event: FileEvent) -> FileEvent:
    """Return what is kept of a file event."""
    return replace(
        _texts(event),
        account=event.account[:FIELD_CHARS],
        path=event.path[:PATH_CHARS],
        name=event.name[:NAME_CHARS],
        sha256=_text(event.sha256, LABEL_CHARS),
        label=_text(event.label, LABEL_CHARS),
    )


def bound_setting(event: SettingEvent) -> SettingEvent:
    """Return what is kept of a setting event."""
    return replace(
        _texts(event),
        account=event.account[:FIELD_CHARS],
        mailbox=_text(event.mailbox, FIELD_CHARS),
        setting=event.setting[:LABEL_CHARS],
        targets=_within((_address(target) for target in event.targets), MOST_RECIPIENTS),
    )


def fact_rank(event: MailEvent, reference: Reference) -> int:
    """Return how readily a fact is let go when there are too many of one message; 0 last.

    Protected recipients stay, or what is withheld would come out; then what says more than one recipient; then own and relay
    addresses, then personal ones.
    """
    classes = {reference.addresses.classify(recipient) for recipient in event.recipients}
    if "protected" in classes:
        return 0
    if not event.recipients or event.attachments or event.labels or event.dlp_types:
        return 1
    return 2 + min(_places({canonical(recipient): recipient for recipient in event.recipients[:MOST_JUDGED]}, event, reference).values())


def _places(recipients: Mapping[str, str], event: MailEvent, reference: Reference) -> dict[str, int]:
    """Return the importance of each recipient, canonical -> as written."""
    identity = actor(event.sender or None, event.account, event.occurred_at, reference).identity
    places = {}
    for address, written in recipients.items():
        kind = reference.addresses.classify(address)
        own = judge(address, (split_mailbox(written)[0],), identity).own if kind in JUDGED else "no"
        places[address] = importance(kind, own)
    return places


def _recipients(event: MailEvent, reference: Reference) -> tuple[tuple[str, ...], int]:
    """Return the recipients that are kept and, where some are not, how many distinct ones lay outside the force."""
    if len(_within(event.recipients, MOST_RECIPIENTS)) == len(event.recipients):
        return event.recipients, 0
    distinct: dict[str, str] = {}
    classes: dict[str, AddressClass] = {}
    for recipient in sorted(event.recipients):
        address = canonical(recipient)
        if address not in distinct:
            distinct[address] = _address(recipient)
            classes[address] = reference.addresses.classify(recipient)
    outside = sum(kind not in {"own-tenant", "invalid"} for kind in classes.values())
    ranked = sorted(distinct, key=lambda each: (importance(classes[each], "no"), each))
    places = _places({address: distinct[address] for address in ranked[:MOST_JUDGED]}, event, reference)
    ranked[:MOST_JUDGED] = sorted(places, key=lambda each: (places[each], each))
    protected = [address for address in ranked if classes[address] == "protected"][:1]
    return _within((distinct[address] for address in dict.fromkeys([*protected, *ranked])), MOST_RECIPIENTS), outside


def _attachments(attachments: tuple[Attachment, ...]) -> tuple[Attachment, ...]:
    short = [
        replace(each, name=each.name[-NAME_CHARS:], label=_text(each.label, LABEL_CHARS), sha256=_text(each.sha256, LABEL_CHARS))
        for each in attachments  # the end of a name says what sort of file it is
    ]
    weights = [each.name + (each.label or "") + (each.sha256 or "") for each in short]
    if len(_within(weights, MOST_ATTACHMENTS)) == len(short):
        return tuple(short)
    short.sort(key=lambda each: (each.label is None, each.sha256 is None, each.name, each.size or 0, each.sha256 or "", each.label or ""))
    weights = [each.name + (each.label or "") + (each.sha256 or "") for each in short]
    return tuple(short[: len(_within(weights, MOST_ATTACHMENTS))])


def _labels(labels: tuple[str, ...]) -> tuple[str, ...]:
    if len(_within(labels, MOST_LABELS, LIST_BYTES // 4)) == len(labels):
        return labels
    return _within((label[:LABEL_CHARS] for label in sorted(set(labels))), MOST_LABELS, LIST_BYTES // 4)


def _texts(event: _Event) -> _Event:
    return replace(event, feed=event.feed[:LABEL_CHARS], record_id=event.record_id[:FIELD_CHARS])


def _text(text: str | None, longest: int) -> str | None:
    return None if text is None else text[:longest]


def _address(text: str) -> str:
    # An address hides behind however long a display name.
    return text if len(text) <= FIELD_CHARS else canonical(text)[:FIELD_CHARS]


def _within(texts: Iterable[str], most: int, room: int = LIST_BYTES) -> tuple[str, ...]:
    kept: list[str] = []
    for text in texts:
        room -= len(text.encode("utf-8", "surrogatepass")) + 2
        if len(kept) == most or room < 0:
            break
        kept.append(text)
    return tuple(kept)
