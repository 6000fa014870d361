"""A world on disk beside what the real sources read of it."""

from dataclasses import dataclass
from pathlib import Path

from schemas.records import DeadLetter, FileEvent, MailEvent, SettingEvent
from streams.counts import Counts
from streams.simulation.truth import Truth
from streams.simulation.world import World
from streams.sources.formats import read_input
from streams.sources.load import Load

NOW = 1_800_000_000_000


@dataclass
class Written:
    """A world on disk, what its maker says of it, and what the real sources read."""

    world: World
    folder: Path
    truth: Truth
    events: list[MailEvent | FileEvent | SettingEvent]
    counts: Counts
    by_feed: dict[str, Counts]
    letters: list[DeadLetter]


def load(folder: Path) -> tuple[Load, list[MailEvent | FileEvent | SettingEvent], list[DeadLetter]]:
    """Read all exports of a folder together, their formats told from their content."""
    letters: list[DeadLetter] = []
    inputs = [read_input(str(path)) for path in sorted((folder / "exports").iterdir())]
    read = Load(inputs, NOW, letters.append)
    return read, list(read), letters
