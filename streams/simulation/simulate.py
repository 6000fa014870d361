"""Make a world and write it: exports, reference data and the truth."""

from collections import defaultdict
from collections.abc import Callable
from datetime import date
from pathlib import Path

from streams.errors import CustodietError, UsageError
from streams.simulation.cast import Cast
from streams.simulation.chance import Chance
from streams.simulation.everyday import Everyday
from streams.simulation.exports.desk import Desk
from streams.simulation.happenings import Happening
from streams.simulation.papers import Library
from streams.simulation.people import Recruiter
from streams.simulation.reference import write_reference
from streams.simulation.truth import Truth, truth_of, write_truth
from streams.simulation.world import World

_DAY = 86_400_000


def simulate(world: World, folder: Path, progress: Callable[[int, int], None] | None = None) -> Truth:
    """Write ``folder/exports``, ``folder/reference`` and ``folder/truth.json``; the same world always gives the same bytes.

    ``progress`` is called with (days done, days in all). Raises UsageError where ``folder`` has exports already, CustodietError where it
    cannot be written.
    """
    exports = folder / "exports"
    if exports.is_dir() and any(exports.iterdir()):
        raise UsageError(f"{exports} holds files already: they would be scanned together; name another folder")
    try:
        exports.mkdir(parents=True, exist_ok=True)
        return _written(world, folder, exports, progress)
    except OSError as error:
        raise CustodietError(f"cannot write {error.filename or folder}: {error.strerror}") from error


def _written(world: World, folder: Path, exports: Path, progress: Callable[[int, int], None] | None) -> Truth:
    library = Library(Chance(world.seed * 11 + 1))
    people = Recruiter(world, Chance(world.seed * 13 + 2)).force()
    cast = Cast(world, people, library, Chance(world.seed * 17 + 3))
    planned = _by_day(world, cast)
    everyday = Everyday(world, people, library)
    desk = Desk(world, exports)
    for number in range(world.days):
        day = world.day(number)
        desk.write(day, [*everyday.of(day), *planned.pop(number, ())])
        if progress is not None:
            progress(number + 1, world.days)
    written = desk.close(world.last)
    write_reference(folder / "reference", world, people, [*cast.offenders, *cast.lookalikes])
    truth = truth_of(world, cast, written)
    write_truth(folder / "truth.json", truth)
    return truth


def _by_day(world: World, cast: Cast) -> dict[int, list[Happening]]:
    """Return what the cast does by the day of the world, counted in UTC; what lies just outside falls to its ends."""
    began = (world.first.toordinal() - date(1970, 1, 1).toordinal()) * _DAY
    found: defaultdict[int, list[Happening]] = defaultdict(list)
    for diary in (*cast.offenders, *cast.lookalikes):
        for each in diary.happened:
            found[min(max((each.at - began) // _DAY, 0), world.days - 1)].append(each)
        diary.happened.clear()
    return found
