"""Those who are found by what lies months apart: a slow drip, last days, mails after a warning; each beside a near miss."""

from samples.mails import File
from samples.plan import AGAIN, KB, LEAVER, REPEATED, SLOW_DRIP, Expected, Plan, Silent, sent

_CAR_CLUB = "classic.saloons.demo@hotmail.co.uk"
_PRINTER = "high.street.printer.demo@btinternet.com"
_SCHOOL = "forest.school.helper.demo@icloud.com"
_CHOIR = "harbour.choir.demo@gmail.com"

_DRIP = Plan(
    "a drip too slow for any month",
    tuple(
        sent(
            "NM024",
            f"2026-{day} 19:0{number}",
            _CAR_CLUB,
            "for the next meeting",
            File(f"Custody visits {number}.docx", (40 + number) * KB),
        )
        for number, day in enumerate(("04-21", "04-28", "05-26", "06-02"), start=1)
    ),
    (
        Expected(
            "NM024",
            SLOW_DRIP,
            "medium",
            1,
            4,
            "4 mails with a file in 4 weeks of the 9: never on 3 days in 30, yet in 4 weeks of a year. Personal address 1, unclassified "
            "attachment 1, sustained 2 = 4.",
        ),
    ),
    (Silent("NM024", (REPEATED,), "2 in 7 days at the most, and on 2 days in 30: 26 May is 35 days after 21 April and 28 after 28 April"),),
)

_THREE_WEEKS = Plan(
    "near miss: three weeks",
    tuple(
        sent("NM023", f"2026-{day} 18:3{number}", _CHOIR, "programme", File(f"Programme {number}.pdf", (210 + number) * KB))
        for number, day in enumerate(("04-21", "04-26", "05-27", "06-04"), start=1)
    ),
    silent=(
        Silent(
            "NM023",
            (SLOW_DRIP,),
            "4 mails with a file, but 21 April is the Tuesday and 26 April the Sunday of one week: 3 weeks of the year",
        ),
    ),
)

_DAY_TOO_EARLY = Plan(
    "near miss: 31 days before the last",
    (sent("NM030", "2026-05-20 18:22", "sidecar.restorer.demo@sky.com", "as promised", File("Manual scans.pdf", 3100 * KB)),),
    silent=(Silent("NM030", (LEAVER,), "his last day is 20 June: the 30 days before it begin at midnight, six hours after this mail"),),
)

_AGAIN = Plan(
    "again, four weeks after a warning",
    (
        sent("NM029", "2026-04-27 17:05", _PRINTER, "to print", File("Scene log 1.docx", 51 * KB)),
        sent("NM029", "2026-04-28 17:10", _PRINTER, "to print", File("Scene log 2.docx", 49 * KB)),
        sent("NM029", "2026-04-29 17:02", _PRINTER, "to print", File("Scene log 3.docx", 53 * KB)),
        sent("NM029", "2026-06-08 17:20", _PRINTER, "to print, last time", File("Scene log 4.docx", 50 * KB)),
    ),
    (
        Expected(
            "NM029",
            REPEATED,
            "low",
            1,
            3,
            "3 files in 3 days to somebody's personal address: personal address 1, unclassified attachment 1, repeat 1 = 3. The fourth is "
            "40 days later.",
        ),
        Expected(
            "NM029",
            AGAIN,
            "medium",
            1,
            1,
            "Warned on 11 May, after those 3, and once more on 8 June: personal address 1, unclassified attachment 1, again after a "
            "warning 3 = 5.",
        ),
    ),
)

_TRAINED = Plan(
    "near miss: routine training",
    (
        sent("NM028", "2026-05-05 13:15", _SCHOOL, "poster", File("Open day poster.pdf", 800 * KB)),
        sent("NM028", "2026-06-09 13:25", _SCHOOL, "poster, autumn", File("Open day poster autumn.pdf", 820 * KB)),
    ),
    silent=(
        Silent("NM028", (AGAIN,), "trained on 11 May; the one unclassified file before that is no case, so the one after it is no other"),
    ),
)

LONG_RUNS: tuple[Plan, ...] = (_DRIP, _THREE_WEEKS, _DAY_TOO_EARLY, _AGAIN, _TRAINED)
