"""People who do nothing wrong and look as if: each with why it is in order."""

from streams.simulation.diary import Diary
from streams.simulation.everyday import contact_of, own_paper
from streams.simulation.force import FEDERATION, PARTNERS, PROVIDERS, RELAYS

_LOOKALIKE_DOMAINS = ("orders@notvillagemail.example", "claims@postbox.example-parts.example", "hello@webletters-office.example")


def statements_to_victims(diary: Diary) -> None:
    """Send statements to sign to different victims, each at their private address, 8 to 12 a year."""
    for day in _spread(diary, diary.chance.between(8, 12)):
        victim = contact_of(diary.who, diary.date(day), diary.chance.below(8))
        diary.innocent(diary.who, diary.at(day, 9, 17), victim, diary.library.of(diary.chance, "forms"), subject="Your statement")


def exception_for_a_solicitor(diary: Diary) -> None:
    """Send 8 to 12 files to a solicitor's private mailbox under a recorded exception."""
    solicitor = f"{diary.chance.pick(('hollis', 'kane', 'wren'))}.law{diary.who.number}@{diary.chance.pick(PROVIDERS)}"
    diary.exceptions.append((solicitor, "OFFICIAL-SENSITIVE", "Duty solicitor without a secure mailbox", "20"))
    for day in _spread(diary, diary.chance.between(8, 12)):
        diary.innocent(diary.who, diary.at(day, 9, 17), solicitor, diary.library.plain(diary.chance, diary.who), subject="RE: your client")


def namesake(diary: Diary) -> None:
    """Write once a month to a relative of the very same name, without a file."""
    first, _, last = diary.who.name.partition(" ")
    relative = f"{first}.{last}.senior@{diary.chance.pick(PROVIDERS)}".lower()
    for day in _spread(diary, 12):
        diary.innocent(diary.who, diary.at(day, 12, 14), relative, subject="Sunday lunch")


def photo_to_family(diary: Diary) -> None:
    """Send one private file to the family, once."""
    day = diary.start(1)
    diary.innocent(diary.who, diary.at(day, 12, 14), diary.who.partner, own_paper(diary.chance, ("photo.jpg",)), subject="look!")


def payslip_home(diary: Diary) -> None:
    """Send a payslip to the own mailbox, twice a year."""
    for day in _spread(diary, 2):
        diary.innocent(diary.who, diary.at(day, 9, 17), diary.who.private, own_paper(diary.chance, ("payslip.pdf",)), subject="payslip")


def papers_of_a_leaver(diary: Diary) -> None:
    """Leave, and send a pension statement to the own mailbox in the last weeks."""
    last = diary.stay.first + diary.stay.days // 2
    diary.who.last_day = diary.date(last)
    day = max(diary.stay.first, last - diary.chance.between(3, 20))
    paper = own_paper(diary.chance, ("pension statement.pdf",))
    diary.innocent(diary.who, diary.at(day, 9, 17), diary.who.private, paper, subject="pension")


def club_secretary(diary: Diary) -> None:
    """Send the minutes of an angling club every month to its chair's private mailbox."""
    chair = f"harbour.anglers{diary.who.number}@{diary.chance.pick(PROVIDERS)}"
    for day in _spread(diary, 11):
        diary.innocent(diary.who, diary.at(day, 12, 14), chair, own_paper(diary.chance, ("minutes.docx",)), subject="minutes")


def partner_liaison(diary: Diary) -> None:
    """Send sensitive files, week after week, to partner organisations."""
    for day in _spread(diary, 40):
        paper = diary.library.sensitive(diary.chance, diary.who)
        diary.innocent(diary.who, diary.at(day, 9, 17), diary.chance.pick(PARTNERS), paper, subject="For your enquiry")


def files_to_businesses(diary: Diary) -> None:
    """Send files to businesses whose domains look like a mail provider's."""
    for day in _spread(diary, 24):
        to = diary.chance.pick(_LOOKALIKE_DOMAINS)
        diary.innocent(diary.who, diary.at(day, 9, 17), to, diary.library.plain(diary.chance, diary.who), subject="Parts order")


def newsletters_by_relay(diary: Diary) -> None:
    """Get newsletters through a relay address, and leave them one by one."""
    relay = f"digest{diary.who.number}.invented.demo@{diary.chance.pick(RELAYS)}"
    for day in _spread(diary, 20):
        diary.inform(diary.who, diary.at(day, 7, 9), relay)
        if diary.chance.likely(0.3):
            diary.innocent(diary.who, diary.at(day, 9, 12), relay, subject="unsubscribe")


def federation_case(diary: Diary) -> None:
    """Send marked files to the staff federation alone, in a case of one's own."""
    for day in _spread(diary, 6):
        diary.innocent(diary.who, diary.at(day, 9, 21), FEDERATION, diary.library.sensitive(diary.chance, diary.who), subject="my case")


def forwards_within(diary: Diary) -> None:
    """Set a rule that sends mail on to a colleague and one that deletes newsletters, and remove the first."""
    colleague = diary.who.tenant_address
    begin = diary.start(30)
    diary.rule(diary.who, diary.at(begin, 8, 12), "New-InboxRule", ("Name", "rota"), ("ForwardTo", colleague))
    diary.rule(diary.who, diary.at(begin, 13, 17), "New-InboxRule", ("Name", "news"), ("From", "news@x.example"), ("DeleteMessage", "True"))
    if diary.holds(begin + 30):
        diary.rule(diary.who, diary.at(begin + 30, 8, 17), "Remove-InboxRule", ("Identity", "rota"))


def busy_analyst(diary: Diary) -> None:
    """Open some 32 intelligence files on every working day."""
    diary.who.opens = 32.0


def certificate_from_home(diary: Diary) -> None:
    """Send a first-aid certificate from the own mailbox to the one at work, once."""
    day = diary.start(1)
    diary.inform(diary.who, diary.at(day, 7, 9), diary.who.private, own_paper(diary.chance, ("first aid certificate.pdf",)))


def _spread(diary: Diary, a_year: int) -> list[int]:
    """Return days on which something happens so many times a year, over the whole stay."""
    times = max(1, round(a_year * diary.stay.days / 365))
    step = diary.stay.days / times
    return [diary.stay.first + int(step * number + diary.chance.share() * step * 0.9) for number in range(times)]
