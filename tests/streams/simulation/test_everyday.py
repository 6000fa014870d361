"""An ordinary day: as much mail as was asked for, at the hours at which people work, from people who are there."""

from collections import Counter
from datetime import date, datetime, timedelta

import pytest

from streams.simulation.chance import Chance
from streams.simulation.everyday import Everyday, contact_of
from streams.simulation.force import OWN, PROVIDERS, UNITS
from streams.simulation.happenings import Mail, Touch
from streams.simulation.hours import _ZONE, turn
from streams.simulation.papers import Library
from streams.simulation.people import Person, Recruiter
from streams.simulation.world import World

WORLD = World(200, date(2024, 1, 1), date(2024, 12, 31), seed=8)


@pytest.fixture(scope="module")
def people() -> list[Person]:
    """Give a force."""
    return Recruiter(WORLD, Chance(4)).force()


@pytest.fixture(scope="module")
def days(people: list[Person]) -> dict[date, list[Mail | Touch]]:
    """Give what happened on every sixth day of a year."""
    everyday = Everyday(WORLD, people, Library(Chance(5)))
    chosen = [WORLD.first + timedelta(days=number) for number in range(0, 366, 6)]
    return {day: [each for each in everyday.of(day) if isinstance(each, Mail | Touch)] for day in chosen}


def test_there_is_as_much_mail_as_was_asked_for(days: dict[date, list[Mail | Touch]]) -> None:
    """5 a person and day, over the year."""
    mails = sum(isinstance(each, Mail) for happened in days.values() for each in happened)
    assert mails / len(days) / WORLD.officers == pytest.approx(5, rel=0.05)


def test_weekends_are_quieter_and_nights_not_silent(days: dict[date, list[Mail | Touch]]) -> None:
    """Offices are closed; shifts go round the clock."""
    by_weekday: Counter[bool] = Counter()
    hours: Counter[int] = Counter()
    number: Counter[bool] = Counter()
    for day, happened in days.items():
        weekend = day.weekday() >= 5
        number[weekend] += 1
        by_weekday[weekend] += len(happened)
        hours.update(datetime.fromtimestamp(each.at / 1000, _ZONE).hour for each in happened)
    assert by_weekday[True] / number[True] < 0.85 * by_weekday[False] / number[False]
    assert 0 < hours[3] < hours[11] / 3


def test_nobody_mails_before_they_come_or_after_they_leave(people: list[Person], days: dict[date, list[Mail | Touch]]) -> None:
    """A post is held by one person after the other."""
    by_address = {person.address: person for person in people}
    assert any(person.last_day for person in people)
    for day, happened in days.items():
        senders = {each.sender for each in happened if isinstance(each, Mail)} & by_address.keys()
        assert all(by_address[sender].serves(day) for sender in senders)


def test_files_for_the_public_are_rare_but_for_those_whose_job_it_is(people: list[Person], days: dict[date, list[Mail | Touch]]) -> None:
    """Most mails to private mailboxes carry nothing."""
    senders = {person.address for person in people if person.unit.sends_files}
    private = [
        each
        for happened in days.values()
        for each in happened
        if isinstance(each, Mail) and each.sender.endswith(OWN) and each.to[0].endswith(PROVIDERS)
    ]
    files = Counter((each.sender in senders, bool(each.files)) for each in private)
    assert files[False, True] / (files[False, True] + files[False, False]) < 0.05
    assert files[True, True] / (files[True, True] + files[True, False]) > 0.1


def test_a_day_does_not_depend_on_the_days_before(people: list[Person]) -> None:
    """Drawn alone it is the same."""
    library, day = Library(Chance(5)), date(2024, 3, 5)
    first = Everyday(WORLD, people, library)
    first.of(date(2024, 3, 4))
    assert first.of(day) == Everyday(WORLD, people, library).of(day)


def test_people_work_and_rest() -> None:
    """Everybody has days off, leave and a working day of a sensible length."""
    people = Recruiter(WORLD, Chance(4)).force()[:40]
    for person in people:
        turns = [turn(Chance(number), person, WORLD.first + timedelta(days=number)) for number in range(364)]
        worked = [each for each in turns if each is not None]
        assert 150 <= len(worked) <= 260
        assert all(7 <= hours <= 10 and 0 <= begin <= 22 for begin, hours in worked)


def test_a_case_keeps_its_contact_for_a_month(people: list[Person]) -> None:
    """So that a member of the public is written to more than once, and by few."""
    person = people[0]
    month = {contact_of(person, date(2024, 5, day), 3) for day in range(1, 32)}
    assert len(month) == 1
    assert contact_of(person, date(2024, 6, 1), 3) not in month
    assert contact_of(people[1], date(2024, 5, 1), 3) not in month


def test_units_are_a_hundred_people() -> None:
    """Their weights are shares of the force that a person can read."""
    assert sum(unit.weight for unit in UNITS) == 100
