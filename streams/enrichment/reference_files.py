"""The four reference files of a force -> typed records, every fault at once.

officers.csv, document_classes.csv, exceptions.csv and addresses.yaml must all be there; the CSV files may hold nothing but a header.
"""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, get_args
from zoneinfo import ZoneInfo

from schemas.records import AddressListEntry, ClassKind, DocumentClass, ExceptionFact, Marking, Millis, Officer, SubjectFact
from streams.enrichment.address_file import read_addresses
from streams.enrichment.canonical import canonical, canonical_domain, parse
from streams.enrichment.reference_cells import Faults, ReferenceFilesError, Row, read_rows

__all__ = ["ReferenceFilesError", "ReferenceRecords", "read_reference", "subject_facts"]

OFFICER_COLUMNS: Final = Officer.__struct_fields__
CLASS_COLUMNS: Final = DocumentClass.__struct_fields__
EXCEPTION_COLUMNS: Final = tuple(name for name in ExceptionFact.__struct_fields__ if name not in {"revision", "void"})

_MARKINGS: Final[tuple[Marking, ...]] = get_args(Marking)
_KINDS: Final[tuple[ClassKind, ...]] = get_args(ClassKind)
_SHA256 = re.compile(r"[0-9a-fA-F]{64}")


@dataclass(frozen=True, slots=True)
class ReferenceRecords:
    """What the four files hold."""

    officers: list[Officer]
    classes: list[DocumentClass]
    exceptions: list[ExceptionFact]
    entries: list[AddressListEntry]


def read_reference(folder: Path, zone: ZoneInfo, revision: int = 0, *, own_elsewhere: bool = False) -> ReferenceRecords:
    """Read the four files in ``folder``; dates without a time are midnight in ``zone``; ``revision`` is written into the exceptions.

    With ``own_elsewhere`` the force's own domains may stand in its configuration alone.
    Raises ReferenceFilesError with the file, line, column, value and what is allowed, of every fault in any of them.
    """
    faults = Faults()
    officers = _officers(folder / "officers.csv", zone, faults)
    classes = _classes(folder / "document_classes.csv", zone, faults)
    exceptions = _exceptions(folder / "exceptions.csv", zone, revision, {officer.officer_id for officer in officers}, faults)
    entries = read_addresses(folder / "addresses.yaml", faults, own_elsewhere=own_elsewhere)
    if faults.found:
        raise ReferenceFilesError(faults.found)
    return ReferenceRecords(officers, classes, exceptions, entries)


def subject_facts(officers: Iterable[Officer], revision: int) -> list[SubjectFact]:
    """Give the dated facts of each officer record: ``fact_id`` is the officer's id and the record's valid_from (or ``always``)."""
    return [
        SubjectFact(
            fact_id=f"{officer.officer_id}@{_iso(officer.valid_from)}",
            revision=revision,
            officer_id=officer.officer_id,
            name=officer.name,
            personal_addresses=tuple(dict.fromkeys(canonical(address) for address in officer.personal_addresses)),
            last_day=officer.last_day,
            suspended_from=officer.suspended_from,
            suspended_to=officer.suspended_to,
            trained_at=officer.trained_at,
            warned_at=officer.warned_at,
            monitored_from=officer.monitored_from,
            monitored_to=officer.monitored_to,
            valid_from=officer.valid_from,
            valid_to=officer.valid_to,
        )
        for officer in officers
    ]


def _officers(path: Path, zone: ZoneInfo, faults: Faults) -> list[Officer]:
    officers: list[Officer] = []
    seen: Counter[tuple[str, Millis | None]] = Counter()
    for row in read_rows(path, OFFICER_COLUMNS, ("officer_id", "name"), zone, faults):
        officer = Officer(
            officer_id=row.required("officer_id"),
            name=row.required("name"),
            collar_number=row.text("collar_number"),
            rank=row.text("rank"),
            unit=row.text("unit"),
            role=row.text("role"),
            vetting=row.text("vetting"),
            line_manager=row.text("line_manager"),
            addresses=_addresses(row, "addresses"),
            accounts=row.many("accounts"),
            personal_addresses=_addresses(row, "personal_addresses"),
            last_day=row.instant("last_day"),
            suspended_from=row.instant("suspended_from"),
            suspended_to=row.instant("suspended_to"),
            trained_at=row.instant("trained_at"),
            warned_at=row.instant("warned_at"),
            monitored_from=row.instant("monitored_from"),
            monitored_to=row.instant("monitored_to"),
            valid_from=row.instant("valid_from"),
            valid_to=row.instant("valid_to"),
        )
        row.after("valid_from", "valid_to", officer.valid_from, officer.valid_to)
        row.after("suspended_from", "suspended_to", officer.suspended_from, officer.suspended_to)
        row.after("monitored_from", "monitored_to", officer.monitored_from, officer.monitored_to)
        if ":" in officer.officer_id:
            row.fault("officer_id", "an id must not hold a colon, which parts the pieces of a key")
        key = (officer.officer_id, officer.valid_from)
        seen[key] += 1
        if officer.officer_id and seen[key] > 1:
            row.fault("valid_from", f"officer {officer.officer_id} has another row with the same valid_from; each row needs its own")
        officers.append(officer)
    return officers


def _classes(path: Path, zone: ZoneInfo, faults: Faults) -> list[DocumentClass]:
    classes: list[DocumentClass] = []
    seen: set[str] = set()
    for row in read_rows(path, CLASS_COLUMNS, ("class_id", "kind", "pattern"), zone, faults):
        kind = row.one_of("kind", _KINDS)
        pattern = row.required("pattern")
        if row.text("kind") is None:
            row.fault("kind", f"allowed is one of {', '.join(_KINDS)}")
        if kind == "hash" and not _SHA256.fullmatch(pattern):
            row.fault("pattern", "allowed is a SHA-256 in 64 hex digits")
        if pattern and not pattern.strip("*?/\\ "):
            row.fault("pattern", "too wide: it would fit every document")
        document_class = DocumentClass(
            class_id=row.required("class_id"),
            kind=kind or "name",
            pattern=pattern.casefold() if kind == "hash" else pattern,
            marking=row.one_of("marking", _MARKINGS, _marking_key),
            categories=row.many("categories"),
            protected_person=row.flag("protected_person"),
            valid_from=row.instant("valid_from"),
            valid_to=row.instant("valid_to"),
        )
        row.after("valid_from", "valid_to", document_class.valid_from, document_class.valid_to)
        _once(row, "class_id", document_class.class_id, seen)
        if not (row.text("marking") or document_class.categories or document_class.protected_person):
            row.fault("marking", "a class that says nothing is of no use: give a marking, a category or protected_person")
        classes.append(document_class)
    return classes


def _exceptions(path: Path, zone: ZoneInfo, revision: int, officer_ids: set[str], faults: Faults) -> list[ExceptionFact]:
    exceptions: list[ExceptionFact] = []
    seen: set[str] = set()
    for row in read_rows(path, EXCEPTION_COLUMNS, ("exception_id", "officer_id", "address", "authorised_by"), zone, faults):
        fact = ExceptionFact(
            exception_id=row.required("exception_id"),
            revision=revision,
            officer_id=row.required("officer_id"),
            address=_exception_address(row),
            highest_marking=row.one_of("highest_marking", _MARKINGS, _marking_key),
            purpose=row.text("purpose") or "",
            authorised_by=row.required("authorised_by"),
            starts=row.instant("starts"),
            ends=row.instant("ends"),
            limit=row.number("limit"),
        )
        row.after("starts", "ends", fact.starts, fact.ends)
        _once(row, "exception_id", fact.exception_id, seen)
        if fact.officer_id and officer_ids and fact.officer_id not in officer_ids:
            row.fault("officer_id", "no such officer in officers.csv")
        exceptions.append(fact)
    return exceptions


def _exception_address(row: Row) -> str:
    text = row.required("address")
    if text.startswith("@"):
        domain = canonical_domain(text[1:])
        if not domain:
            row.fault("address", "allowed is a full address, or @domain")
        return f"@{domain}"
    mailbox = parse(text)
    if text and not mailbox.domain:
        row.fault("address", "allowed is a full address, or @domain")
    return mailbox.text


def _addresses(row: Row, column: str) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for text in row.many(column):
        mailbox = parse(text)
        if mailbox.domain:
            found[mailbox.text] = None
        else:
            row.faults.add(row.file, row.line, column, text, "not an address; allowed are full addresses joined by ;")
    return tuple(found)


def _once(row: Row, column: str, value: str, seen: set[str]) -> None:
    if value and value in seen:
        row.fault(column, "stands in an earlier line already; each line needs its own")
    seen.add(value)


def _marking_key(text: str) -> str:
    return text.casefold().replace("-", " ")


def _iso(at: Millis | None) -> str:
    if at is None:
        return "always"
    moment = datetime.fromtimestamp(at // 1000, UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{at % 1000:03d}Z"
