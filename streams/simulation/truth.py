"""The truth about a simulated force: who did what, which detectors may tell of it, and who only looks as if."""

from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec

from streams.errors import CustodietError
from streams.simulation.cast import Cast, part_of
from streams.simulation.diary import Deed, Diary
from streams.simulation.exports.shelf import Written
from streams.simulation.habits.table import HABITS, LOOKALIKES, SENSITIVE
from streams.simulation.world import World

ABOUT = (
    "Whoever is not among the offenders does nothing wrong. An alert is right when its evidence holds one of an offender's deeds. Instants "
    "are UTC milliseconds; the id of a mail is its Message-ID, that of a file access or a setting the id of its audit record."
)


class Offender(msgspec.Struct):
    """One offender: the habit, the case that several may share, the detectors that may tell of it, and every deed in order of time."""

    officer_id: str
    name: str
    habit: str
    case: str
    detectors: tuple[str, ...]
    sensitive: bool
    protected: bool
    deeds: tuple[Deed, ...]


class Innocent(msgspec.Struct):
    """Somebody who only looks like an offender, and why it is in order."""

    officer_id: str
    name: str
    looks_like: str
    why: str


class Counts(msgspec.Struct):
    """How the records of all exports end when they are loaded together: ``facts`` are what is left of ``read``."""

    read: int
    facts: int
    duplicates: int
    dead_letters: int
    discarded: int


class Truth(msgspec.Struct):
    """All of it; ``first`` and ``last`` are the days of the world."""

    about: str
    seed: int
    officers: int
    first: str
    last: str
    offenders: tuple[Offender, ...]
    innocents: tuple[Innocent, ...]
    counts: Counts


def truth_of(world: World, cast: Cast, written: Written) -> Truth:
    """Return the truth of a world that was written."""
    left = written.read - written.duplicates - written.dead_letters - written.discarded
    return Truth(
        about=ABOUT,
        seed=world.seed,
        officers=world.officers,
        first=world.first.isoformat(),
        last=world.last.isoformat(),
        offenders=tuple(offender for diary in cast.offenders for offender in _offenders(diary)),
        innocents=tuple(_innocents(cast.lookalikes)),
        counts=Counts(written.read, left, written.duplicates, written.dead_letters, written.discarded),
    )


def write_truth(path: Path, truth: Truth) -> None:
    """Write it as JSON, indented."""
    path.write_bytes(msgspec.json.format(msgspec.json.encode(truth), indent=1) + b"\n")


def read_truth(path: Path) -> Truth:
    """Read it. Raises CustodietError that says what is wrong."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=Truth)
    except OSError as error:
        raise CustodietError(f"cannot read {path}: {error.strerror}") from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise CustodietError(f"{path} is no truth of a simulated force: {error}") from error


def _offenders(diary: Diary) -> Iterator[Offender]:
    """Yield whoever of a case has done anything."""
    habit = part_of(diary)
    for person in diary.people:
        deeds = tuple(sorted((deed for deed in diary.deeds if deed.officer_id == person.officer_id), key=lambda deed: (deed.at, deed.id)))
        mails = [deed for deed in deeds if deed.kind == "mail"]
        detectors = HABITS[habit].detectors + ((SENSITIVE,) if any(deed.told_by for deed in mails if deed.sensitive) else ())
        if deeds:
            yield Offender(
                officer_id=person.officer_id,
                name=person.name,
                habit=habit,
                case=f"{habit} of {diary.who.officer_id}",
                detectors=tuple(dict.fromkeys(detectors)),
                sensitive=any(deed.sensitive for deed in deeds if deed.kind in ("mail", "inbound")),
                protected=any(deed.protected for deed in deeds if deed.kind in ("mail", "inbound")),
                deeds=deeds,
            )


def _innocents(diaries: Iterable[Diary]) -> Iterator[Innocent]:
    for diary in diaries:
        likeness = part_of(diary)
        yield Innocent(diary.who.officer_id, diary.who.name, likeness, LOOKALIKES[likeness].why)
