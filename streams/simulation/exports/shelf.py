"""The lines of one export into a file a month: in the order of time, but for what is repeated, moved, late or broken.

Memory holds one day and what is late; a late line stands in the file of the day on which it was written.
"""

from collections import defaultdict
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import IO, Final

from streams.simulation.chance import Chance
from streams.simulation.world import Rates

_MOST_DAYS_LATE: Final = 10
_OFTEN_REPEATED: Final = 0.01
_MOST_REPEATS: Final = 60


@dataclass(slots=True)
class Written:
    """What the exports hold, as their reader must count it: each record read is new, a repeat, broken or of no interest."""

    read: int = 0
    duplicates: int = 0
    dead_letters: int = 0
    discarded: int = 0

    def add(self, other: "Written") -> None:
        """Add another export's figures."""
        self.read += other.read
        self.duplicates += other.duplicates
        self.dead_letters += other.dead_letters
        self.discarded += other.discarded


class Shelf:
    """One export. ``put`` takes the lines of a day in their order, ``close_day`` writes them."""

    def __init__(self, folder: Path, name: str, header: str, rates: Rates, chance: Chance, spoil: Callable[[str, int], str]) -> None:
        """Write files ``folder/name`` with the month for ``{month}``; ``spoil`` makes a broken line of a good one and a number."""
        self._folder = folder
        self._name = name
        self._header = header
        self._rates = rates
        self._chance = chance
        self._spoil = spoil
        self._lines: list[str] = []
        self._later: defaultdict[date, list[str]] = defaultdict(list)
        self._month = ""
        self._open = ExitStack()
        self._file: IO[str] | None = None
        self._spoilt = 0
        self.written = Written()

    def put(self, day: date, line: str, *, watched: bool = True) -> None:
        """Take one record of a day; ``watched`` is False where the reader has no use for it."""
        share, rates, written = self._chance.share, self._rates, self.written
        written.read += 1
        if not watched:
            written.discarded += 1
        if share() < rates.late:
            self._later[day + timedelta(days=self._chance.between(1, _MOST_DAYS_LATE))].append(line)
        else:
            self._lines.append(line)
        if share() < rates.repeats:
            self._repeat(day, line, watched=watched)
        if share() < rates.junk:
            self._spoilt += 1
            written.read += 1
            written.dead_letters += 1
            self._lines.append(self._spoil(line, self._spoilt))

    def close_day(self, day: date) -> None:
        """Write a day, with what was late for it."""
        lines, self._lines = self._lines, []
        lines += self._later.pop(day, ())
        share = self._chance.share
        for place in range(len(lines)):
            if share() < self._rates.disorder:
                other = int(share() * len(lines))
                lines[place], lines[other] = lines[other], lines[place]
        self._to(day).writelines(lines)

    def close(self, last: date) -> None:
        """Write what is late still to the last file, and close it."""
        if self._later:
            out = self._to(last)
            for _, lines in sorted(self._later.items()):
                out.writelines(lines)
        self._open.close()

    def _repeat(self, day: date, line: str, *, watched: bool) -> None:
        times = self._chance.between(2, _MOST_REPEATS) if self._chance.likely(_OFTEN_REPEATED) else 1
        self.written.read += times
        if watched:
            self.written.duplicates += times
        else:
            self.written.discarded += times
        if self._chance.likely(0.5):
            self._lines += [line] * times
        else:
            self._later[day + timedelta(days=self._chance.between(1, _MOST_DAYS_LATE))] += [line] * times

    def _to(self, day: date) -> IO[str]:
        month = f"{day:%Y-%m}"
        if self._file is None or month != self._month:
            self._open.close()
            path = self._folder / self._name.format(month=month)
            self._file = self._open.enter_context(path.open("w", encoding="utf-8", newline="", buffering=1 << 20))
            self._file.write(self._header)
            self._month = month
        return self._file
