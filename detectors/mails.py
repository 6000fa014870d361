"""What detectors mean by *such a mail*, and what one is worth.

Officers write to victims, witnesses and solicitors at personal addresses all day. *Such a mail* is one to a personal, disposable,
relay or own address that has an attachment, a label or a marking, or that goes to an own account; any other mail to such an address
is shadow. What comes back from an own account is weighed by the same points.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import lru_cache

from detectors.contract import Evidence
from detectors.points import POINTS, Code, Points
from schemas.records import Activity, ClassifiedAddress, ClassifiedDocument, Marking, Reason

_RANKS: dict[Marking | None, int] = {None: 0, "OFFICIAL": 1, "OFFICIAL-SENSITIVE": 2, "SECRET": 3, "TOP SECRET": 4}
_UNOFFICIAL = frozenset({"personal", "disposable", "relay"})
_OWN = frozenset({"likely", "declared"})
_DESTINATIONS: tuple[Code, ...] = ("own-account-declared", "own-account-likely", "disposable-or-relay", "personal-address")
"""Of two with as many points the first is the one to tell: a declared account is certain."""
_CATEGORIES_COUNTED = 2
_TOLD = 3
_REMEMBERED = 64
"""How many mails' evidence is kept: the engine asks all detectors of one mail, and most of them ask the same."""


def marking_rank(marking: Marking | None) -> int:
    """Return 0 (unmarked) to 4 (TOP SECRET)."""
    return _RANKS[marking]


def is_own(address: ClassifiedAddress) -> bool:
    """Tell whether an address is the officer's own account, declared or likely."""
    return address.own in _OWN


def unofficial_addresses(activity: Activity) -> tuple[ClassifiedAddress, ...]:
    """Return the recipients of a mail that are personal, disposable, relay or the officer's own account."""
    if activity.kind != "mail":
        return ()
    return tuple(address for address in activity.addresses if address.class_ in _UNOFFICIAL or is_own(address))


def is_such_mail(activity: Activity) -> bool:
    """Tell whether this is *such a mail*: the sort that counts."""
    addresses = unofficial_addresses(activity)
    return bool(addresses) and (activity.content or any(map(is_own, addresses)))


def highest_marking(activity: Activity) -> Marking | None:
    """Return the highest marking on the message or any document."""
    markings = [document.marking for document in activity.documents] + [activity.message.marking if activity.message else None]
    return max(markings, key=marking_rank)


def categories(activity: Activity) -> tuple[str, ...]:
    """Return the distinct categories of the message and its documents, sorted."""
    named = {category for document in activity.documents for category in document.categories}
    return tuple(sorted(named | set(activity.message.categories if activity.message else ())))


def protected_person(activity: Activity) -> bool:
    """Tell whether the message or a document concerns a protected person."""
    return any(document.protected_person for document in activity.documents) or bool(activity.message and activity.message.protected_person)


def is_sensitive(activity: Activity) -> bool:
    """Tell whether the mail carries OFFICIAL-SENSITIVE-or-above, a categorised document or a protected person's."""
    rank = marking_rank(highest_marking(activity))
    return rank >= _RANKS["OFFICIAL-SENSITIVE"] or bool(categories(activity)) or protected_person(activity)


def document_name(document: ClassifiedDocument) -> str:
    """Return what tells documents apart: the content hash, else the name and size, else the size alone when the name is withheld."""
    return document.sha256 or f"{document.name or ''}:{document.size if document.size is not None else ''}"


@lru_cache(maxsize=_REMEMBERED)
def mail_evidence(activity: Activity, points: Points) -> Evidence | None:
    """Return what a mail to unofficial addresses proves, shadow when it is not *such a mail*; None for any other activity."""
    return _outbound_evidence(activity, points)


@lru_cache(maxsize=_REMEMBERED)
def shared_evidence(activity: Activity, points: Points) -> Evidence | None:
    """Return what a mail proves under a key that several officers share: whose it is stands in the facet ``officer``, and in the role."""
    evidence = _outbound_evidence(activity, points)
    whose = activity.officer_id
    return replace(evidence, role=whose, facets=(*evidence.facets, ("officer", whose))) if evidence is not None else None


def inbound_evidence(activity: Activity, points: Points) -> Evidence | None:
    """Return what a mail from the officer's own account proves, shadow without content; None for any other activity."""
    addresses = tuple(filter(is_own, activity.addresses)) if activity.kind == "inbound" else ()
    if not addresses:
        return None
    reasons = (*destination(addresses, points, "came from"), *_content(activity, points))
    return _evidence(activity, addresses, reasons, f"from {told(addresses)}", counted=activity.content)


def destination(addresses: Iterable[ClassifiedAddress], points: Points, verb: str = "went to") -> tuple[Reason, ...]:
    """Return the one reason for where it went, the strongest of the addresses'; none where all are somebody's at work.

    ``verb`` stands in the reason's words.
    """
    codes = sorted({code for address in addresses if (code := _destination_code(address)) is not None}, key=_DESTINATIONS.index)
    found = [points.reason(code, words=POINTS[code][1].replace("went to", verb, 1)) for code in codes]
    return (max(found, key=lambda reason: reason.points),) if found else ()


def told(addresses: Sequence[ClassifiedAddress]) -> str:
    """Return the first addresses with what they are, for a summary; of a withheld one no more than its class."""
    listed = ", ".join(f"{address.address or 'a withheld address'} ({_kind_of(address)})" for address in addresses[:_TOLD])
    return f"{listed} and {len(addresses) - _TOLD} more" if len(addresses) > _TOLD else listed


def _outbound_evidence(activity: Activity, points: Points) -> Evidence | None:
    addresses = unofficial_addresses(activity)
    if not addresses:
        return None
    reasons = (*destination(addresses, points), *_content(activity, points))
    return _evidence(activity, addresses, reasons, f"to {told(addresses)}", counted=is_such_mail(activity))


def _evidence(
    activity: Activity, addresses: Sequence[ClassifiedAddress], reasons: tuple[Reason, ...], where: str, *, counted: bool
) -> Evidence:
    facets = [("address", address.address) for address in addresses if address.address is not None]
    facets += [("document", document_name(document)) for document in activity.documents]
    sizes = [document.size for document in activity.documents if document.size is not None]
    return Evidence(
        activity_id=activity.activity_id,
        at=activity.occurred_at,
        value=sum(sizes) if sizes else activity.size or 0,
        facets=tuple(dict.fromkeys(facets)),
        reasons=reasons,
        summary=f"{_what(activity)} {where}",
        counted=counted,
    )


def _destination_code(address: ClassifiedAddress) -> Code | None:
    if address.own == "declared":
        return "own-account-declared"
    if address.own == "likely":
        return "own-account-likely"
    if address.class_ in {"disposable", "relay"}:
        return "disposable-or-relay"
    return "personal-address" if address.class_ == "personal" else None


def class_reasons(activity: Activity, points: Points, *, verb: str = "carried") -> tuple[Reason, ...]:
    """Return the reasons for what is sensitive about the message and its documents, a mail's or a file event's; none where nothing is."""
    reasons = []
    rank = marking_rank(highest_marking(activity))
    if rank >= _RANKS["SECRET"]:
        reasons.append(points.reason("secret", words=f"{verb} {highest_marking(activity)} material"))
    elif rank == _RANKS["OFFICIAL-SENSITIVE"]:
        reasons.append(points.reason("official-sensitive", words=f"{verb} OFFICIAL-SENSITIVE material"))
    named = categories(activity)
    if named:
        times = min(len(named), _CATEGORIES_COUNTED)
        reasons.append(points.reason("category", times=times, words=f"{verb} material on {', '.join(named)}"))
    if protected_person(activity):
        reasons.append(points.reason("protected-person"))
    return tuple(reasons)


def _content(activity: Activity, points: Points) -> tuple[Reason, ...]:
    """Return the reasons for what a mail carried; below OFFICIAL-SENSITIVE an attachment, else a label or marking, speaks for itself."""
    classed = class_reasons(activity, points)
    if marking_rank(highest_marking(activity)) >= _RANKS["OFFICIAL-SENSITIVE"] or not (activity.documents or activity.content):
        return classed
    return (points.reason("attachment" if activity.documents else "marked-message"), *classed)


def _what(activity: Activity) -> str:
    """Name a mail; of a withheld one say no more than counts."""
    what = f"“{activity.subject}”" if activity.subject else "A mail"
    files = len(activity.documents)
    return f"{what} with {files} attachment{'s' if files != 1 else ''}" if files else what


def _kind_of(address: ClassifiedAddress) -> str:
    return f"{address.own} own account" if is_own(address) else address.class_
