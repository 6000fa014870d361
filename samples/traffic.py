"""The background: what a force's logs are full of, none of which may ever raise an alert.

Mail to the public carries no attachment and no marking here, and no address of the public resembles an officer's name.
"""

from collections.abc import Iterator
from datetime import date, timedelta

from samples.mails import File, Mail, Recipient, local
from samples.people import OFFICER_IDS, Row, as_of
from streams.simulation.chance import Chance

FIRST_DAY = date(2026, 4, 20)
LAST_DAY = date(2026, 6, 20)
_SATURDAY = 5
_BULLETIN_WEEKDAY = 4

_PUBLIC = (
    "mill.lane.resident.demo@gmail.com",
    "lost.tabby.cat.demo@outlook.com",
    "witness.to.a.bump.demo@hotmail.co.uk",
    "allotment.gate.demo@yahoo.co.uk",
    "noisy.scooters.demo@btinternet.com",
    "parish.clerk.demo@icloud.com",
    "school.crossing.demo@sky.com",
    "found.a.wallet.demo@proton.me",
    "harbour.angler.demo@talktalk.net",
    "bakery.counter.demo@villagemail.example",
)
_PARTNERS = (
    "duty.desk@southmere.police.example",
    "regional.intel@eastvale.police.example",
    "casework@prosecution.example",
    "safeguarding@northmoor-council.example",
)
_SUPPLIERS = (
    "service@blueridge-vehicles.example",
    "orders@harrow-uniforms.example",
    "helpdesk@stationsoft.example",
    "bookings@moorland-training.example",
)
_INTERNAL_FILES = (
    "Shift rota.xlsx",
    "Briefing.docx",
    "Op Larkspur actions.xlsx",
    "OFFICIAL-SENSITIVE tasking.docx",
    "Overtime.pdf",
    "Vehicle defects.pdf",
    "Front desk custody roster.xlsx",
)
_BUSINESS_FILES = ("Purchase order.pdf", "Quote.pdf", "Training dates.docx")
_INTERNAL_SUBJECTS = (
    "Handover",
    "Rota change",
    "Briefing 14:00",
    "RE: actions",
    "Vehicle keys",
    "Leave request",
    "Court warning",
    "FW: custody, late turn",
)
_PUBLIC_SUBJECTS = ("RE: your enquiry", "Update on your report", "Appointment on Thursday", "Thank you for your call")
_INBOUND_SUBJECTS = (
    "Noise again",
    'They said "call back", so I write',
    "lost cat, please help",
    "Dashcam footage, how to send it?",
    "Question, about parking",
)


def background(chance: Chance) -> Iterator[Mail]:
    """Yield two months of innocent mail, day by day."""
    day = FIRST_DAY
    while day <= LAST_DAY:
        for officer_id in OFFICER_IDS:
            row = as_of(officer_id, day.isoformat())
            if _away(row, day):
                continue
            yield from _a_day(chance, row, day)
        if day.weekday() == _BULLETIN_WEEKDAY:
            yield _bulletin(day)
        day += timedelta(days=1)


def _away(row: Row, day: date) -> bool:
    """Tell whether this person writes nothing: gone, suspended, or staff at a weekend."""
    today = day.isoformat()
    gone = bool(row.last_day) and row.last_day < today
    suspended = bool(row.suspended_from) and row.suspended_from <= today
    return gone or suspended or (row.rank == "Staff" and day.weekday() >= _SATURDAY)


def _a_day(chance: Chance, row: Row, day: date) -> Iterator[Mail]:
    quiet = 0.8 if day.weekday() >= _SATURDAY else 0.42
    number = 0
    while not chance.likely(quiet) and number < 3:
        number += 1
        at = f"{day.isoformat()} {chance.between(7, 18):02}:{chance.between(0, 59):02}"
        slug = f"background {row.officer_id} {day.isoformat()} {number}"
        yield _one(chance, row, at, slug)


def _one(chance: Chance, row: Row, at: str, slug: str) -> Mail:
    kind = chance.below(100)
    if kind < 14:
        return Mail(slug, local(at), chance.pick(_PUBLIC), (Recipient(row.address),), chance.pick(_INBOUND_SUBJECTS), in_audit=False)
    to: tuple[str, ...]
    files: tuple[File, ...] = ()
    if kind < 24:
        to, subject = (chance.pick(_PUBLIC),), chance.pick(_PUBLIC_SUBJECTS)
    elif kind < 36:
        to, subject, files = (chance.pick(_PARTNERS),), "Joint enquiry", _files(chance, _INTERNAL_FILES)
    elif kind < 44:
        to, subject, files = (chance.pick(_SUPPLIERS),), "Order", _files(chance, _BUSINESS_FILES)
    else:
        to, subject, files = _colleagues(chance, row, at), chance.pick(_INTERNAL_SUBJECTS), _files(chance, _INTERNAL_FILES)
    recipients = tuple(Recipient(address) for address in to)
    audited = bool(files) or chance.likely(0.45)
    return Mail(slug, local(at), row.address, recipients, subject, files, row.principal, in_audit=audited)


def _colleagues(chance: Chance, row: Row, at: str) -> tuple[str, ...]:
    drawn = {as_of(chance.pick(OFFICER_IDS), at[:10]).address for _ in range(chance.between(1, 3))}
    return tuple(sorted(drawn - {row.address})) or ("control.room@northmoor.police.example",)


def _files(chance: Chance, names: tuple[str, ...]) -> tuple[File, ...]:
    return tuple(File(chance.pick(names), chance.between(9_000, 900_000)) for _ in range(1 if chance.likely(0.35) else 0))


def _bulletin(day: date) -> Mail:
    """Return the Friday bulletin to everybody."""
    author = as_of("NM014", day.isoformat())
    everybody = tuple(Recipient(as_of(officer_id, day.isoformat()).address, delay=i % 7) for i, officer_id in enumerate(OFFICER_IDS))
    return Mail(
        f"bulletin {day}",
        local(f"{day} 16:00"),
        author.address,
        everybody,
        "Northmoor Weekly",
        (File("Northmoor Weekly.pdf", 2_400_000),),
        author.principal,
    )
