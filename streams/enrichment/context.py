"""A united mail, a file event or a setting event -> activities: officer, addresses, documents, once per grouping that is wanted.

Pure. The revision of each activity is 0 here: the stage sets it. Nothing that is withheld leaves this module.
"""

from collections.abc import Iterable
from typing import Final

from msgspec.structs import replace

from schemas.identity import activity_id, event_id, fingerprint
from schemas.records import (
    Activity,
    Classification,
    ClassifiedDocument,
    FileEvent,
    Grouping,
    Kind,
    SettingEvent,
    Source,
)
from streams.enrichment.actors import Actor, actor, belongs
from streams.enrichment.assembly import UnitedMail
from streams.enrichment.furniture import is_worth_following
from streams.enrichment.officers import OfficerIdentity
from streams.enrichment.recipients import BROADCAST_ABOVE, Recipients, classify, is_private
from streams.enrichment.reference import Reference
from streams.enrichment.wanted import Wanted

MOST_DOCUMENTS: Final = 200
MOST_SOURCES: Final = 100
_MOST_OFFICERS: Final = 100


def mail_activities(mail: UnitedMail, reference: Reference, wanted: Wanted) -> list[Activity]:
    """Return what a mail amounts to; nothing when it went nowhere that matters, or out to protected channels alone."""
    at = mail.occurred_at
    outside_sender = reference.addresses.classify(mail.sender) != "own-tenant"
    came_in = mail.direction == "inbound" and outside_sender
    if not came_in and (belongs(mail.sender, at, reference) or (mail.account is not None and belongs(mail.account, at, reference))):
        return _outbound(mail, reference, wanted) if "mail" in wanted.kinds else []
    return _inbound(mail, reference, wanted) if outside_sender and "inbound" in wanted.kinds else []


def file_activities(event: FileEvent, reference: Reference, wanted: Wanted) -> list[Activity]:
    """Return what a file event amounts to: always an activity of whoever did it."""
    who = actor(None, event.account, event.occurred_at, reference)
    known = reference.documents.classify_file(event.path, event.name, event.label, event.sha256, event.occurred_at)
    document = _document(event.name, event.size, event.label, event.sha256, known, withheld=False)
    whole = _activity("file", event_id(event), who, event.occurred_at, reference, (Source(feed=event.feed, record_id=event.record_id),))
    whole = replace(whole, path=event.path, action=event.action, documents=(document,), size=event.size)
    return _per_grouping(whole, wanted)


def setting_activities(event: SettingEvent, reference: Reference, wanted: Wanted) -> list[Activity]:
    """Return what a setting amounts to, removals too: they end what was set. Nothing when it names protected channels alone."""
    who = actor(event.mailbox, event.account, event.occurred_at, reference)
    targets = classify(event.targets, who.identity, reference)
    if targets.protected and len(targets.listed) == 1:
        return []
    whole = _activity("setting", event_id(event), who, event.occurred_at, reference, (Source(feed=event.feed, record_id=event.record_id),))
    whole = replace(whole, setting=event.setting, action=event.action, addresses=targets.listed, external_count=targets.count)
    return _per_grouping(replace(whole, broadcast=targets.count > BROADCAST_ABOVE, withheld=targets.protected), wanted)


def _outbound(mail: UnitedMail, reference: Reference, wanted: Wanted) -> list[Activity]:
    who = actor(mail.sender or None, mail.account, mail.occurred_at, reference)
    recipients = classify(mail.recipients, who.identity, reference)
    whole = _mail("mail", mail, who, recipients, reference)
    if not recipients.private and not (whole.content and any(each.class_ == "external" for each in recipients.listed)):
        return []
    return _per_grouping(replace(whole, addresses=recipients.listed), wanted)


def _inbound(mail: UnitedMail, reference: Reference, wanted: Wanted) -> list[Activity]:
    """Return an activity for each officer who got the mail from an account that may be their own."""
    found: list[Activity] = []
    for recipient in classify(mail.recipients, OfficerIdentity(), reference).inside[:_MOST_OFFICERS]:
        who = actor(recipient, None, mail.occurred_at, reference)
        sender = classify((mail.sender,), who.identity, reference)
        if sender.private and sender.listed[0].own != "no":
            whole = _mail("inbound", mail, who, classify(mail.recipients, who.identity, reference), reference)
            found += _per_grouping(replace(whole, addresses=sender.listed), wanted)
    return found


def _mail(kind: Kind, mail: UnitedMail, who: Actor, recipients: Recipients, reference: Reference) -> Activity:
    at, withheld = mail.occurred_at, recipients.protected
    documents = [
        _document(each.name, each.size, each.label, each.sha256, known, withheld=withheld)
        for each in mail.attachments
        for known in (reference.documents.classify_attachment(each.name, each.size, each.label, each.sha256, at),)
    ]
    message = reference.documents.classify_message(mail.subject, mail.labels, mail.dlp_types, at)
    marked = message.marking is not None or bool(message.categories) or message.protected_person
    count = max(recipients.count, mail.outside)
    whole = _activity(kind, mail.of, who, at, reference, _sources(mail.sources[:MOST_SOURCES], recipients.hidden))
    return replace(
        whole,
        message_id=mail.key,
        direction="inbound" if kind == "inbound" else "outbound",
        subject=None if withheld else mail.subject,
        documents=tuple(sorted(documents, key=_weight)[:MOST_DOCUMENTS]),
        message=message,
        content=bool(mail.attachments or mail.labels or mail.dlp_types) or marked,
        external_count=count,
        broadcast=count > BROADCAST_ABOVE,
        withheld=withheld,
        size=mail.size,
        reasons=tuple(sorted({*mail.reasons, *who.reasons})),
    )


def _activity(kind: Kind, of: str, who: Actor, at: int, reference: Reference, sources: tuple[Source, ...]) -> Activity:
    return Activity(
        activity_id=activity_id(kind, of, who.officer_id),
        revision=0,
        kind=kind,
        grouping="officer",
        value=who.officer_id,
        occurred_at=at,
        officer_id=who.officer_id,
        officer=who.officer,
        account=who.account,
        reasons=tuple(sorted(set(who.reasons))),
        sources=sources,
        reference_version=reference.version,
    )


def _per_grouping(whole: Activity, wanted: Wanted) -> list[Activity]:
    """Return the activity under each grouping that is wanted; a broadcast only under its officer."""
    found = [whole] if wanted.under(whole.kind, "officer") else []
    if not whole.broadcast:
        found += _by_address(whole) if wanted.under(whole.kind, "address") else []
        found += _by_document(whole) if wanted.under(whole.kind, "document") else []
    return found


def _by_address(whole: Activity) -> Iterable[Activity]:
    # Whoever shares an address has no business with the rest of the mail: it carries that address, and how many documents of which class.
    classes = tuple(
        ClassifiedDocument(marking=each.marking, categories=each.categories, protected_person=each.protected_person)
        for each in whole.documents
    )
    bare = replace(whole, subject=None, path=None, documents=classes)
    for each in whole.addresses:
        if each.address is not None and is_private(each):
            yield _under("address", each.address, replace(bare, addresses=(each,)))


def _by_document(whole: Activity) -> Iterable[Activity]:
    if whole.kind == "mail" and not any(is_private(each) for each in whole.addresses):
        return  # what goes to suppliers and partners alone would be most of the keys, and nobody asks who else sent it
    seen: dict[str, ClassifiedDocument] = {}
    for each in whole.documents:
        if each.sha256 and is_worth_following(each):
            seen.setdefault(each.sha256.casefold(), each)
    for digest, each in seen.items():
        yield _under("document", digest, replace(whole, documents=(each,)))


def _under(grouping: Grouping, value: str, activity: Activity) -> Activity:
    return replace(activity, grouping=grouping, value=value)


def _document(
    name: str, size: int | None, label: str | None, sha256: str | None, known: Classification, *, withheld: bool
) -> ClassifiedDocument:
    return ClassifiedDocument(
        name=None if withheld else name,
        size=size,
        sha256=sha256,
        label=label,
        marking=known.marking,
        categories=known.categories,
        protected_person=known.protected_person,
        reasons=known.reasons,  # they name rules and quote nothing
    )


def _sources(sources: Iterable[Source], hidden: frozenset[str]) -> tuple[Source, ...]:
    # A trace names its records by recipient. The fingerprint still tells whoever holds the export which record it was.
    return tuple(
        Source(feed=each.feed, record_id=f"withheld:{fingerprint(each.record_id)}")
        if any(spelling in each.record_id.casefold() for spelling in hidden)
        else each
        for each in sources
    )


def _weight(document: ClassifiedDocument) -> tuple[bool, bool, bool, str, str, int]:
    # When not all are listed, those that are known to matter are.
    classified = bool(document.marking or document.categories)
    return (
        not document.protected_person,
        not classified,
        not document.sha256,
        document.name or "",
        document.sha256 or "",
        document.size or 0,
    )
