"""What counts, by a second and deliberately naive reading of design section 5: all facts at once, no state, nothing retired.

Of the product it uses the words and points of a single mail (``mail_evidence``, of which only ``reasons`` and ``summary`` are read): to
write them again would be to copy a table. What is such a mail, what is sensitive, and what is authorised it finds for itself.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeVar

from msgspec.structs import replace

from detectors.engine.facts import Record
from detectors.mails import mail_evidence
from detectors.points import Points
from schemas.records import Activity, Classification, ClassifiedAddress, ClassifiedDocument, ExceptionFact, Reason, SubjectFact

RANK = {None: 0, "OFFICIAL": 1, "OFFICIAL-SENSITIVE": 2, "SECRET": 3, "TOP SECRET": 4}
POINTS = Points()
FactT = TypeVar("FactT", Activity, ExceptionFact, SubjectFact)


@dataclass(frozen=True)
class Piece:
    """A mail to unofficial addresses, with what every detector makes of it."""

    mail: Activity
    counted: bool
    authorised_by: str | None
    sensitive: bool
    unofficial: tuple[ClassifiedAddress, ...]
    reasons: tuple[Reason, ...]
    summary: str

    @property
    def at(self) -> int:
        """When, in UTC ms."""
        return self.mail.occurred_at

    @property
    def name(self) -> str:
        """The activity's id."""
        return self.mail.activity_id

    @property
    def points(self) -> int:
        """The sum of the mail's own points."""
        return sum(reason.points for reason in self.reasons)


@dataclass(frozen=True)
class Reading:
    """What stands of an officer: pieces by (time, id), the officer's records, and how many mails an exception's limit alone refused."""

    pieces: list[Piece]
    subjects: list[SubjectFact]
    refused: int


def read(records: Iterable[Record]) -> Reading:
    """Read the highest revision of every fact; of several exceptions for an address the first by id is drawn on."""
    everything = list(records)
    mails = _latest((each.activity_id, each) for each in everything if isinstance(each, Activity))
    exceptions = _latest((each.exception_id, each) for each in everything if isinstance(each, ExceptionFact))
    subjects = _latest((each.fact_id, each) for each in everything if isinstance(each, SubjectFact))
    exceptions.sort(key=lambda each: each.exception_id)
    declared = {written for subject in subjects for written in subject.personal_addresses}
    drawn = dict.fromkeys((each.exception_id for each in exceptions), 0)
    pieces, refused = [], 0
    for mail in sorted(mails, key=lambda each: (each.occurred_at, each.activity_id)):
        told = replace(
            mail, addresses=tuple(replace(each, own="declared") if each.address in declared else each for each in mail.addresses)
        )
        unofficial = tuple(each for each in told.addresses if each.class_ in {"personal", "disposable", "relay"} or _own(each))
        if not unofficial:
            continue
        such = told.content or any(map(_own, unofficial))
        leave, was_refused = _leave(told, unofficial, exceptions, drawn) if such else ([], False)
        refused += was_refused
        for exception in leave:
            drawn[exception.exception_id] += 1
        pieces.append(_piece(told, unofficial, counted=such and not leave, leave=leave))
    return Reading(pieces, subjects, refused)


def _own(address: ClassifiedAddress) -> bool:
    return address.own in {"likely", "declared"}


def _latest(named: Iterable[tuple[str, FactT]]) -> list[FactT]:
    found: dict[str, FactT] = {}
    for name, fact in named:
        if name not in found or fact.revision > found[name].revision:
            found[name] = fact
    return [fact for fact in found.values() if not fact.void]


def _content(mail: Activity) -> list[Classification | ClassifiedDocument]:
    return [*mail.documents, *([mail.message] if mail.message is not None else [])]


def _protected(mail: Activity) -> bool:
    return any(each.protected_person for each in _content(mail))


def _rank(mail: Activity) -> int:
    return max((RANK[each.marking] for each in _content(mail)), default=0)


def _piece(mail: Activity, unofficial: tuple[ClassifiedAddress, ...], *, counted: bool, leave: list[ExceptionFact]) -> Piece:
    evidence = mail_evidence(mail, POINTS)
    assert evidence is not None
    return Piece(
        mail=mail,
        counted=counted,
        authorised_by=", ".join(dict.fromkeys(each.authorised_by for each in leave)) if leave else None,
        sensitive=_rank(mail) >= RANK["OFFICIAL-SENSITIVE"] or _protected(mail) or any(each.categories for each in _content(mail)),
        unofficial=unofficial,
        reasons=evidence.reasons,
        summary=evidence.summary,
    )


def _leave(
    mail: Activity, unofficial: tuple[ClassifiedAddress, ...], exceptions: list[ExceptionFact], drawn: dict[str, int]
) -> tuple[list[ExceptionFact], bool]:
    """Return the exceptions that cover every unofficial address, none when one is uncovered; and whether a limit alone stood against it."""
    fitting = [[each for each in exceptions if _covers(each, mail, address)] for address in unofficial]
    with_room = [[each for each in some if each.limit is None or drawn[each.exception_id] < each.limit] for some in fitting]
    if _protected(mail) or not all(fitting):
        return [], False
    if not all(with_room):
        return [], True
    return list({some[0].exception_id: some[0] for some in with_room}.values()), False


def _covers(exception: ExceptionFact, mail: Activity, address: ClassifiedAddress) -> bool:
    whole_domain = exception.address[0] == "@" and address.own not in {"likely", "declared"}
    named = address.address is not None and (
        address.address == exception.address or (whole_domain and address.address.endswith(exception.address))
    )
    in_time = (exception.starts or 0) <= mail.occurred_at and (exception.ends is None or mail.occurred_at < exception.ends)
    return named and in_time and _rank(mail) <= max(RANK[exception.highest_marking], RANK["OFFICIAL"])
