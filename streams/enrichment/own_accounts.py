"""Tell whether an outside address is the sender's own.

Declared in the officer's record: certain. Otherwise the local part, without digits and separators, the domain and the display name are
held against all names of the officer and the collar number. The same surname alone is *not* the same person.
"""

from dataclasses import dataclass
from functools import lru_cache

from schemas.records import Own
from streams.enrichment.canonical import parse
from streams.enrichment.display_names import Shown, read_display
from streams.enrichment.local_parts import Finding, read_domain, read_local
from streams.enrichment.name_words import is_role
from streams.enrichment.names import person
from streams.enrichment.officers import OfficerIdentity


@dataclass(frozen=True, slots=True)
class OwnVerdict:
    """Whether the address is the officer's own, and the codes that say why (none for ``no``)."""

    own: Own
    reasons: tuple[str, ...] = ()


_NO = OwnVerdict("no")


@lru_cache(maxsize=65_536)
def resolve(address: str, display_name: str | None, officer: OfficerIdentity) -> OwnVerdict:
    """Judge one address against one officer. Never raises; a string that is no address is nobody's own."""
    mailbox = parse(address)
    if not mailbox.domain:
        return _NO
    if mailbox.text in officer.personal_addresses:
        return OwnVerdict("declared", ("declared",))
    known = person(officer.names)
    found = read_local(mailbox.written, known, officer.collar_number)
    if found.own == "no":
        found = read_domain(mailbox.written, mailbox.domain, known)
    shown = read_display(display_name or "", known)
    own, reasons = _weigh(found, shown, role=is_role(mailbox.written))
    return OwnVerdict(own, reasons) if own != "no" else _NO


def _weigh(found: Finding, shown: Shown, *, role: bool) -> tuple[Own, tuple[str, ...]]:  # noqa: PLR0911 - a decision list: one verdict a line
    if role:
        return ("possible", ("display-name",)) if shown == "full" else ("no", ())
    if shown == "full":
        doubtful = found.reason in {"generation", "other-forename"}
        return ("possible" if doubtful else "likely"), _reasons(found, "display-name")
    if shown == "generation":
        return "possible", _reasons(found, "generation")
    if shown == "self":
        return "likely", _reasons(found, "display-self")
    if shown == "someone-else":
        return ("possible", _reasons(found, "display-name-differs")) if found.own == "likely" and found.whole else ("no", ())
    if shown in {"forename", "initial-surname", "belongings"}:
        # Weak on its own; together with a local part that points the same way it is enough.
        if found.own != "no":
            return "likely", _reasons(found, f"display-{shown}")
        return ("no", ()) if shown == "forename" or found.reason == "other-forename" else ("possible", (f"display-{shown}",))
    return found.own, _reasons(found)


def _reasons(found: Finding, *more: str) -> tuple[str, ...]:
    return (*((found.reason,) if found.own != "no" else ()), *(code for code in more if code != found.reason))
