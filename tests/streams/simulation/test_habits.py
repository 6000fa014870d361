"""Every habit leaves the traces that it claims, in the truth and in the logs."""

from collections import Counter
from collections.abc import Callable
from datetime import date, datetime
from itertools import pairwise

import pytest

from detectors.registry import DETECTORS
from schemas.identity import message_key
from schemas.records import FileEvent, MailEvent, SettingEvent
from streams.enrichment.addresses import AddressBook
from streams.simulation.cast import Cast, part_of
from streams.simulation.chance import Chance
from streams.simulation.diary import Deed, Diary
from streams.simulation.force import FEDERATION, RELAYS
from streams.simulation.habits.table import HABITS, LOOKALIKES
from streams.simulation.happenings import Mail, Setting, Touch
from streams.simulation.hours import _ZONE
from streams.simulation.papers import Library
from streams.simulation.people import Recruiter
from streams.simulation.world import World
from tests.streams.simulation.reading import Written

DAY = 86_400_000
Claim = Callable[[Diary, list[Deed], list[Deed]], bool]


def cases(habit: str, years: int = 2) -> list[Diary]:
    """Give six cases of a habit in a force of 300."""
    world = World(300, date(2022, 1, 1), date(2021 + years, 12, 31), seed=11, offenders=0.04, lookalikes=0, habits=(habit,))
    people = Recruiter(world, Chance(1)).force()
    return Cast(world, people, Library(Chance(2)), Chance(3)).offenders[:6]


def _day(deed: Deed) -> date:
    return datetime.fromtimestamp(deed.at / 1000, _ZONE).date()


def _quarters(mails: list[Deed]) -> bool:
    """About a quarter of a year apart."""
    return all(9 * DAY <= second.at - first.at <= 165 * DAY for first, second in pairwise(mails))


def _opened_within_the_hour(_: Diary, mails: list[Deed], others: list[Deed]) -> bool:
    return all(any(0 <= mail.at - deed.at <= 3_600_000 for deed in others) for mail in mails)


CLAIMS: dict[str, Claim] = {
    "burst": lambda _, mails, __: 6 <= len(mails) <= 14 and mails[-1].at - mails[0].at < 2 * DAY,
    "weekly-drip": lambda _, mails, __: len(mails) >= 6 and len({_day(mail).weekday() for mail in mails}) == 1,
    "once-a-quarter": lambda _, mails, __: 7 <= len(mails) <= 9 and _quarters(mails),
    "slow-drip": lambda _, mails, __: 7 <= len(mails) <= 10 and all(b.at - a.at > 27 * DAY for a, b in pairwise(mails)),
    "protected-witness-once": lambda _, mails, __: len(mails) == 1 and mails[0].protected and bool(mails[0].told_by),
    "odd-named-account": lambda case, mails, _: (
        {mail.whose for mail in mails} == {"hidden"} and case.who.surname.lower() not in mails[0].to[0]
    ),
    "shared-household": lambda case, mails, _: (
        len({mail.officer_id for mail in mails}) == len(case.people) == 2 and len({mail.to for mail in mails}) == 1
    ),
    "leaver": lambda case, mails, _: (
        case.who.last_day is not None and all(0 <= (case.who.last_day - _day(mail)).days < 30 for mail in mails)
    ),
    "auto-forward": lambda _, mails, others: (
        [deed.kind for deed in others] == ["setting"] and all(mail.to == others[0].to and mail.at > others[0].at for mail in mails)
    ),
    "through-a-relay": lambda _, mails, __: 4 <= len(mails) <= 9 and all(mail.to[0].endswith(RELAYS) for mail in mails),
    "renamed-attachments": lambda case, mails, others: (
        all(mail.sensitive and not mail.told_by for mail in mails) and _opened_within_the_hour(case, mails, others)
    ),
    "inbound-first": lambda _, mails, others: (
        3 <= len(mails) <= 5 and {deed.kind for deed in others} == {"inbound"} and others[0].at < mails[0].at
    ),
    "again-after-warning": lambda case, mails, _: (
        case.who.warned_at is not None
        and sum(_day(mail) < case.who.warned_at for mail in mails) >= 3
        and any(_day(mail) > case.who.warned_at for mail in mails)
    ),
    "bulk-then-send": lambda _, mails, others: (
        len({deed.files for deed in others}) >= 30
        and max(deed.at for deed in others) < mails[0].at
        and all(deed.sensitive for deed in others)
    ),
    "passed-around": lambda case, mails, _: (
        len({mail.officer_id for mail in mails}) == len(case.people) == 2
        and max(Counter(files for files, _ in {(mail.files, mail.officer_id) for mail in mails}).values()) == 2
    ),
    "behind-the-federation": lambda _, mails, __: all(FEDERATION in mail.to and len(mail.to) == 2 for mail in mails),
}


@pytest.mark.parametrize("habit", HABITS)
def test_a_habit_does_what_it_says(habit: str) -> None:
    """What its docstring claims, in each of several cases."""
    played = cases(habit)
    assert len(played) >= 3
    for case in played:
        deeds = sorted(case.deeds, key=lambda deed: deed.at)
        mails = [deed for deed in deeds if deed.kind == "mail"]
        assert CLAIMS[habit](case, mails, [deed for deed in deeds if deed.kind != "mail"]), (case.name, deeds)


@pytest.mark.parametrize("habit", HABITS)
def test_deeds_lie_in_the_world_and_in_service(habit: str) -> None:
    """Whoever is there does it, and nothing falls outside of the exports; less room gives fewer deeds and not none."""
    for case in (*cases(habit), *cases(habit, years=1)):
        assert case.deeds
        for deed in case.deeds:
            person = next(person for person in case.people if person.officer_id == deed.officer_id)
            assert person.serves(_day(deed)) or _day(deed) == person.last_day
            assert case.world.first <= _day(deed) <= case.world.last


def test_every_deed_is_in_the_logs(written: Written) -> None:
    """By the id that the truth gives: a mail by its Message-ID, a file or a setting by its record."""
    mails: dict[str, list[MailEvent]] = {}
    others: dict[str, FileEvent | SettingEvent] = {}
    for event in written.events:
        if isinstance(event, MailEvent):
            mails.setdefault(message_key(event), []).append(event)
        else:
            others[event.record_id.partition("#")[0]] = event
    for offender in written.truth.offenders:
        for deed in offender.deeds:
            if deed.kind in ("mail", "inbound"):
                seen = mails[deed.id]
                assert {file.name for event in seen for file in event.attachments} == set(deed.files)
                outside = set(deed.to) if deed.kind == "mail" else {event.sender for event in seen}
                assert outside <= {address for event in seen for address in (*event.recipients, event.sender)}
                assert all(abs(event.occurred_at - deed.at) <= 2_000 for event in seen)
            else:
                assert abs(others[deed.id].occurred_at - deed.at) < 1_000


def test_a_renamed_file_keeps_its_hash(written: Written) -> None:
    """What the hunting tables tell of it is the content of a paper of the force, whatever it is called."""
    contents = {paper.sha256 for papers in Library(Chance(written.world.seed * 11 + 1)).sites.values() for paper in papers}
    ids = {deed.id for each in written.truth.offenders if each.habit == "renamed-attachments" for deed in each.deeds if deed.kind == "mail"}
    hashes = {
        file.sha256
        for event in written.events
        if isinstance(event, MailEvent) and message_key(event) in ids
        for file in event.attachments
        if file.sha256
    }
    assert hashes
    assert hashes <= contents


def test_tables_name_what_there_is() -> None:
    """Each detector that may tell is a detector; names, parts and claims agree; relays are such to custodiet."""
    assert {detector for habit in HABITS.values() for detector in habit.detectors} <= set(DETECTORS)
    assert CLAIMS.keys() == HABITS.keys()
    assert all(part.why for part in LOOKALIKES.values())
    assert {AddressBook(()).classify(f"x@{relay}") for relay in RELAYS} == {"relay"}


def test_innocents_leave_no_deeds() -> None:
    """They mail, set rules and get mail, and none of it stands against them."""
    world = World(60, date(2022, 1, 1), date(2022, 12, 31), seed=2, offenders=0)
    cast = Cast(world, Recruiter(world, Chance(1)).force(), Library(Chance(2)), Chance(3))
    kinds = {type(each) for diary in cast.lookalikes for each in diary.happened}
    assert kinds == {Mail, Setting}
    assert not any(diary.deeds for diary in cast.lookalikes)
    assert {part_of(diary) for diary in cast.lookalikes} == set(LOOKALIKES)
    assert Touch not in kinds
