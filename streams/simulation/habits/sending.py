"""Habits of pace: at once, every week, every quarter, now and then for months, and again after having been told."""

from datetime import timedelta

from streams.simulation.diary import Diary
from streams.simulation.habits.goals import own, own_by_name, somebody

_SENSITIVE = 0.4


def burst(diary: Diary) -> None:
    """Send 6 to 14 files on two days to the own mailbox, half of them fetched from a site just before."""
    goal = own(diary)
    begin = diary.start(2)
    for number in range(diary.chance.between(6, 14)):
        day = begin + number % 2
        if not diary.holds(day):
            continue
        at = diary.at(day, 17, 23)
        paper = diary.paper(diary.who, _SENSITIVE)
        if diary.chance.likely(0.5):
            diary.touch(diary.who, diary.before(at, 2, 30), paper)
        diary.mail(diary.who, at, goal, paper)


def weekly_drip(diary: Diary) -> None:
    """Send a file every week on the same evening, for 8 to 30 weeks."""
    goal = own(diary)
    weeks = diary.chance.between(8, 30)
    begin = diary.start(7 * weeks)
    for week in range(weeks):
        day = begin + 7 * week
        if diary.holds(day) and diary.chance.likely(0.93):
            diary.mail(diary.who, diary.at(day, 18, 22), goal, diary.paper(diary.who, 0.15))


def once_a_quarter(diary: Diary) -> None:
    """Send one file in each quarter for up to four years."""
    goal = own(diary)
    begin = diary.stay.first
    for quarter in range(16):
        day = begin + quarter * 91 + diary.chance.between(8, 82)
        if diary.holds(day):
            diary.mail(diary.who, diary.at(day, 9, 20), goal, diary.paper(diary.who, _SENSITIVE))


def slow_drip(diary: Diary) -> None:
    """Send a file every four to seven weeks, 7 to 10 times, to a friend; hardly ever anything sensitive."""
    goal = somebody(diary)
    times = diary.chance.between(7, 10)
    day = diary.start(times * 40)
    for _ in range(times):
        if diary.holds(day):
            diary.mail(diary.who, diary.at(day, 9, 18), goal, diary.paper(diary.who, 0.1))
        day += diary.chance.between(28, 49)


def again_after_warning(diary: Diary) -> None:
    """Send 3 to 5 files within ten days, be warned two or three weeks later, and do it once or twice more in the months after."""
    goal = own_by_name(diary)
    begin = diary.start(150)
    for _ in range(diary.chance.between(3, 5)):
        day = begin + diary.chance.below(10)
        if diary.holds(day):
            diary.mail(diary.who, diary.at(day, 8, 19), goal, diary.paper(diary.who, 0.25))
    told = begin + diary.chance.between(20, 32)
    if not diary.holds(told):
        return
    diary.who.warned_at = diary.date(told)
    for _ in range(diary.chance.between(1, 2)):
        day = told + diary.chance.between(14, 110)
        if diary.holds(day):
            diary.mail(diary.who, diary.at(day, 8, 19), goal, diary.paper(diary.who, 0.25))


def leaver(diary: Diary) -> None:
    """Send 2 to 8 files to the own mailbox in the last four weeks of service."""
    goal = own(diary)
    last = diary.stay.first + min(diary.stay.days - 1, 30 + diary.chance.below(max(1, diary.stay.days - 30)))
    diary.who.last_day = diary.world.first + timedelta(days=last)
    for _ in range(diary.chance.between(2, 8)):
        day = last - diary.chance.below(28)
        if diary.holds(day):
            diary.mail(diary.who, diary.at(day, 8, 21), goal, diary.paper(diary.who, _SENSITIVE))
