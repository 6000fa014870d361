"""An ordinary day of the force: what everybody sends, gets and opens, none of it meant to take anything out.

The shares below are what they are because forces are so, and not for what custodiet makes of them: members of the public are written to
all day, now and then with a file; people write to their families, send a payslip home, and are sent something of their own.
"""

from collections.abc import Iterator
from datetime import date
from typing import Final

from msgspec.structs import replace

from schemas.records import Millis
from streams.simulation.chance import Chance, name_of
from streams.simulation.force import BUSINESSES, FEDERATION, NEWSLETTERS, PARTNERS, PROVIDERS, RELAYS
from streams.simulation.happenings import Happening, Mail, Paper, SignIn, Touch
from streams.simulation.hours import DAYS_WORKED, instant, midnight, turn
from streams.simulation.names import FORENAMES, SURNAMES
from streams.simulation.papers import NINO, Library
from streams.simulation.people import Person
from streams.simulation.world import World

MINUTE: Final = 60_000

_OUTSIDE_IN: Final = 0.14
_PARTNER: Final = 0.10
_BUSINESS: Final = 0.05
_SIGNS_IN: Final = 0.1
_OFTEN: Final = 365.0
"""Rates below are events a year of somebody who has the habit at all."""
_FAMILY = (0.3, 24.0)
_FAMILY_FILE: Final = 0.02
_HOME = (0.3, 0.4)
_FROM_HOME = (0.3, 0.4)
_PRIVATE_FILE: Final = 0.6
_RELAY = (0.05, 4.0)
_FEDERATION = (0.2, 1.5)
_PUBLIC_IN: Final = 0.45
"""Of the mails to and from members of the public, those that come in."""
_COMES_WITH_FILE: Final = 0.15
_SENDERS_FILE: Final = 0.3
"""The share of mails with a file among those whose job it is to send files."""
_OPENED_BEFORE: Final = 0.25
"""The share of files for the public that somebody opened on a site first; the others come from other systems or their own disk."""
_FILLED_IN: Final = 0.7
"""The share of files for the public that are about one person; the others are blank forms."""
_FOUND_BY_POLICY: Final = 0.01
"""The share of what was filled in for the public in which a data-loss policy finds a National Insurance number."""

_INTERNAL = ("Handover", "Rota change", "Briefing 14:00", "RE: actions", "Vehicle keys", "Leave request", "Court warning", "FW: late turn")
_JOINT = ("Joint enquiry", "RE: strategy meeting", "Referral", "Disclosure schedule", "RE: listing")
_TRADE = ("Order", "RE: quote", "CCTV request", "RE: your client", "Booking")
_TO_PUBLIC = ("RE: your enquiry", "Update on your report", "Appointment on Thursday", "Thank you for your call", "Your statement")
_FROM_PUBLIC = ("Noise again", 'They said "call back", so I write', "lost cat, please help", "Dashcam footage?", "Question, about parking")
_FAMILY_TALK = ("tea tonight?", "late again, sorry", "dentist", "school run", "holiday dates")
_FAMILY_FILES = ("booking confirmation.pdf", "school letter.pdf", "photo.jpg", "insurance.pdf")
_THEIR_FILES = ("IMG_2231.jpg", "scan.pdf", "letter.pdf", "dashcam.mp4", "minutes.docx", "invoice.pdf")
_HOME_FILES = ("payslip.pdf", "P60.pdf", "train tickets.pdf", "pension statement.pdf", "CV.docx")
_FROM_HOME_FILES = ("first aid certificate.pdf", "driving licence.jpg", "sick note.pdf", "CPD certificate.pdf")


class Everyday:
    """Draws the days one after the other; each day is drawn from its own seed, so that it does not depend on those before."""

    def __init__(self, world: World, people: list[Person], library: Library) -> None:
        """Take the force and its papers."""
        self._world = world
        self._people = people
        self._library = library
        self._means = {hours: world.mails_per_day / share for hours, share in DAYS_WORKED.items()}
        self._day = self._count = 0

    def of(self, day: date) -> list[Happening]:
        """Return everything that happened on a day, in no order."""
        chance = Chance(self._world.seed * 1_000_003 + day.toordinal())
        serving = [person for person in self._people if person.serves(day)]
        began = midnight(day)
        self._day, self._count = day.toordinal(), 0
        found: list[Happening] = []
        for person in serving:
            hours = turn(chance, person, day)
            if hours is not None:
                found += self._working_day(chance, person, day, began + hours[0] * 60 * MINUTE, hours[1], serving)
        return found

    def _working_day(
        self, chance: Chance, person: Person, day: date, began: Millis, hours: int, serving: list[Person]
    ) -> Iterator[Happening]:
        if chance.likely(_SIGNS_IN):
            yield SignIn(began, self._id(), person.address)
        for _ in range(chance.times(self._means[person.unit.hours])):
            yield from self._mail(chance, person, day, instant(chance, began, hours), serving)
        for _ in range(chance.times(person.opens or person.unit.opens)):
            paper = self._library.work(chance, person)
            operation = "FileDownloaded" if chance.likely(0.2) else "FileAccessed" if chance.likely(0.8) else "FileModified"
            yield Touch(instant(chance, began, hours), self._id(), person.address, operation, paper)
        yield from self._private(chance, person, began, hours)

    def _mail(self, chance: Chance, person: Person, day: date, at: Millis, serving: list[Person]) -> Iterator[Happening]:
        kind = chance.share() - person.unit.public
        if kind < 0:
            yield from self._public(chance, person, day, at)
        elif kind < _OUTSIDE_IN:
            sender = chance.pick(PARTNERS if chance.likely(0.4) else BUSINESSES if chance.likely(0.5) else NEWSLETTERS)
            files = (own_paper(chance, _THEIR_FILES),) if chance.likely(_COMES_WITH_FILE) else ()
            yield self._in(at, sender, person, chance.pick(_JOINT if sender in PARTNERS else _TRADE), files)
        elif kind < _OUTSIDE_IN + _PARTNER:
            yield self._out(at, person, chance.pick(PARTNERS), chance.pick(_JOINT), self._attached(chance, person))
        elif kind < _OUTSIDE_IN + _PARTNER + _BUSINESS:
            plain = (self._library.plain(chance, person),) if chance.likely(0.2) else ()
            yield self._out(at, person, chance.pick(BUSINESSES), chance.pick(_TRADE), plain)
        else:
            to = tuple(dict.fromkeys(chance.pick(serving).address for _ in range(1 if chance.likely(0.75) else chance.between(2, 4))))
            yield Mail(at, self._id(), person.address, to, chance.pick(_INTERNAL), self._attached(chance, person), person.address)

    def _attached(self, chance: Chance, person: Person) -> tuple[Paper, ...]:
        return (self._library.work(chance, person),) if chance.likely(0.25) else ()

    def _public(self, chance: Chance, person: Person, day: date, at: Millis) -> Iterator[Happening]:
        contact = contact_of(person, day, chance.below(8))
        if chance.likely(_PUBLIC_IN):
            theirs = (own_paper(chance, _THEIR_FILES),) if chance.likely(_COMES_WITH_FILE) else ()
            yield self._in(at, contact, person, chance.pick(_FROM_PUBLIC), theirs)
            return
        share = _SENDERS_FILE if person.unit.sends_files else self._world.public_files
        files: tuple[Paper, ...] = ()
        dlp = ""
        if chance.likely(share):
            filled_in = chance.likely(_FILLED_IN)
            paper = self._form(chance, filled_in=filled_in)
            files = (paper,)
            if chance.likely(_OPENED_BEFORE):
                yield Touch(at - chance.between(1, 40) * MINUTE, self._id(), person.address, "FileAccessed", paper)
            dlp = NINO if filled_in and chance.likely(_FOUND_BY_POLICY) else ""
        yield Mail(at, self._id(), person.address, (contact,), chance.pick(_TO_PUBLIC), files, person.address, dlp)

    def _form(self, chance: Chance, *, filled_in: bool) -> Paper:
        """Return a form, which is the same for everybody, or what somebody wrote in one: a content of its own."""
        paper = self._library.of(chance, "forms")
        if not filled_in:
            return paper
        digest = name_of("filled in", chance.share())
        return replace(paper, sha256=digest + digest[::-1])

    def _private(self, chance: Chance, person: Person, began: Millis, hours: int) -> Iterator[Happening]:
        """Yield what people do for themselves; who has which habit is settled by their number."""
        if _does(chance, person, 1, _FAMILY):
            files = (own_paper(chance, _FAMILY_FILES),) if chance.likely(_FAMILY_FILE) else ()
            yield self._out(instant(chance, began, hours), person, person.partner, chance.pick(_FAMILY_TALK), files)
        if _does(chance, person, 2, _HOME):
            files = (own_paper(chance, _HOME_FILES),) if chance.likely(_PRIVATE_FILE) else ()
            yield self._out(instant(chance, began, hours), person, person.private, "for home", files)
        if _does(chance, person, 3, _FROM_HOME):
            at = instant(chance, began, hours)
            files = (own_paper(chance, _FROM_HOME_FILES),) if chance.likely(_PRIVATE_FILE) else ()
            yield self._in(at, person.private, person, "from home", files)
        if _does(chance, person, 4, _RELAY):
            relay = f"list{person.number}.demo@{RELAYS[person.number % len(RELAYS)]}"
            yield self._out(instant(chance, began, hours), person, relay, "unsubscribe")
        if _does(chance, person, 5, _FEDERATION):
            files = (own_paper(chance, ("letter.pdf", "notes for the rep.docx")),) if chance.likely(0.4) else ()
            yield self._out(instant(chance, began, hours), person, FEDERATION, "for my rep", files)

    def _out(self, at: Millis, person: Person, to: str, subject: str, files: tuple[Paper, ...] = ()) -> Mail:
        return Mail(at, self._id(), person.address, (to,), subject, files, person.address)

    def _in(self, at: Millis, sender: str, person: Person, subject: str, files: tuple[Paper, ...] = ()) -> Mail:
        return Mail(at, self._id(), sender, (person.address,), subject, files)

    def _id(self) -> str:
        self._count += 1
        return name_of(self._world.seed, self._day, self._count)


def contact_of(person: Person, day: date, case: int) -> str:
    """Return the private address of a member of the public whom a person deals with that month, by the number of the case."""
    number = (person.number * 9973 + (day.year * 12 + day.month) * 8 + case) * 2_654_435_761 % 4_294_967_296
    first, last = FORENAMES[number % len(FORENAMES)], SURNAMES[number // 997 % len(SURNAMES)]
    provider = PROVIDERS[number // 7 % len(PROVIDERS)]
    return f"{first}.{last}{number // 131 % 100}@{provider}".lower()


def own_paper(chance: Chance, names: tuple[str, ...]) -> Paper:
    """Return a paper of somebody's own: nothing of the force's."""
    digest = name_of("own", chance.share())
    return Paper(name=chance.pick(names), size=chance.between(20_000, 900_000), sha256=digest + digest[::-1], site="", folder="")


def _does(chance: Chance, person: Person, what: int, habit: tuple[float, float]) -> bool:
    """Tell whether a person does something on this working day: a part of all people have the habit, so many times a year."""
    share, times = habit
    has = (person.number * 7919 + what * 104_729) % 1000 < share * 1000
    return has and chance.likely(times / (_OFTEN * DAYS_WORKED[person.unit.hours]))
