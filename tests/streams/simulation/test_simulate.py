"""A whole world: the same by seed, read by the real sources, whatever its length in the same memory."""

import tracemalloc
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from schemas.records import FileEvent, MailEvent, SettingEvent
from streams.enrichment.reference_files import read_reference
from streams.errors import CustodietError, UsageError
from streams.simulation.habits.table import HABITS, LOOKALIKES
from streams.simulation.simulate import simulate
from streams.simulation.world import Rates, World
from tests.streams.simulation.reading import Written, load


def small(days: int = 10, seed: int = 3, **changes: object) -> World:
    """Give a world of 30 officers."""
    fields: dict[str, object] = {
        "officers": 30,
        "first": date(2023, 5, 1),
        "last": date.fromordinal(date(2023, 5, 1).toordinal() + days - 1),
    }
    return World(**(fields | {"seed": seed, "mails_per_day": 1.0} | changes))  # type: ignore[arg-type] # keywords of a test


def contents(folder: Path) -> dict[str, bytes]:
    """Give every file by its path within the folder."""
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_the_same_seed_gives_the_same_bytes(tmp_path: Path) -> None:
    """Every file, the truth included; another seed gives others."""
    worlds = {name: small(seed=seed) for name, seed in (("a", 3), ("b", 3), ("c", 4))}
    for name, world in worlds.items():
        simulate(world, tmp_path / name)
    first, again, other = (contents(tmp_path / name) for name in worlds)
    assert first == again
    assert first.keys() == other.keys()
    assert all(first[name] != other[name] for name in first if not name.endswith(("addresses.yaml", "document_classes.csv")))


def test_the_real_sources_read_it_and_count_what_it_says(written: Written) -> None:
    """Every record ends as a fact, a repeat, a dead letter or a discard, exactly as many of each as were written."""
    counts, told = written.counts, written.truth.counts
    assert (counts.read, counts.duplicates, counts.dead_letters, counts.discarded) == (
        told.read,
        told.duplicates,
        told.dead_letters,
        told.discarded,
    )
    assert counts.facts == told.facts
    assert counts.facts + counts.duplicates + counts.dead_letters + counts.discarded == counts.read
    assert told.duplicates > 0 < told.dead_letters
    assert len(written.letters) == told.dead_letters


def test_every_format_is_there_and_broken_records_in_each(written: Written) -> None:
    """Trace, audit log and hunting tables, a file a month, and each of them with its junk."""
    assert set(written.by_feed) == {"m365-message-trace", "m365-audit", "defender-email"}
    assert all(counts.dead_letters > 0 and counts.facts > 0 for counts in written.by_feed.values())
    assert {type(event) for event in written.events} == {MailEvent, FileEvent, SettingEvent}
    months = {path.stem[-7:] for path in (written.folder / "exports").iterdir()}
    assert months == {"2024-02", "2024-03", "2024-04"}


def test_a_load_is_in_order_whatever_the_exports_are(written: Written) -> None:
    """Repeats, disorder and lateness leave no mark on what the sources give."""
    instants = [event.occurred_at for event in written.events]
    assert instants == sorted(instants)


def test_without_faults_the_same_world_gives_the_same_events(tmp_path: Path) -> None:
    """Rates change how the exports lie, never what happened."""
    simulate(small(rates=Rates(0, 0, 0, 0)), tmp_path / "clean")
    simulate(small(rates=Rates(0.2, 0.9, 0.3, 0.01)), tmp_path / "foul")
    clean, foul = load(tmp_path / "clean"), load(tmp_path / "foul")
    assert clean[1] == foul[1]
    assert clean[0].counts.duplicates == clean[0].counts.dead_letters == 0 < foul[0].counts.duplicates


def test_reference_data_are_read(written: Written) -> None:
    """Officers with their history, classes, exceptions and lists pass the real reader; everybody in the truth is an officer."""
    records = read_reference(written.folder / "reference", ZoneInfo("Europe/London"))
    known = {officer.officer_id for officer in records.officers}
    assert len(known) >= written.world.officers
    assert {offender.officer_id for offender in written.truth.offenders} < known
    assert {innocent.officer_id for innocent in written.truth.innocents} < known
    assert records.exceptions
    assert records.classes


def test_every_part_is_played(written: Written) -> None:
    """Each habit and each look-alike stands in the truth, and nobody is both."""
    assert {offender.habit for offender in written.truth.offenders} == set(HABITS)
    assert {innocent.looks_like for innocent in written.truth.innocents} == set(LOOKALIKES)
    ids = [each.officer_id for each in written.truth.offenders] + [each.officer_id for each in written.truth.innocents]
    assert len(ids) == len(set(ids))


def test_memory_does_not_grow_with_the_years(tmp_path: Path) -> None:
    """Four times the days, the same peak within a quarter."""
    peaks = []
    simulate(small(2), tmp_path / "first")  # what is loaded once
    for days in (40, 160):
        tracemalloc.start()
        simulate(small(days, mails_per_day=2.0, offenders=0, lookalikes=0), tmp_path / str(days))
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < 1.25 * peaks[0]


def test_a_folder_with_exports_is_not_written_into(tmp_path: Path) -> None:
    """Two worlds in one folder would be scanned as one."""
    simulate(small(2), tmp_path)
    with pytest.raises(UsageError, match="holds files already"):
        simulate(small(2), tmp_path)


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    """By its name, and not in a traceback."""
    (tmp_path / "file").write_text("", "utf-8")
    with pytest.raises(CustodietError, match="cannot write"):
        simulate(small(2), tmp_path / "file" / "force")


@pytest.mark.parametrize("changes", [{"officers": 0}, {"officers": 100_000}, {"days": 0}])
def test_a_world_that_cannot_be_is_refused(changes: dict[str, int]) -> None:
    """No officers, more than there are ids for, or an end before the beginning."""
    with pytest.raises(UsageError):
        small(**changes)


def test_a_habit_that_there_is_none_of_is_refused(tmp_path: Path) -> None:
    """With those that there are."""
    with pytest.raises(UsageError, match=r"no habit 'bribery'; there are burst"):
        simulate(small(habits=("bribery",)), tmp_path)
