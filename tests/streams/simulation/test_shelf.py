"""The lines of one export, in files by month, with what goes wrong at the rates that were set."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from streams.simulation.chance import Chance
from streams.simulation.exports.shelf import Shelf
from streams.simulation.world import Rates

FIRST = date(2024, 1, 20)
CLEAN = Rates(0, 0, 0, 0)


def filled(folder: Path, rates: Rates, days: int = 30, a_day: int = 40) -> tuple[Shelf, dict[str, list[str]]]:
    """Fill a shelf with numbered lines; give it and the lines of each file without the header."""
    shelf = Shelf(folder, "log-{month}.txt", "head\n", rates, Chance(1), lambda line, number: f"junk {number} of {line}")
    for number in range(days):
        day = FIRST + timedelta(days=number)
        for line in range(a_day):
            shelf.put(day, f"{number:03} {line:03}\n")
        shelf.close_day(day)
    shelf.close(FIRST + timedelta(days=days - 1))
    files = {path.name: path.read_text("utf-8").splitlines() for path in sorted(folder.iterdir())}
    assert all(lines.pop(0) == "head" for lines in files.values())
    return shelf, files


def together(files: dict[str, list[str]]) -> list[str]:
    """Give all lines."""
    return [line for lines in files.values() for line in lines]


def test_without_faults_lines_stand_in_order_a_file_a_month(tmp_path: Path) -> None:
    """Each in the file of its month."""
    shelf, files = filled(tmp_path, CLEAN)
    lines = together(files)
    assert list(files) == ["log-2024-01.txt", "log-2024-02.txt"]
    assert lines == sorted(lines)
    assert len(files["log-2024-01.txt"]) == 12 * 40
    assert (shelf.written.read, shelf.written.duplicates, shelf.written.dead_letters, shelf.written.discarded) == (1200, 0, 0, 0)


def test_repeats_are_counted_one_by_one(tmp_path: Path) -> None:
    """What stands there more than once is a duplicate as often as it does so again."""
    shelf, files = filled(tmp_path, Rates(repeats=0.2, disorder=0, late=0, junk=0))
    lines = together(files)
    assert len(set(lines)) == 1200
    assert len(lines) == shelf.written.read == 1200 + shelf.written.duplicates
    assert shelf.written.duplicates > 150


def test_late_lines_come_some_days_later_and_none_is_lost(tmp_path: Path) -> None:
    """Up to the last, which are written at the end."""
    _, files = filled(tmp_path, Rates(repeats=0, disorder=0, late=0.3, junk=0))
    lines = together(files)
    assert sorted(lines) == together({"": sorted(set(lines))})
    assert len(lines) == 1200
    january = {f"{number:03}" for number in range(12)}
    assert any(line[:3] in january for line in files["log-2024-02.txt"])
    assert not any(line[:3] not in january for line in files["log-2024-01.txt"])


def test_disorder_stays_within_its_day(tmp_path: Path) -> None:
    """Places are changed, days are not."""
    _, files = filled(tmp_path, Rates(repeats=0, disorder=0.5, late=0, junk=0))
    lines = together(files)
    assert lines != sorted(lines)
    assert [line[:3] for line in lines] == sorted(line[:3] for line in lines)


def test_junk_stands_beside_the_good_lines(tmp_path: Path) -> None:
    """Each broken line is one dead letter more, with a number of its own."""
    shelf, files = filled(tmp_path, Rates(repeats=0, disorder=0, late=0, junk=0.05))
    junk = [line for line in together(files) if line.startswith("junk")]
    assert len(set(junk)) == len(junk) == shelf.written.dead_letters == shelf.written.read - 1200
    assert junk


@pytest.mark.parametrize("repeats", [0.0, 0.3])
def test_what_nobody_reads_is_a_discard_as_often_as_it_is_there(tmp_path: Path, repeats: float) -> None:
    """A repeat of it is no duplicate: it never became an event."""
    shelf = Shelf(tmp_path, "log-{month}.txt", "", Rates(repeats, 0, 0, 0), Chance(1), lambda line, _: line)
    for _ in range(500):
        shelf.put(FIRST, "sign-in\n", watched=False)
    shelf.close_day(FIRST)
    shelf.close(FIRST)
    assert shelf.written.discarded == shelf.written.read >= 500
    assert shelf.written.duplicates == 0
