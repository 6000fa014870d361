"""When people work: shifts of a ten-day cycle, office weeks, leave; and where a civil day lies in UTC."""

from datetime import date, datetime, time
from typing import Final

from detectors.calendar import Calendar
from schemas.records import Millis
from streams.simulation.chance import Chance
from streams.simulation.people import Person

_HOUR: Final = 3_600_000
_WEEKS_OF_LEAVE: Final = 5
_SATURDAY: Final = 5
_WEEKEND_WORK: Final = 0.04
_EARLY, _LATE, _NIGHT = (7, 9), (14, 9), (21, 10)
_CYCLE: Final = (_EARLY, _EARLY, _LATE, _LATE, _NIGHT, _NIGHT, None, None, None, None)
_OFFICE: Final = (8, 9)
DAYS_WORKED: Final = {"shifts": 0.6 * (1 - _WEEKS_OF_LEAVE / 52), "office": (5 + 2 * _WEEKEND_WORK) / 7 * (1 - _WEEKS_OF_LEAVE / 52)}
"""The part of all days on which somebody works."""

_ZONE = Calendar().zone


def midnight(day: date) -> Millis:
    """Return the first instant of a civil day of the force."""
    return round(datetime.combine(day, time(), _ZONE).timestamp()) * 1000


def at_hour(day: date, hour: float) -> Millis:
    """Return an instant of a day by the hour of its clocks; an hour off on the two days when these change."""
    return midnight(day) + int(hour * _HOUR)


def turn(chance: Chance, person: Person, day: date) -> tuple[int, int] | None:
    """Return the hour at which a person's working day begins and how many hours it has; None when they do not work."""
    number = day.toordinal()
    if (number // 7 * 31 + person.number * 17) % 52 < _WEEKS_OF_LEAVE:
        return None
    if person.unit.hours == "shifts":
        return _CYCLE[(number + 2 * person.number) % len(_CYCLE)]
    if day.weekday() >= _SATURDAY and not chance.likely(_WEEKEND_WORK):
        return None
    return _OFFICE


def instant(chance: Chance, began: Millis, hours: int) -> Millis:
    """Return an instant of a working day that began then: more in its middle than at its ends, at times an evening later."""
    share = (chance.share() + chance.share()) / 2
    if chance.likely(0.04):
        share += 0.35
    return began + int(share * hours * _HOUR)
