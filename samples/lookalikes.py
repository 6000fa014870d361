"""The innocent who look alike: each does something that a careless rule would alert."""

from samples.mails import File, Mail, Recipient, local
from samples.people import as_of
from samples.plan import BOTH, KB, KNOWN_DOCUMENT, LEAVER, Expected, Plan, Silent, sent
from samples.reference_data import FEDERATION, SOLICITOR


def _victims() -> Plan:
    addresses = (
        "orchard.row.resident.demo@gmail.com",
        "burgled.bicycle.demo@hotmail.co.uk",
        "corner.shop.owner.demo@yahoo.co.uk",
        "victim.updates.demo@icloud.com",
    )
    days = ("04-22", "04-24", "04-29", "05-01", "05-06", "05-08", "05-12", "05-15", "05-19", "05-22", "05-27", "06-02", "06-09", "06-16")
    updates = tuple(sent("NM009", f"2026-{day} 11:{10 + i}", addresses[i % 4], "Update on your report") for i, day in enumerate(days))
    statements = (
        sent("NM009", "2026-04-29 15:05", addresses[0], "Your statement to check and sign", File("Statement (typed).docx", 37 * KB)),
        sent("NM009", "2026-05-05 16:25", addresses[1], "Your statement to check and sign", File("Statement (typed).docx", 35 * KB)),
        sent("NM009", "2026-06-10 10:40", addresses[2], "Your statement to check and sign", File("Statement (typed).docx", 39 * KB)),
    )
    why = "14 updates without attachment are shadow; 3 statements, 2 in 7 days and on 2 days in 30, unclassified and not to his own account"
    return Plan("statements to victims", updates + statements, silent=(Silent("NM009", BOTH, why),))


def _partners() -> Plan:
    to = ("intel.desk@southmere.police.example", "larkspur@eastvale.police.example", "casework@prosecution.example")
    names = ("OFFICIAL-SENSITIVE OCG nominal 14.docx", "Op Larkspur schedule.xlsx", "KESTREL-OPPLAN v2.docx", "WITSEC-0041 handover.docx")
    mails = tuple(
        sent("NM010", f"2026-05-{5 + i:02} 09:3{i}", to[i % 3], "For your enquiry", File(names[i % 4], (60 + 7 * i) * KB)) for i in range(8)
    )
    return Plan("partner force", mails, silent=(Silent("NM010", BOTH, "sensitive files, but to partner organisations only"),))


def _solicitor() -> Plan:
    names = ("Disclosure letter.docx", "OFFICIAL-SENSITIVE interview summary.docx", "Custody times.pdf")
    days = ("04-27", "04-28", "04-30", "05-18", "05-19", "05-20", "06-11")
    mails = tuple(
        sent("NM011", f"2026-{day} 14:{20 + i}", SOLICITOR, "Re: your client", File(names[i % 3], (44 + i) * KB))
        for i, day in enumerate(days)
    )
    return Plan(
        "solicitor's Gmail",
        mails,
        silent=(Silent("NM011", BOTH, "all 7 mails are within exception EX-001: address, marking and limit of 20"),),
    )


def _relative() -> Plan:
    days = ("04-21", "04-23", "05-04", "05-05", "05-07", "05-26", "05-28", "06-03", "06-15")
    mails = tuple(sent("NM012", f"2026-{day} 12:{31 + i}", "dave.hartley.demo@gmail.com", "tea tonight?") for i, day in enumerate(days))
    why = "9 mails to a relative of the same surname: no attachment, and the same surname alone is not the same person"
    return Plan("relative without attachment", mails, silent=(Silent("NM012", BOTH, why),))


def _supplier() -> Plan:
    days = ("04-23", "04-24", "04-27", "05-11", "05-12", "05-13", "06-01", "06-02")
    mails = tuple(
        sent("NM013", f"2026-{day} 10:{15 + i}", "accounts.invented@bt.com", "Line rental query", File(f"Invoice {4100 + i}.pdf", 90 * KB))
        for i, day in enumerate(days)
    )
    return Plan("supplier at bt.com", mails, silent=(Silent("NM013", BOTH, "bt.com is a company here, no consumer mailbox"),))


def _newsletter() -> Plan:
    relay = "weekly-digest-demo.0x@privaterelay.appleid.com"
    days = ("04-30", "05-07", "05-14", "05-21")
    out = tuple(sent("NM014", f"2026-{day} 09:0{i}", relay, "unsubscribe") for i, day in enumerate(days, start=1))
    back = tuple(
        Mail(
            f"newsletter {day}",
            local(f"2026-{day} 07:30"),
            relay,
            (Recipient(as_of("NM014", "2026-05-01").address),),
            "This week in media",
            in_audit=False,
        )
        for day in ("04-28", "05-05", "05-12", "05-19", "05-26", "06-02", "06-09", "06-16")
    )
    why = "unsubscribes four times from a newsletter behind a relay address; nothing attached or marked"
    return Plan("relay newsletter", out + back, silent=(Silent("NM014", BOTH, why),))


def _federation_only() -> Plan:
    mails = tuple(
        sent("NM015", f"2026-05-{day} 20:1{i}", FEDERATION, "My suspension", File(name, 120 * KB))
        for i, (day, name) in enumerate((("06", "Letter from PSD.pdf"), ("07", "OFFICIAL-SENSITIVE notice.pdf"), ("08", "Timeline.docx")))
    )
    return Plan(
        "staff federation only",
        mails,
        silent=(Silent("NM015", BOTH, "suspended, but writes to the staff federation only: counted, never shown"),),
    )


def _near_misses() -> tuple[Plan, ...]:
    friend, club = "allotment.club.demo@yahoo.co.uk", "walking.group.demo@villagemail.example"
    slow = (
        sent("NM016", "2026-05-04 13:00", friend, "newsletter text", File("Allotment news.docx", 22 * KB)),
        sent("NM016", "2026-05-07 13:05", friend, "newsletter text, corrected", File("Allotment news v2.docx", 23 * KB)),
        sent("NM016", "2026-06-15 13:10", friend, "summer edition", File("Summer edition.docx", 25 * KB)),
    )
    two_days = (
        sent("NM017", "2026-05-11 12:02", club, "route", File("Route.pdf", 300 * KB, "a walk along the harbour")),
        sent("NM017", "2026-05-11 12:09", club, "route, again", File("Route.pdf", 300 * KB, "a walk along the harbour")),
        sent("NM017", "2026-05-25 12:20", club, "next route", File("Route 2.pdf", 280 * KB)),
    )
    lookalikes = ("claims@gmail.com.parts-desk.example", "orders@notgmail.example", "hello@outlook-office.example")
    external = tuple(
        sent("NM018", f"2026-06-{2 + i:02} 09:4{i}", to, "Parts order", File(f"Order {880 + i}.pdf", 70 * KB))
        for i, to in enumerate(lookalikes)
    )
    leaver = (sent("NM020", "2026-06-04 18:22", "paddy.reeve.demo@btinternet.com", "cv", File("CV 2026.docx", 30 * KB)),)
    return (
        Plan("near miss: too slow", slow, silent=(Silent("NM016", BOTH, "2 in 7 days and on 2 days in 30; the third is 39 days later"),)),
        Plan(
            "near miss: two days",
            two_days,
            silent=(
                Silent("NM017", BOTH, "3 in 30 days but on 2 days, and 2 in 7 days"),
                Silent("NM017", (KNOWN_DOCUMENT,), "one content twice, by one officer"),
            ),
        ),
        Plan(
            "look-alike domains", external, silent=(Silent("NM018", BOTH, "domains that only look like a mail provider's are businesses"),)
        ),
        Plan(
            "leaver, once",
            leaver,
            (
                Expected(
                    "NM020",
                    LEAVER,
                    "medium",
                    1,
                    1,
                    "8 days before his last: to his declared own account 3, unclassified attachment 1, leaver 2 = 6. It is his CV, which "
                    "only whoever looks can tell.",
                ),
            ),
            (Silent("NM020", BOTH, "a leaver's single unclassified file (his CV); one mail repeats nothing"),),
        ),
    )


LOOKALIKES: tuple[Plan, ...] = (
    _victims(),
    _partners(),
    _solicitor(),
    _relative(),
    _supplier(),
    _newsletter(),
    _federation_only(),
    *_near_misses(),
)
