"""What can be set of a simulated world."""

from dataclasses import dataclass, field
from datetime import date, timedelta

from streams.errors import UsageError

MOST_OFFICERS = 99_999


@dataclass(frozen=True, slots=True)
class Rates:
    """Shares from 0 to 1 of the records of an export that are not as one would wish.

    ``repeats``: there more than once; ``disorder``: at another place of their day; ``late``: in the export of a later day; ``junk``:
    broken records beside the good ones.
    """

    repeats: float = 0.02
    disorder: float = 0.1
    late: float = 0.01
    junk: float = 0.0002


@dataclass(frozen=True, slots=True)
class World:
    """A force of so many officers and staff from ``first`` to ``last``, both included.

    ``mails_per_day`` is per person and calendar day, sent and received from outside. ``offenders`` and ``lookalikes`` are shares of the
    force; ``habits`` are names, all when empty. ``public_files`` is the share of mails to members of the public that carry a file.
    """

    officers: int
    first: date
    last: date
    seed: int = 1
    mails_per_day: float = 5.0
    offenders: float = 0.05
    lookalikes: float = 0.04
    habits: tuple[str, ...] = ()
    public_files: float = 0.005
    rates: Rates = field(default_factory=Rates)

    def __post_init__(self) -> None:
        """Refuse what makes no world. Raises UsageError."""
        if not 1 <= self.officers <= MOST_OFFICERS:
            raise UsageError(f"a force has 1 to {MOST_OFFICERS:,} officers, not {self.officers:,}")
        if self.last < self.first:
            raise UsageError(f"the world ends on {self.last} before it begins on {self.first}")

    @property
    def days(self) -> int:
        """How many days there are."""
        return (self.last - self.first).days + 1

    def day(self, number: int) -> date:
        """Return a day by its number from 0."""
        return self.first + timedelta(days=number)
