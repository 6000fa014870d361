"""Where the mails of a random history lie in time: together, on the edges of windows, around quarter ends and changes of the clock."""

import random
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

HOUR = 3_600_000
DAY = 24 * HOUR
_LONDON = ZoneInfo("Europe/London")


class Instants:
    """Draws the instants (UTC ms) of one history, each with an eye on those before it."""

    def __init__(self, rnd: random.Random, start: int, span: int, widths: Sequence[int]) -> None:
        """Draw from ``start`` to ``start + span`` ms; ``widths`` (ms) are those of windows, on whose edges some shall lie."""
        self._rnd, self._start, self._span, self._widths = rnd, start, span, widths
        self._drawn: list[int] = []
        self._nights = list(clock_change_midnights(start, start + span))
        self._quarters = list(quarter_starts(start, start + span))

    def draw(self) -> int:
        """Return one more instant."""
        self._drawn.append(self._next())
        return self._drawn[-1]

    def _next(self) -> int:
        rnd, way = self._rnd, self._rnd.random()
        anywhere = self._start + rnd.randrange(self._span)
        if way < 0.12 and self._drawn:
            return rnd.choice(self._drawn)  # a tie
        if way < 0.30 and self._drawn:
            edge = rnd.choice(self._drawn) + rnd.choice(self._widths)
            return edge + rnd.choice([0, 0, 0, 0, -1, 1, rnd.randrange(-HOUR, HOUR)])
        if way < 0.42 and self._drawn:
            return rnd.choice(self._drawn) + rnd.randrange(3 * DAY)  # a burst
        if way < 0.52 and self._nights:
            return rnd.choice(self._nights) + rnd.randrange(-HOUR, HOUR)
        if way < 0.60 and self._quarters:
            return rnd.choice(self._quarters) + rnd.choice([0, -1, rnd.randrange(-2 * DAY, 2 * DAY)])
        return anywhere - anywhere % (5 * DAY) if way < 0.75 else anywhere


@lru_cache(maxsize=1000)
def clock_change_midnights(start: int, end: int) -> tuple[int, ...]:
    """Return the midnights of Europe/London that begin and end a day on which the clocks change, between two instants (ms)."""
    first, last = (datetime.fromtimestamp(each / 1000, UTC).year for each in (start, end))
    days = [_last_sunday(year, month) for year in range(first, last + 1) for month in (3, 10)]
    found = (_midnight(day + timedelta(days=after)) for day in days for after in (0, 1))
    return tuple(each for each in found if start <= each <= end)


@lru_cache(maxsize=1000)
def quarter_starts(start: int, end: int) -> tuple[int, ...]:
    """Return the instants (ms) at which a calendar quarter begins in UTC, between two instants."""
    first, last = (datetime.fromtimestamp(each / 1000, UTC).year for each in (start, end))
    found = (int(datetime(year, month, 1, tzinfo=UTC).timestamp()) * 1000 for year in range(first, last + 1) for month in (1, 4, 7, 10))
    return tuple(each for each in found if start <= each <= end)


def _last_sunday(year: int, month: int) -> date:
    last = date(year, month, 31)  # March and October both have 31 days
    return last - timedelta(days=last.isoweekday() % 7)


def _midnight(day: date) -> int:
    return int(datetime.combine(day, time(), _LONDON).timestamp()) * 1000
