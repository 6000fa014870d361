"""Which accesses to files belong to a mail, by what, and what that makes the mail worth.

An access carries its keys in its role (``access:<content>:<name>``) and a mail in its facets (``content``, ``name``), so that an access
of a crowded day, of which little more than the role is kept, is joined like any other.
"""

from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from detectors import files
from detectors.contract import Evidence
from schemas.records import ClassifiedDocument, Reason

Join: TypeAlias = Literal["hash", "name", "time"]

_MINUTE: Final = 60_000
_SENT: Final[dict[Join, str]] = {
    "hash": "the very same content was sent",
    "name": "a file of that name was sent",
    "time": "something was sent; it is classified, and joined by time alone",
}
_MARKINGS: Final = frozenset({"attachment", "marked-message", "official-sensitive", "secret"})
"""Codes of which a mail has one: the highest."""
_TELLING: Final = frozenset({"own-account-declared", "own-account-likely", "disposable-or-relay"})
_ENDANGERING: Final = frozenset({"secret", "protected-person"})


@dataclass(frozen=True, slots=True)
class Joined:
    """The accesses that belong to a mail, in their order; ``how`` is the strongest join, ``nearest`` the access nearest by it."""

    how: Join
    accesses: Sequence[Evidence]
    nearest: Evidence


def access_role(file: ClassifiedDocument) -> str:
    """Return the role of an access to this file."""
    return f"access:{files.same_content(file)}:{files.same_name(file)}"


def mail_facets(documents: Iterable[ClassifiedDocument]) -> tuple[tuple[str, str], ...]:
    """Return the facets that join a mail with these attachments to accesses."""
    pairs = [pair for each in documents for pair in (("content", files.same_content(each)), ("name", files.same_name(each)))]
    return tuple(dict.fromkeys(pair for pair in pairs if pair[1]))


def join(mail: Evidence, around: Sequence[Evidence], *, by_time: bool = True, explained: Container[str] = ()) -> Joined | None:
    """Return the accesses ``around`` a mail that belong to it: those of the same content or name, the one sort with the other.

    Only where there is none do classified ones ``by_time``: those that do not come after the mail, and that are not ``explained``
    (activity ids) by an earlier mail that took the same content or name along.
    """
    has = frozenset(mail.facets)
    keys = [piece.role.split(":") for piece in around]
    by_hash = [piece for piece, (_, content, _) in zip(around, keys, strict=True) if ("content", content) in has]
    by_name = [piece for piece, (_, _, name) in zip(around, keys, strict=True) if ("name", name) in has]
    if by_hash or by_name:
        same = {piece.activity_id for piece in (*by_hash, *by_name)}
        both = [piece for piece in around if piece.activity_id in same]
        return Joined("hash" if by_hash else "name", both, _nearest(mail, by_hash or by_name))
    classified = [piece for piece in around if piece.reasons and piece.at <= mail.at and piece.activity_id not in explained]
    return Joined("time", classified, _nearest(mail, classified)) if by_time and classified else None


def told(mail: Evidence, joined: Joined, *, named: bool) -> str:
    """Return one sentence on the nearest access, its time and the join; without ``named`` it says nothing of the file."""
    access = joined.nearest
    minutes = abs(mail.at - access.at) // _MINUTE
    apart = f"{minutes} min" if minutes else "less than a minute"
    when = "before" if access.at <= mail.at else "after, by clocks that may differ,"
    return f"{access.summary if named and access.facets else 'a file was accessed'} {apart} {when} {_SENT[joined.how]}"


def worth(mail: Evidence, joined: Joined, *, again: bool) -> tuple[Reason, ...]:
    """Return the mail's reasons with the class of the accessed files laid over them: of each sort of reason the one with more points.

    What is the same by content or name took its class along. What is joined by time alone counts where that happens ``again`` and the
    mail goes to an account of the officer's own or one that hides who reads it, or where it would endanger somebody; else it is likelier a
    coincidence: whoever works with classified files all day has one open whenever they send a payslip home.
    """
    whole = joined.how != "time" or (again and any(reason.code in _TELLING for reason in mail.reasons))
    classes = [reason for piece in joined.accesses for reason in piece.reasons if whole or reason.code in _ENDANGERING]
    best: dict[str, Reason] = {}
    for reason in (*mail.reasons, *classes):
        sort = "marking" if reason.code in _MARKINGS else reason.code
        if sort not in best or reason.points > best[sort].points:
            best[sort] = reason
    return tuple(best.values())


def _nearest(mail: Evidence, accesses: Iterable[Evidence]) -> Evidence:
    return min(accesses, key=lambda piece: (abs(mail.at - piece.at), piece.at, piece.activity_id))
