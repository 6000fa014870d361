"""Those who are found by the files that they open: a haul at the desk, a file opened and sent; each beside a near miss."""

from datetime import timedelta

from samples.deeds import file_deed
from samples.mails import Deed, File, local
from samples.people import as_of
from samples.plan import ACCESS_THEN_SEND, BULK_ACCESS, KB, REPEATED, Expected, Plan, Silent, sent

_INTELLIGENCE = ("sites/intelligence", "Shared Documents/Harbour")
_SURVEYS = ("sites/response", "Shared Documents/Surveys")
_CLAIMANT = "bent.bumper.demo@gmail.com"


def _reading(officer_id: str, start: str, names: tuple[str, ...]) -> tuple[Deed, ...]:
    """Return one file after another opened, every three minutes, every fourth downloaded."""
    row = as_of(officer_id, start[:10])
    operations = ("FileAccessed", "FileAccessed", "FileAccessed", "FileDownloaded")
    return tuple(
        file_deed(
            f"reading {officer_id} {number}",
            local(start) + timedelta(minutes=3 * number),
            row,
            operations[number % 4],
            (*_INTELLIGENCE, name),
        )
        for number, name in enumerate(names)
    )


def _reports(count: int) -> tuple[str, ...]:
    return tuple(f"Harbour report {number:02}.docx" for number in range(1, count + 1))


_HAUL = Plan(
    "a whole folder of intelligence in two hours",
    (),
    (
        Expected(
            "NM022",
            BULK_ACCESS,
            "medium",
            1,
            35,
            "33 different files, two of them twice, of a folder that is OFFICIAL-SENSITIVE and intelligence by its path, on 10 June: "
            "above 30, and above three times the file or two of his usual day. OFFICIAL-SENSITIVE 3, organised-crime intelligence 2, "
            "repeat 1 = 6.",
        ),
    ),
    deeds=_reading("NM022", "2026-06-10 14:02", (*_reports(33), "Harbour report 07.docx", "Harbour report 19.docx")),
)

_LONG_READ = Plan(
    "near miss: a long read",
    (),
    silent=(
        Silent("NM026", (BULK_ACCESS,), "40 accesses to intelligence on 9 June, but to 29 different files: 11 of them were opened twice"),
    ),
    deeds=_reading("NM026", "2026-06-09 13:05", (*_reports(29), *_reports(11))),
)

_SLOW_SENDER = Plan(
    "near miss: opened too long before",
    (sent("NM025", "2026-06-08 11:06", _CLAIMANT, "the junction, as promised", File("Junction survey.pdf", 410 * KB)),),
    silent=(
        Silent(
            "NM025",
            (ACCESS_THEN_SEND, REPEATED),
            "the survey that she sent was opened 66 minutes before, and changed, which is no access, 3 minutes before; one mail",
        ),
    ),
    deeds=tuple(
        file_deed(f"survey {at}", local(f"2026-06-08 {at}"), as_of("NM025", "2026-06-08"), operation, (*_SURVEYS, "Junction survey.pdf"))
        for at, operation in (("10:00", "FileAccessed"), ("11:03", "FileModified"))
    ),
)

FILE_HABITS: tuple[Plan, ...] = (_HAUL, _LONG_READ, _SLOW_SENDER)
