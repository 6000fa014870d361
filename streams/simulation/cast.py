"""Who plays which part: people of the force are given habits and likenesses, the same at each run of a seed."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from streams.errors import UsageError
from streams.simulation.chance import Chance
from streams.simulation.diary import Diary, Stay, stay_of
from streams.simulation.habits.table import HABITS, LOOKALIKES, Habit, LookAlike
from streams.simulation.papers import Library
from streams.simulation.people import Person
from streams.simulation.world import World

_LONG_ENOUGH: Final = 0.6
"""The part of the world's days for which whoever plays a part is in service, where the force has such people left."""


class Cast:
    """The cases of one world: ``offenders`` and ``lookalikes`` by diary."""

    def __init__(self, world: World, people: Sequence[Person], library: Library, chance: Chance) -> None:
        """Cast every part and have it played. Raises UsageError for a habit that there is none of."""
        unknown = sorted(set(world.habits) - HABITS.keys())
        if unknown:
            raise UsageError(f"there is no habit {unknown[0]!r}; there are {', '.join(HABITS)}")
        self._world = world
        self._library = library
        self._chance = chance
        self._free = [person for person in chance.shuffled(people) if self._stays(person)]
        habits = {name: habit for name, habit in HABITS.items() if not world.habits or name in world.habits}
        self.offenders = self._played(habits, world.offenders)
        self.lookalikes = self._played(LOOKALIKES, world.lookalikes)

    def _stays(self, person: Person) -> bool:
        stay = stay_of(self._world, person)
        return stay.days >= min(_LONG_ENOUGH * self._world.days, 540)

    def _played(self, parts: Mapping[str, Habit] | Mapping[str, LookAlike], share: float) -> list[Diary]:
        """Return the diaries of all parts, each played as often as the share of the force allows, and once at least."""
        if share <= 0:
            return []
        heads = sum(_heads(part) for part in parts.values())
        times = max(1, round(share * self._world.officers / heads))
        played = []
        for name, part in parts.items():
            for number in range(times):
                people = self._take(_heads(part), part.units)
                if len(people) < _heads(part):
                    break
                stay = _together(stay_of(self._world, person) for person in people)
                diary = Diary(self._world, f"{name} {number}", Chance(self._chance.below(2**40)), self._library, people, stay)
                part.acts(diary)
                played.append(diary)
        return played

    def _take(self, count: int, units: Sequence[str]) -> tuple[Person, ...]:
        """Take people who have no part yet, of these units where there are any."""
        fitting = sorted(self._free, key=lambda person: person.unit.name not in units)
        taken = tuple(fitting[:count])
        self._free = [person for person in self._free if person not in taken]
        return taken


def _heads(part: Habit | LookAlike) -> int:
    return part.people if isinstance(part, Habit) else 1


def _together(stays: Iterable[Stay]) -> Stay:
    """Return when all of them are there."""
    found = list(stays)
    first, last = max(stay.first for stay in found), min(stay.last for stay in found)
    return Stay(first, max(first, last))


def part_of(diary: Diary) -> str:
    """Return the name of the habit or likeness that a diary is of."""
    return diary.name.rpartition(" ")[0]
