"""Exceptions: which of an officer's mails were authorised, earliest first, up to each exception's limit."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from detectors.mails import highest_marking, is_own, is_such_mail, marking_rank, protected_person, unofficial_addresses
from schemas.records import Activity, ClassifiedAddress, ExceptionFact


@dataclass(frozen=True, slots=True)
class Authority:
    """What authorises one mail: the exceptions drawn on, and by whom they were given."""

    exceptions: tuple[str, ...]
    authorised_by: str


def authorised(activities: Iterable[Activity], exceptions: Mapping[str, ExceptionFact], used: Mapping[str, int]) -> dict[str, Authority]:
    """Return what authorises which activity, by activity id.

    ``activities`` are an officer's, sorted by (occurred_at, activity_id); ``used`` is how often each exception was drawn on by mails
    that are no longer held. A mail is authorised when every unofficial address that it goes to is covered, at that instant, by an
    exception with room left whose highest marking is not below the mail's. A protected person's document is never covered.
    """
    standing = sorted((exception for exception in exceptions.values() if not exception.void), key=lambda exception: exception.exception_id)
    drawn = Counter(used)
    found: dict[str, Authority] = {}
    if not standing:
        return found
    for activity in activities:
        if not is_such_mail(activity) or protected_person(activity):
            continue
        covering = _covering(activity, standing, drawn)
        if covering is None:
            continue
        drawn.update(exception.exception_id for exception in covering)
        found[activity.activity_id] = Authority(
            exceptions=tuple(exception.exception_id for exception in covering),
            authorised_by=", ".join(dict.fromkeys(exception.authorised_by for exception in covering)),
        )
    return found


def _covering(activity: Activity, standing: Iterable[ExceptionFact], drawn: Mapping[str, int]) -> list[ExceptionFact] | None:
    """Return the distinct exceptions that together cover every unofficial address, or None."""
    rank = marking_rank(highest_marking(activity))
    room = [exception for exception in standing if _in_force(exception, activity, rank) and _has_room(exception, drawn)]
    covering: dict[str, ExceptionFact] = {}
    for address in unofficial_addresses(activity):
        match = next((exception for exception in room if _names(exception, address)), None)
        if match is None:
            return None
        covering[match.exception_id] = match
    return list(covering.values())


def _in_force(exception: ExceptionFact, activity: Activity, rank: int) -> bool:
    at = activity.occurred_at
    started = exception.starts is None or exception.starts <= at
    running = exception.ends is None or at < exception.ends
    allowed = max(marking_rank(exception.highest_marking), marking_rank("OFFICIAL"))  # a routine marking needs no leave of its own
    return started and running and rank <= allowed


def _has_room(exception: ExceptionFact, drawn: Mapping[str, int]) -> bool:
    return exception.limit is None or drawn.get(exception.exception_id, 0) < exception.limit


def _names(exception: ExceptionFact, address: ClassifiedAddress) -> bool:
    """Tell whether an exception is for this address: the address itself, or ``@domain`` for all at a domain but the officer's own."""
    if address.address is None:
        return False
    if exception.address.startswith("@"):
        # Leave to write to the public at a provider is no leave to write to oneself there: that takes the account by name.
        return address.address.endswith(exception.address) and not is_own(address)
    return address.address == exception.address
