"""The reference files of the force, as its own people would keep them: who serves, what documents are, what is allowed, whose domains."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from pathlib import Path

from streams.enrichment.reference_files import CLASS_COLUMNS, EXCEPTION_COLUMNS, OFFICER_COLUMNS
from streams.simulation.diary import Diary
from streams.simulation.force import ADDRESS_LISTS, PROVIDERS
from streams.simulation.papers import CLASSES
from streams.simulation.people import Person
from streams.simulation.world import World


def write_reference(folder: Path, world: World, people: Sequence[Person], diaries: Iterable[Diary]) -> None:
    """Write officers.csv, document_classes.csv, exceptions.csv and addresses.yaml."""
    folder.mkdir(parents=True, exist_ok=True)
    head = people[0].officer_id
    _write(folder / "officers.csv", OFFICER_COLUMNS, (row for person in people for row in _officer(person, head)))
    _write(folder / "document_classes.csv", CLASS_COLUMNS, CLASSES)
    _write(folder / "exceptions.csv", EXCEPTION_COLUMNS, _exceptions(world, people, diaries, head))
    lines = ["# Domains (their subdomains too) and full addresses; the first list that fits wins, in the order own, protected, partner."]
    for name, entries in ADDRESS_LISTS.items():
        lines.append(f"{name}:" if entries else f"{name}: []")
        lines += [f"  - {pattern} # {why}" for pattern, why in entries]
    (folder / "addresses.yaml").write_text("\n".join(lines) + "\n", "utf-8")


def _officer(person: Person, head: str) -> Iterator[list[str]]:
    """Yield the rows of one person: one for each rank that they had."""
    unit = person.unit
    ranks = [(person.since, person.rank)]
    if person.promoted is not None and person.since < person.promoted[0] <= (person.last_day or person.promoted[0]):
        ranks.append(person.promoted)
    for place, (since, rank) in enumerate(ranks):
        until = ranks[place + 1][0] if place + 1 < len(ranks) else None
        known = {
            "officer_id": person.officer_id,
            "name": person.name,
            "collar_number": person.collar,
            "rank": rank,
            "unit": unit.name,
            "role": unit.role,
            "vetting": "NPPV3" if unit.staff else "SC" if unit.name in ("Intelligence", "Witness Protection") else "MV",
            "line_manager": "" if person.officer_id == head else head,
            "addresses": f"{person.address};{person.tenant_address}",
            "accounts": person.address.partition("@")[0],
            "personal_addresses": ";".join(person.declared),
            "last_day": _day(person.last_day),
            "suspended_from": _day(person.suspended_from),
            "trained_at": _day(person.trained_at),
            "warned_at": _day(person.warned_at),
            "valid_from": _day(since),
            "valid_to": _day(until),
        }
        yield [known.get(column, "") for column in OFFICER_COLUMNS]


def _exceptions(world: World, people: Iterable[Person], diaries: Iterable[Diary], head: str) -> Iterator[list[str]]:
    """Yield the standing exceptions of those whose job is to send files to the public, and those that single people were given."""
    number = 0
    begins, ends = _day(world.first - timedelta(days=30)), _day(world.last + timedelta(days=366))
    for person in people:
        for provider in PROVIDERS if person.unit.sends_files else ():
            number += 1
            purpose = f"Forms and letters to members of the public, {person.unit.name}"
            yield [f"EX-{number:05}", person.officer_id, f"@{provider}", "OFFICIAL", purpose, head, begins, ends, ""]
    for diary in diaries:
        for address, marking, purpose, limit in diary.exceptions:
            number += 1
            yield [f"EX-{number:05}", diary.who.officer_id, address, marking, purpose, head, begins, ends, limit]


def _write(path: Path, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(rows)


def _day(day: date | None) -> str:
    return "" if day is None else day.isoformat()
