"""Those who are found by what they share with others: an address, a document; beside an address that only looks shared.

The near miss of the document stands with the look-alikes: a walking club's route, sent twice.
"""

from samples.mails import File
from samples.plan import KB, KNOWN_DOCUMENT, REPEATED, SHARED_ADDRESS, Expected, Plan, Silent, sent

_BROKERS = "tri.county.brokers.demo@hotmail.co.uk"
_QUIZ = "quiz.night.demo@hotmail.co.uk"
_PILOTS = "harbour.pilots.demo@hotmail.co.uk"
_BAKERS = "sunday.bakers.demo@yahoo.co.uk"
_ROTA = "who is on duty at the harbour, and when"

_SHARED = Plan(
    "two senior officers, one address",
    (
        sent("NM002", "2026-05-07 19:40", _BROKERS, "as discussed", File("Parking permits.docx", 35 * KB)),
        sent("NM001", "2026-06-02 19:12", _BROKERS, "the other half", File("Parking permits, headquarters.docx", 36 * KB)),
    ),
    (
        Expected(
            "NM002",
            SHARED_ADDRESS,
            "low",
            1,
            2,
            "2 officers in 26 days, each once and so alerted by nothing else: personal address 1, unclassified attachment 1, repeat 1 = 3. "
            "An insurance broker who answers to nobody's name could be anybody's; it takes a look, and no more.",
            key=_BROKERS,
        ),
    ),
    (Silent("NM001", (REPEATED,), "one mail"), Silent("NM002", (REPEATED,), "one mail")),
)

_ONE_ONLY_WRITES = Plan(
    "near miss: an address that only one sends files to",
    (
        sent("NM021", "2026-05-12 18:40", _QUIZ, "questions", File("Quiz questions.docx", 28 * KB)),
        sent("NM019", "2026-05-14 18:55", _QUIZ, "RE: questions"),
    ),
    silent=(Silent("NM021", (SHARED_ADDRESS, REPEATED), "2 officers write to the quiz night, but only one mail carries anything"),),
)

_KNOWN = Plan(
    "one document under two names",
    (
        sent("NM027", "2026-05-18 19:31", _PILOTS, "list", File("Crew list.xlsx", 44 * KB, _ROTA)),
        sent("NM022", "2026-06-11 19:05", _BAKERS, "for the weekend", File("recipes.xlsx", 44 * KB, _ROTA)),
    ),
    (
        Expected(
            "NM027",
            KNOWN_DOCUMENT,
            "medium",
            1,
            2,
            "2 officers sent one content, under other names and to other addresses, within 24 days; Defender's hash alone tells. Personal "
            "address 1, unclassified attachment 1, repeat 2 for several officers = 4.",
            key=File("Crew list.xlsx", 44 * KB, _ROTA).sha256,
        ),
    ),
)

COMPANY: tuple[Plan, ...] = (_SHARED, _ONE_ONLY_WRITES, _KNOWN)
