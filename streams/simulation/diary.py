"""What somebody did on purpose: what happened, with what the truth says of each deed beside it."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final, Literal, TypeAlias

import msgspec
from msgspec.structs import replace

from schemas.records import Millis
from streams.simulation.chance import Chance, name_of
from streams.simulation.exports.audit import record_id
from streams.simulation.exports.stamps import message_id
from streams.simulation.happenings import Happening, Mail, Paper, Setting, Touch
from streams.simulation.hours import at_hour
from streams.simulation.papers import Library, told_by
from streams.simulation.people import Person
from streams.simulation.world import World

Whose: TypeAlias = Literal["declared", "undeclared", "hidden", "somebody else's"]
"""Whose mailbox a mail goes to: the sender's own, which the force knows of, does not, or cannot tell by its name; or another's."""

_MINUTE: Final = 60_000


class Deed(msgspec.Struct, omit_defaults=True):
    """One offending mail, file access or setting: ``id`` is the Message-ID of a mail, else the id of the audit record."""

    kind: Literal["mail", "inbound", "file", "setting"]
    id: str
    at: Millis
    officer_id: str
    to: tuple[str, ...] = ()
    whose: Whose | None = None
    files: tuple[str, ...] = ()
    sensitive: bool = False
    protected: bool = False
    told_by: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Goal:
    """Where an offender sends to."""

    address: str
    whose: Whose


@dataclass(frozen=True, slots=True)
class Stay:
    """The days, of those of the world, on which a person is there to do something: both included, by number from 0."""

    first: int
    last: int

    @property
    def days(self) -> int:
        """How many days."""
        return self.last - self.first + 1


@dataclass(slots=True)
class Diary:
    """One case: who, when they are there, and what they did. Habits write it."""

    world: World
    name: str
    chance: Chance
    library: Library
    people: tuple[Person, ...]
    stay: Stay
    happened: list[Happening] = field(default_factory=list)
    deeds: list[Deed] = field(default_factory=list)
    exceptions: list[tuple[str, str, str, str]] = field(default_factory=list)

    @property
    def who(self) -> Person:
        """The one person, or the first of several."""
        return self.people[0]

    def start(self, needed: int) -> int:
        """Return a day to begin on, so that the next ``needed`` days are there; the first where there are not so many."""
        return self.stay.first + self.chance.below(max(1, self.stay.days - needed + 1))

    def holds(self, day: int) -> bool:
        """Whether the person is there on a day."""
        return self.stay.first <= day <= self.stay.last

    def at(self, day: int, first_hour: float, last_hour: float) -> Millis:
        """Return an instant of a day between two hours."""
        return at_hour(self.world.day(day), first_hour + self.chance.share() * (last_hour - first_hour))

    def mail(self, person: Person, at: Millis, goal: Goal, *papers: Paper, copied: str = "", dlp: str = "") -> Mail:
        """Have somebody send files to a private mailbox: a deed."""
        to = (goal.address, copied) if copied else (goal.address,)
        subject = self.chance.pick(("docs", "for later", "as discussed", "notes", "fyi", "this one", "hi"))
        mail = Mail(at, self._id(), person.address, to, subject, papers, person.address, dlp)
        self.happened.append(mail)
        self.deeds.append(_of_mail("mail", mail, person, goal))
        return mail

    def sent_on(self, person: Person, at: Millis, goal: Goal) -> None:
        """Have a rule send a mail on: a row of the trace and nothing in the audit log."""
        mail = Mail(at, self._id(), person.address, (goal.address,), "FW: update", (), "")
        self.happened.append(mail)
        self.deeds.append(_of_mail("mail", mail, person, goal))

    def come_in(self, person: Person, at: Millis, goal: Goal, *papers: Paper) -> None:
        """Have the person's own account send files in: a deed."""
        mail = Mail(at, self._id(), goal.address, (person.address,), "changed as we said", papers)
        self.happened.append(mail)
        self.deeds.append(_of_mail("inbound", mail, person, goal))

    def touch(self, person: Person, at: Millis, paper: Paper, operation: str = "FileDownloaded", *, endpoint: bool = False) -> None:
        """Have somebody open or fetch a file: a deed where more comes of it."""
        touch = Touch(at, self._id(), person.address, operation, paper, endpoint)
        self.happened.append(touch)
        told = ("path",) if paper.sensitive and not endpoint and paper.site not in ("events", "custody") else ()
        self.deeds.append(
            Deed(
                kind="file",
                id=record_id(touch.id),
                at=at,
                officer_id=person.officer_id,
                files=(paper.name,),
                sensitive=paper.sensitive,
                protected=paper.protected,
                told_by=(*told_by(paper), *told),
            )
        )

    def rule(self, person: Person, at: Millis, operation: str, *parameters: tuple[str, str], goal: Goal | None = None) -> None:
        """Have somebody change their mailbox; a deed where it has a goal."""
        setting = Setting(at, self._id(), person.address, operation, parameters)
        self.happened.append(setting)
        if goal is not None:
            deed = Deed(kind="setting", id=record_id(setting.id), at=at, officer_id=person.officer_id, to=(goal.address,), whose=goal.whose)
            self.deeds.append(deed)

    def innocent(self, person: Person, at: Millis, to: str, *papers: Paper, subject: str = "RE: your enquiry") -> None:
        """Have somebody send a mail that is in order."""
        self.happened.append(Mail(at, self._id(), person.address, (to,), subject, papers, person.address))

    def inform(self, person: Person, at: Millis, sender: str, *papers: Paper) -> None:
        """Have somebody get a mail from outside that is in order."""
        self.happened.append(Mail(at, self._id(), sender, (person.address,), "This week", papers))

    def paper(self, person: Person, sensitive: float) -> Paper:
        """Return a paper of the person's work, sensitive with this probability."""
        likely = self.chance.likely(sensitive)
        return self.library.sensitive(self.chance, person) if likely else self.library.plain(self.chance, person)

    def date(self, day: int) -> date:
        """Return a day of the world."""
        return self.world.first + timedelta(days=day)

    def before(self, at: Millis, least: int, most: int) -> Millis:
        """Return an instant so many minutes earlier."""
        return at - self.chance.between(least, most) * _MINUTE

    def _id(self) -> str:
        return name_of(self.world.seed, self.name, self.who.number, len(self.happened))


def renamed(paper: Paper, name: str) -> Paper:
    """Return the same content under another name, without its label."""
    return replace(paper, name=name, label="")


def stay_of(world: World, person: Person) -> Stay:
    """Return when a person serves within the world."""
    ends = [world.last, *(day for day in (person.last_day,) if day is not None)]
    return Stay(max(0, (person.since - world.first).days), (min(ends) - world.first).days)


def _of_mail(kind: Literal["mail", "inbound"], mail: Mail, person: Person, goal: Goal) -> Deed:
    # A label that any of the files has is the message's too.
    told = tuple(dict.fromkeys(how for paper in mail.files for how in told_by(paper)))
    return Deed(
        kind=kind,
        id=message_id(mail).lower(),
        at=mail.at,
        officer_id=person.officer_id,
        to=mail.to,
        whose=goal.whose,
        files=tuple(paper.name for paper in mail.files),
        sensitive=any(paper.sensitive for paper in mail.files),
        protected=any(paper.protected for paper in mail.files),
        told_by=(*told, *(("policy",) if mail.dlp else ())),
    )
