"""The people of the force: names, posts, mailboxes at work and at home, and those who leave and are replaced."""

import math
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import accumulate
from typing import Final

from streams.simulation.chance import Chance
from streams.simulation.force import OWN, PROVIDERS, RANKS, TENANT, UNITS, Unit
from streams.simulation.names import FORENAMES, SURNAMES, WHIMS
from streams.simulation.world import World

_LEAVE_A_YEAR: Final = 0.06
_PROMOTED_A_YEAR: Final = 0.04
_DECLARE: Final = 0.35
_TRAINED: Final = 0.6
_LONG_AGO: Final = date(2019, 1, 7)
_CUMULATED = tuple(accumulate(unit.weight for unit in UNITS))


@dataclass(slots=True)
class Person:
    """One officer or member of staff.

    Days are civil days; ``private`` is their own mailbox, ``declared`` those that the force knows of;
    ``opens`` the files that they open on a working day, where that is not their unit's.
    """

    number: int
    name: str
    collar: str
    rank: str
    unit: Unit
    address: str
    private: str
    partner: str
    declared: tuple[str, ...]
    since: date
    last_day: date | None = None
    trained_at: date | None = None
    warned_at: date | None = None
    suspended_from: date | None = None
    promoted: tuple[date, str] | None = None
    opens: float | None = None

    @property
    def officer_id(self) -> str:
        """The id in the personnel record."""
        return f"SM{self.number:05}"

    @property
    def surname(self) -> str:
        """The last name."""
        return self.name.rpartition(" ")[2]

    @property
    def tenant_address(self) -> str:
        """The same mailbox in the tenant's first domain."""
        return f"{self.address.partition('@')[0]}@{TENANT}"

    def serves(self, day: date) -> bool:
        """Whether this person is in service on a day, and not suspended."""
        gone = self.last_day is not None and self.last_day < day
        suspended = self.suspended_from is not None and self.suspended_from <= day
        return self.since <= day and not gone and not suspended


class Recruiter:
    """Takes people on: addresses are unique, and namesakes get a number as they would."""

    def __init__(self, world: World, chance: Chance) -> None:
        """Begin with nobody."""
        self._world = world
        self._chance = chance
        self._taken: Counter[str] = Counter()
        self._number = 0

    def force(self) -> list[Person]:
        """Return everybody who serves at some time: the force as it begins, and whoever comes for those who leave."""
        found: list[Person] = []
        posts = [self._unit() for _ in range(self._world.officers)]
        for unit in posts:
            found += self._holders(unit)
        return found

    def _holders(self, unit: Unit) -> Iterator[Person]:
        """Yield who holds one post in turn."""
        since = _LONG_AGO
        while since <= self._world.last:
            person = self._person(unit, since)
            begins = max(since, self._world.first)
            stays = int(-365 / _LEAVE_A_YEAR * _log_share(self._chance))
            leaves = begins + timedelta(days=min(stays, 36_500))
            if leaves <= self._world.last:
                person.last_day = leaves
            yield person
            since = leaves + timedelta(days=1)

    def _person(self, unit: Unit, since: date) -> Person:
        chance = self._chance
        self._number += 1
        first, last = chance.pick(FORENAMES), chance.pick(SURNAMES)
        local = f"{first}.{last}".lower()
        self._taken[local] += 1
        address = f"{local}{self._taken[local] if self._taken[local] > 1 else ''}@{OWN}"
        rank = "Staff" if unit.staff else _rank(chance)
        private = private_address(chance, first, last)
        span = self._world.days
        return Person(
            number=self._number,
            name=f"{first} {last}",
            collar=f"{1000 + self._number * 7 % 89_000}",
            rank=rank,
            unit=unit,
            address=address,
            private=private,
            partner=f"{chance.pick(FORENAMES)}.{last}{chance.between(1, 99)}@{chance.pick(PROVIDERS)}".lower(),
            declared=(private,) if chance.likely(_DECLARE) else (),
            since=since,
            trained_at=self._world.day(chance.below(span)) if chance.likely(_TRAINED) else None,
            promoted=(self._world.day(chance.below(span)), _next_rank(rank)) if chance.likely(_PROMOTED_A_YEAR * span / 365) else None,
        )

    def _unit(self) -> Unit:
        return UNITS[bisect_left(_CUMULATED, 1 + self._chance.below(_CUMULATED[-1]))]


def private_address(chance: Chance, first: str, last: str) -> str:
    """Return a mailbox that bears its owner's name in one of the usual ways."""
    forms = (f"{first}.{last}", f"{first}{last}", f"{first}.{last}{chance.between(60, 99)}", f"{first}{last}{chance.between(1, 999)}")
    return f"{chance.pick(forms)}@{chance.pick(PROVIDERS)}".lower()


def odd_address(chance: Chance) -> str:
    """Return a mailbox whose name says nothing of its owner."""
    return f"{chance.pick(WHIMS)}{chance.between(10, 9999)}@{chance.pick(PROVIDERS)}"


def _rank(chance: Chance) -> str:
    drawn = chance.below(100)
    for rank, share in RANKS:
        drawn -= share
        if drawn < 0:
            return rank
    return RANKS[0][0]


def _next_rank(rank: str) -> str:
    names = [name for name, _ in RANKS]
    return names[min(names.index(rank) + 1, len(names) - 1)] if rank in names else rank


def _log_share(chance: Chance) -> float:
    """Return the logarithm of a share from above 0 to 1: what waiting times are drawn with."""
    return math.log(1.0 - chance.share())
