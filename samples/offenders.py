"""The offenders, each with a habit of their own, and one who hides behind the staff federation."""

from samples.mails import File, Recipient
from samples.plan import ACCESS_THEN_SEND, KB, LEAVER, REPEATED, SENSITIVE, SLOW_DRIP, Expected, Plan, Silent, sent
from samples.reference_data import COOMBES_HOME, FEDERATION, INTERPRETER, VENUE

BURST_HOME = "callum.wragg.demo@gmail.com"
TALLIS_HOME = "pc4471.nightowl.demo@proton.me"
KETTERING_HOME = "siobhankettering.demo+shifts@gmail.com"

_BURST = Plan(
    "fast burst to his own mailbox, in his last month",
    (
        sent("NM003", "2026-05-13 17:42", BURST_HOME, "docs 1", File("Interview plan template.docx", 48 * KB), repeats=50),
        sent("NM003", "2026-05-13 17:51", BURST_HOME, "docs 2", File("Op Larkspur timeline.xlsx", 310 * KB)),
        sent(
            "NM003", "2026-05-13 18:04", BURST_HOME, "docs 3", File("OFFICIAL-SENSITIVE Op Larkspur phone work.xlsx", 902 * KB), repeats=4
        ),
        sent("NM003", "2026-05-13 18:20", BURST_HOME, "docs 4", File("Contacts.csv", 17 * KB)),
        sent("NM003", "2026-05-14 12:15", BURST_HOME, "docs 5", File("Search training (final) v1.2.pdf", 1204 * KB)),
        sent("NM003", "2026-05-14 12:19", BURST_HOME, "docs 6", File("OFFICIAL-SENSITIVE Larkspur association chart.pdf", 2210 * KB)),
        sent(
            "NM003",
            "2026-05-14 12:26",
            BURST_HOME,
            "docs 7",
            File("Pocket book scans 2025.pdf", 5800 * KB),
            File("scan_0001.jpg", 640 * KB),
        ),
        sent("NM003", "2026-05-14 16:40", BURST_HOME, "docs 8", File("OFFICIAL-SENSITIVE summary for handover.docx", 77 * KB)),
        sent("NM003", "2026-05-14 16:58", BURST_HOME, "docs 9", File("Useful precedents.docx", 55 * KB), repeats=12),
    ),
    (
        Expected(
            "NM003",
            REPEATED,
            "critical",
            1,
            9,
            "9 mails with attachments on 13 and 14 May to the Gmail address that he declared: 3 in 7 days is reached on the first "
            "evening. Own account 3, OFFICIAL-SENSITIVE 3, repeat 1, leaver 2 (last day 29 May) = 9. One audit record is there 50 times "
            "and still counts once.",
        ),
        Expected(
            "NM003",
            SENSITIVE,
            "high",
            3,
            1,
            "3 of the 9 carry a file whose name is marked OFFICIAL-SENSITIVE, each an alert: own account 3, OFFICIAL-SENSITIVE 3, "
            "leaver 2 = 8.",
        ),
        Expected(
            "NM003",
            LEAVER,
            "high",
            1,
            9,
            "All 9 lie in the 30 days before 29 May and are one run: own account 3, OFFICIAL-SENSITIVE 3, leaver 2 = 8.",
        ),
        Expected(
            "NM003",
            ACCESS_THEN_SEND,
            "critical",
            2,
            2,
            "The timeline and the association chart were downloaded, one 30 times in the export, 2 minutes before files of their names "
            "were sent; both are of an investigation by their path. Own account 3, unmarked attachment 1, investigation 2, same name 2, "
            "leaver 2 = 10; own account 3, OFFICIAL-SENSITIVE 3, investigation 2, same name 2, leaver 2 = 12. The mails around them carry "
            "other files, and what is known to have gone by one mail explains no other by time.",
        ),
    ),
)

_DRIP = Plan(
    "weekly drip, every Sunday evening, across a change of name",
    tuple(
        sent(
            "NM004",
            f"{day} 20:{minute}",
            COOMBES_HOME,
            f"reading wk {week}",
            File(f"Reading list week {week}.docx", size * KB),
            repeats=repeats,
        )
        for week, (day, minute, size, repeats) in enumerate(
            (
                ("2026-04-26", 14, 31, 1),
                ("2026-05-03", 16, 29, 2),
                ("2026-05-10", 11, 44, 1),
                ("2026-05-17", 40, 38, 1),
                ("2026-05-24", 42, 27, 9),
                ("2026-05-31", 45, 52, 1),
                ("2026-06-07", 47, 33, 1),
                ("2026-06-14", 51, 36, 1),
            ),
            start=17,
        )
    ),
    (
        Expected(
            "NM004",
            REPEATED,
            "medium",
            1,
            8,
            "8 Sundays, never 3 in 7 days, but on 3 days in 30 from 10 May on. She is Bethan Ashdown from 16 May; both names "
            "are one officer. Her exception EX-003 ended on 31 March. The address is her former name, so likely her own "
            "account 3, unclassified attachment 1, repeat 1 = 5.",
        ),
        Expected(
            "NM004",
            SLOW_DRIP,
            "medium",
            1,
            8,
            "8 different weeks of one year, which is 4 on the fourth Sunday: own account 3, unclassified attachment 1, sustained 2 = 6.",
        ),
    ),
    (Silent("NM004", (SENSITIVE,), "nothing she sent is marked or categorised"),),
)

_WITNESS = Plan(
    "one protected-witness file, once",
    (
        sent("NM005", "2026-05-06 10:05", INTERPRETER, "Booking for 12 May", File("Interpreter booking form.docx", 40 * KB)),
        sent("NM005", "2026-05-20 15:31", INTERPRETER, "Booking for 28 May", File("Interpreter booking form.docx", 41 * KB)),
        sent("NM005", "2026-06-03 16:12", INTERPRETER, "for Thursday", File("WITSEC-0093 relocation schedule.docx", 96 * KB), repeats=3),
    ),
    (
        Expected(
            "NM005",
            SENSITIVE,
            "critical",
            1,
            1,
            "The interpreter's address stands under exception EX-004 up to SECRET, yet a protected person's document is never covered: "
            "personal address 1, OFFICIAL-SENSITIVE 3, witness protection 2, personal data (named by a policy match) 2, "
            "protected person 9 = 17.",
        ),
        Expected(
            "NM005",
            ACCESS_THEN_SEND,
            "critical",
            1,
            3,
            "The schedule was opened 8 and downloaded 4 minutes before; where it lies it is SECRET, which its name in the mail does not "
            "say: personal address 1, SECRET 5, two categories 4, protected person 9, same name 2 = 21, and a score ends at 20.",
        ),
    ),
    (Silent("NM005", (REPEATED,), "two of her three mails are covered by EX-004; one is left"),),
)

_ODD_NAME = Plan(
    "own account under an odd name, and never an attachment",
    (
        sent("NM006", "2026-04-28 13:10", TALLIS_HOME, "stop check notes"),
        sent("NM006", "2026-05-05 13:40", TALLIS_HOME, "names for later"),
        sent("NM006", "2026-05-14 22:05", TALLIS_HOME, "vehicle, blue van"),
        sent("NM006", "2026-05-19 06:55", TALLIS_HOME, "door to door"),
        sent("NM006", "2026-05-27 14:30", TALLIS_HOME, "notes"),
    ),
    (
        Expected(
            "NM006",
            REPEATED,
            "medium",
            1,
            5,
            "5 mails without attachment on 5 days in 30, evidence only because the address, a nickname at a privacy provider, is declared "
            "as his own: own account 3, repeat 1 = 4. Only a declared own account lifts a mail without content above low.",
        ),
        Expected(
            "NM006",
            SLOW_DRIP,
            "medium",
            1,
            5,
            "The same 5 mails lie in 5 different weeks: own account 3, sustained 2 = 5.",
        ),
    ),
    (Silent("NM006", (SENSITIVE,), "no documents, no markings"),),
)

_OVERRUN = Plan(
    "an exception used beyond its limit and above its marking",
    (
        sent("NM007", "2026-04-21 11:00", VENUE, "Kestrel Fair: site plan", File("Kestrel Fair site plan.pdf", 1800 * KB)),
        sent("NM007", "2026-04-28 09:45", VENUE, "Kestrel Fair: stewards", File("Steward positions.xlsx", 66 * KB)),
        sent("NM007", "2026-05-12 08:50", VENUE, "Kestrel Fair: our side", File("KESTREL-OPPLAN v3.docx", 240 * KB), repeats=19),
        sent("NM007", "2026-05-12 10:02", VENUE, "Kestrel Fair: radio", File("Radio channels.docx", 35 * KB), repeats=2),
        sent("NM007", "2026-05-12 14:37", VENUE, "Kestrel Fair: parking", File("Parking.pdf", 730 * KB)),
        sent("NM007", "2026-05-13 16:05", VENUE, "Kestrel Fair: lost children", File("Lost children point.docx", 28 * KB)),
        sent("NM007", "2026-05-13 17:20", VENUE, "Kestrel Fair: lost children, again", File("Lost children point v2.docx", 29 * KB)),
    ),
    (
        Expected(
            "NM007",
            REPEATED,
            "high",
            1,
            4,
            "EX-002 covers 3 mails up to OFFICIAL: those of 21 and 28 April and of 12 May, 10:02, are shadow. The operational plan is "
            "above its marking and takes nothing off the limit; the 3 that follow are beyond it. 4 in 7 days: personal address 1, "
            "OFFICIAL-SENSITIVE 3, operational plan 2, repeat 1 = 7.",
        ),
        Expected(
            "NM007",
            SENSITIVE,
            "medium",
            1,
            1,
            "The operational plan is OFFICIAL-SENSITIVE by its document class, which the exception does not reach: "
            "personal address 1, OFFICIAL-SENSITIVE 3, operational plan 2 = 6.",
        ),
    ),
)

_FEDERATION_COPY = Plan(
    "copies the staff federation in on a mail to her own Gmail",
    (
        sent(
            "NM008",
            "2026-05-21 19:33",
            (Recipient(KETTERING_HOME), Recipient(FEDERATION, delay=95)),
            "rota again",
            File("Block B custody roster.xlsx", 58 * KB),
            repeats=5,
        ),
    ),
    (
        Expected(
            "NM008",
            SENSITIVE,
            "medium",
            1,
            1,
            "Declared own account (dots, +tag and googlemail.com are the same mailbox) 3, custody 2, unmarked attachment 1 = 6. The "
            "federation's address, which comes in a later row, withholds subject, attachment name and that address, and the alert stands.",
        ),
    ),
    (Silent("NM008", (REPEATED,), "one mail"),),
)

OFFENDERS: tuple[Plan, ...] = (_BURST, _DRIP, _WITNESS, _ODD_NAME, _OVERRUN, _FEDERATION_COPY)
