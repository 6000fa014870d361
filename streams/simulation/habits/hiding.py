"""Habits of hiding: whose mailbox it is, what the file is called, who else reads along."""

from streams.simulation.diary import Diary, Goal, renamed
from streams.simulation.force import FEDERATION, PROVIDERS
from streams.simulation.habits.goals import odd, own_by_name, relay, somebody

_HARMLESS = ("holiday photos.zip", "recipe.docx", "garden plan.pdf", "football fixtures.xlsx", "school project.pptx", "quiz night.docx")


def odd_named_account(diary: Diary) -> None:
    """Send 5 to 10 files in three months to an own mailbox under a name that says nothing."""
    _over_months(diary, odd(diary), diary.chance.between(5, 10), 90, 0.3)


def through_a_relay(diary: Diary) -> None:
    """Send 4 to 9 files in two months to an address at a relay service."""
    _over_months(diary, relay(diary), diary.chance.between(4, 9), 60, 0.3)


def shared_household(diary: Diary) -> None:
    """Send, each of two officers who live together, 2 to 4 files within two months to the one mailbox of their household."""
    chance = diary.chance
    goal = Goal(f"the{diary.who.surname}s.{chance.between(10, 99)}@{chance.pick(PROVIDERS)}".lower(), "somebody else's")
    begin = diary.start(60)
    for person in diary.people:
        for _ in range(chance.between(2, 4)):
            day = begin + chance.below(60)
            if diary.holds(day):
                diary.mail(person, diary.at(day, 8, 21), goal, diary.paper(person, 0.3))


def protected_witness(diary: Diary) -> None:
    """Send one file about a protected witness, once."""
    papers = [paper for paper in diary.library.sites["witness-unit"] if "WITSEC" in paper.name or paper.label]
    at = diary.at(diary.start(1), 9, 18)
    paper = diary.chance.pick(papers)
    if diary.chance.likely(0.7):
        diary.touch(diary.who, diary.before(at, 2, 40), paper)
    diary.mail(diary.who, at, own_by_name(diary) if diary.chance.likely(0.4) else somebody(diary), paper)


def renamed_attachments(diary: Diary) -> None:
    """Open a sensitive file and send it within the hour under a harmless name, without its label; 3 to 5 times in two months."""
    goal = own_by_name(diary) if diary.chance.likely(0.6) else somebody(diary)
    begin = diary.start(60)
    for _ in range(diary.chance.between(3, 5)):
        day = begin + diary.chance.below(60)
        if not diary.holds(day):
            continue
        at = diary.at(day, 10, 20)
        paper = diary.library.sensitive(diary.chance, diary.who)
        diary.touch(diary.who, diary.before(at, 20, 50), paper)
        if diary.chance.likely(0.6):  # a managed computer hashes what is copied there
            diary.touch(diary.who, diary.before(at, 3, 15), renamed(paper, diary.chance.pick(_HARMLESS)), "FileCopied", endpoint=True)
        diary.mail(diary.who, at, goal, renamed(paper, diary.chance.pick(_HARMLESS)))


def behind_the_federation(diary: Diary) -> None:
    """Send 2 to 4 files, most of them sensitive, in a month to the own mailbox, each with the staff federation copied in."""
    goal = own_by_name(diary)
    begin = diary.start(30)
    for _ in range(diary.chance.between(2, 4)):
        day = begin + diary.chance.below(30)
        if diary.holds(day):
            diary.mail(diary.who, diary.at(day, 9, 21), goal, diary.paper(diary.who, 0.7), copied=FEDERATION)


def passed_around(diary: Diary) -> None:
    """Send, each of two officers, the very same labelled document to a private mailbox, and none to two files more."""
    papers = (*diary.library.sites["operation-kestrel"], *diary.library.sites["intelligence"])
    paper = diary.chance.pick([each for each in papers if each.label and each.sensitive])
    begin = diary.start(70)
    for person in diary.people:
        day = begin + diary.chance.below(35)
        goal = somebody(diary)
        if diary.holds(day):
            diary.mail(person, diary.at(day, 9, 18), goal, paper)
        for _ in range(diary.chance.between(0, 2)):
            day = begin + diary.chance.below(70)
            if diary.holds(day):
                diary.mail(person, diary.at(day, 9, 18), goal, diary.paper(person, 0.2))


def _over_months(diary: Diary, goal: Goal, times: int, days: int, sensitive: float) -> None:
    begin = diary.start(days)
    for _ in range(times):
        day = begin + diary.chance.below(days)
        if diary.holds(day):
            diary.mail(diary.who, diary.at(day, 8, 22), goal, diary.paper(diary.who, sensitive))
