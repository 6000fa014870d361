"""Where offenders send to."""

from streams.simulation.diary import Diary, Goal
from streams.simulation.force import PROVIDERS, RELAYS
from streams.simulation.names import FORENAMES, SURNAMES
from streams.simulation.people import odd_address


def own(diary: Diary) -> Goal:
    """Return the person's own mailbox: the one that they declared, or that bears their name; one time in five one that does not."""
    return odd(diary) if diary.chance.likely(0.2) else own_by_name(diary)


def own_by_name(diary: Diary) -> Goal:
    """Return the person's own mailbox, declared or not."""
    who = diary.who
    return Goal(who.private, "declared" if who.private in who.declared else "undeclared")


def odd(diary: Diary) -> Goal:
    """Return an own mailbox that the force does not know of and whose name says nothing."""
    return Goal(odd_address(diary.chance), "hidden")


def somebody(diary: Diary) -> Goal:
    """Return a friend's mailbox."""
    chance = diary.chance
    return Goal(f"{chance.pick(FORENAMES)}.{chance.pick(SURNAMES)}{chance.below(100)}@{chance.pick(PROVIDERS)}".lower(), "somebody else's")


def relay(diary: Diary) -> Goal:
    """Return an address at a relay service, behind which is the person's own mailbox."""
    chance = diary.chance
    return Goal(f"x{chance.between(1000, 9999)}.invented.demo@{chance.pick(RELAYS)}", "hidden")
