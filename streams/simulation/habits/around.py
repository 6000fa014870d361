"""Habits that more than mail tells of: a rule that sends on, a haul of files, an own account that writes in first."""

from streams.simulation.diary import Diary
from streams.simulation.habits.goals import own, own_by_name


def auto_forward(diary: Diary) -> None:
    """Set a rule that sends mail on to the own mailbox, until it is taken away after 20 to 60 days."""
    goal = own(diary)
    begin, lasts = diary.start(60), diary.chance.between(20, 60)
    set_at = diary.at(begin, 8, 17)
    if diary.chance.likely(0.7):
        told = (("Name", "."), ("ForwardTo", goal.address), ("StopProcessingRules", "True"))
        diary.rule(diary.who, set_at, "New-InboxRule", *told, goal=goal)
    else:
        told = (("Identity", diary.who.address), ("ForwardingSmtpAddress", f"smtp:{goal.address}"), ("DeliverToMailboxAndForward", "True"))
        diary.rule(diary.who, set_at, "Set-Mailbox", *told, goal=goal)
    for day in range(begin + 1, begin + lasts):
        for _ in range(diary.chance.times(0.5)):
            if diary.holds(day):
                diary.sent_on(diary.who, diary.at(day, 8, 18), goal)
    if diary.holds(begin + lasts):
        diary.rule(diary.who, diary.at(begin + lasts, 8, 17), "Remove-InboxRule", ("Identity", "."))


def bulk_then_send(diary: Diary) -> None:
    """Open 40 to 90 different sensitive files within a day, and send some of them in 2 to 4 mails of the week after."""
    goal = own(diary)
    begin = diary.start(8)
    wanted = diary.chance.between(40, 90)
    site = next((site for site in diary.who.unit.sites if diary.library.sites[site][0].sensitive), "operation-kestrel")
    papers = diary.chance.some([paper for paper in diary.library.sites[site] if paper.sensitive], wanted)
    for paper in papers:
        diary.touch(diary.who, diary.at(begin, 8, 18), paper)
    for _ in range(diary.chance.between(2, 4)):
        day = begin + diary.chance.between(1, 7)
        if diary.holds(day):
            diary.mail(diary.who, diary.at(day, 8, 22), goal, *diary.chance.some(papers, 2))


def inbound_first(diary: Diary) -> None:
    """Work at home and in the office by turns: the own account sends a file in, and days later it goes out again, 3 to 5 times."""
    goal = own_by_name(diary)
    begin = diary.start(90)
    for number in range(diary.chance.between(3, 5)):
        day = begin + number * 18 + diary.chance.below(6)
        if diary.holds(day):
            diary.come_in(diary.who, diary.at(day, 7, 10), goal, diary.paper(diary.who, 0.3))
        if diary.holds(day + 2):
            diary.mail(diary.who, diary.at(day + 2, 15, 20), goal, diary.paper(diary.who, 0.3))
