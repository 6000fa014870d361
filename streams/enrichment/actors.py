"""Who did it: the officer behind a mailbox or an account, as of the event."""

from dataclasses import dataclass
from typing import Final

from schemas.records import Millis, OfficerContext
from streams.enrichment.addresses import canonical, split_mailbox
from streams.enrichment.name_words import is_role
from streams.enrichment.officers import OfficerIdentity, OfficerMatch
from streams.enrichment.reference import Reference

NO_OFFICER_RECORD: Final = "no-officer-record"
DELEGATE: Final = "delegate"
# A contractor's record may name a free mailbox; what is sent from there does not leave the force.
_ELSEWHERE: Final = frozenset({"personal", "disposable", "relay", "invalid"})


@dataclass(frozen=True, slots=True)
class Actor:
    """Whose activity it is. ``account`` is the account that acted; ``officer`` is None where there is no officer record."""

    officer_id: str
    account: str
    identity: OfficerIdentity
    officer: OfficerContext | None = None
    reasons: tuple[str, ...] = ()


def belongs(identifier: str, at: Millis, reference: Reference) -> bool:
    """Tell whether an address or account is the force's: its domain is on the own list, or an officer record names it."""
    kind = reference.addresses.classify(identifier)
    if kind == "own-tenant":
        return True
    return (kind not in _ELSEWHERE or "@" not in identifier) and reference.officers.find(identifier, at) is not None


def actor(owner: str | None, account: str | None, at: Millis, reference: Reference) -> Actor:
    """Return who acted: the person behind ``account`` where there is one, else the owner of the mailbox.

    ``account`` differs from ``owner`` for a delegate (Send As, Send on Behalf) and for a shared mailbox, which is no person. Where
    neither has an officer record the activity is kept under the mailbox, flagged.
    """
    mailbox = owner or account or ""
    holder = reference.officers.find(owner, at) if owner else None
    person = reference.officers.find(account, at) if account else None
    if person is not None:
        other = (
            owner is not None
            and canonical(owner) != canonical(account or "")
            and (holder is None or holder.officer_id != person.officer_id)
        )
        return _known(person, account or mailbox, (DELEGATE,) if other else ())
    if holder is not None:
        return _known(holder, account or mailbox, ())
    address = canonical(mailbox)
    return Actor(f"account:{address or 'unknown'}", account or address, _guess(mailbox), reasons=(NO_OFFICER_RECORD,))


def _known(match: OfficerMatch, account: str, more: tuple[str, ...]) -> Actor:
    return Actor(match.officer_id, account, match.identity, match.context, (*match.reasons, *more))


def _guess(mailbox: str) -> OfficerIdentity:
    # Without a record the address is the only hint of a name: jo.hale@force is likely Jo Hale.
    display, address = split_mailbox(mailbox)
    local = canonical(address).rpartition("@")[0].replace(".", " ").replace("_", " ").strip()
    # A role or shared mailbox (control.room@force) is no person: it has no name that an address outside could be of.
    names = () if is_role(local) else tuple(name for name in (display, local) if " " in name)
    return OfficerIdentity(names=names, addresses=(canonical(address),))
