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

    def bound(self) -> int:
        """Return an instant at which something dated may begin or end: often that of a mail."""
        return self._rnd.choice(self._drawn) if self._drawn and self._rnd.random() < 0.5 else self._start + self._rnd.randrange(self._span)

    def _next(self) -> int:
        ways = [(0.45, self._beside), (0.1, self._at_a_change), (0.1, self._at_a_quarter), (0.35, self._anywhere)]
        (way,) = self._rnd.choices([way for _, way in ways], [share for share, _ in ways])
        return way()

    def _beside(self) -> int:
        """Draw a tie with an earlier one, on a window's edge from it, or soon after it."""
        rnd = self._rnd
        if not self._drawn:
            return self._anywhere()
        apart = rnd.choices(["tie", "window", "burst"], [3, 5, 3])[0]
        edge = rnd.choice(self._widths) + rnd.choice([0, 0, 0, 0, -1, 1, rnd.randrange(-HOUR, HOUR)])
        return rnd.choice(self._drawn) + {"tie": 0, "window": edge, "burst": rnd.randrange(3 * DAY)}[apart]

    def _at_a_change(self) -> int:
        """Draw within an hour of a midnight at either end of a day on which the clocks change."""
        return self._rnd.choice(self._nights) + self._rnd.randrange(-HOUR, HOUR) if self._nights else self._anywhere()

    def _at_a_quarter(self) -> int:
        """Draw exactly where a quarter begins, or about there."""
        near = self._rnd.choice([0, -1, self._rnd.randrange(-2 * DAY, 2 * DAY)])
        return self._rnd.choice(self._quarters) + near if self._quarters else self._anywhere()

    def _anywhere(self) -> int:
        """Draw on a grid of five days, where windows meet; in a day's last hour, in summer the officer's next day; or freely."""
        instant = self._start + self._rnd.randrange(self._span)
        last_hour = instant - instant % DAY - self._rnd.randrange(HOUR)
        return self._rnd.choice([instant - instant % (5 * DAY), last_hour, instant])


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
