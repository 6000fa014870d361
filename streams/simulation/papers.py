"""The force's documents: what lies on which site, how it is named and labelled, and what it truly is; and the classes that say so."""

from collections.abc import Iterator
from typing import Final

from schemas.records import Marking
from streams.simulation.chance import Chance, name_of
from streams.simulation.happenings import Paper
from streams.simulation.people import Person

LABEL_OFFICIAL: Final = "2d6b7c1e-5a90-4f3d-8b77-0c1de2f3a401"
LABEL_SENSITIVE: Final = "2d6b7c1e-5a90-4f3d-8b77-0c1de2f3a402"
LABEL_SECRET: Final = "2d6b7c1e-5a90-4f3d-8b77-0c1de2f3a403"  # noqa: S105 - the name of a label
NINO: Final = "U.K. National Insurance Number (NINO)"

_PER_SITE: Final = 240
_FORMS: Final = 24
"""What a force has forms for is soon told; the other sites grow with every case."""
_OS: Final[Marking] = "OFFICIAL-SENSITIVE"
_SINCE: Final = "2019-01-01"

CLASSES: Final[tuple[tuple[str, ...], ...]] = (
    ("DC01", "label", LABEL_OFFICIAL, "OFFICIAL", "", "false", _SINCE, ""),
    ("DC02", "label", LABEL_SENSITIVE, _OS, "", "false", _SINCE, ""),
    ("DC03", "label", LABEL_SECRET, "SECRET", "", "false", _SINCE, ""),
    ("DC04", "name", "*WITSEC-????*", _OS, "witness protection", "true", _SINCE, ""),
    ("DC05", "name", "*OPPLAN*", _OS, "operational plan", "false", _SINCE, ""),
    ("DC06", "name", "custody roster", "", "custody", "false", _SINCE, ""),
    ("DC07", "name", "*OCG nominal*", _OS, "organised-crime intelligence", "false", _SINCE, ""),
    ("DC08", "path", "*/sites/operation-*/*", "", "investigation", "false", _SINCE, ""),
    ("DC09", "path", "*/sites/witness-unit/*", "SECRET", "witness protection", "true", _SINCE, ""),
    ("DC10", "path", "*/sites/intelligence/*", _OS, "organised-crime intelligence", "false", _SINCE, ""),
    ("DC11", "path", "*/sites/public-protection/*", _OS, "investigation", "false", _SINCE, ""),
    ("DC12", "dlp", NINO, "", "personal data", "false", _SINCE, ""),
)

_NAMES: Final[dict[str, tuple[str, ...]]] = {
    "response": ("Shift rota week {n}.xlsx", "Briefing {n}.docx", "Vehicle defects {n}.pdf", "Beat notes {n}.docx", "Overtime {n}.xlsx"),
    "events": ("Site plan {n}.pdf", "Steward list {n}.xlsx", "Risk assessment {n}.docx", "HARBOUR-OPPLAN {n}.docx"),
    "policy": ("Dress code v{n}.pdf", "Leave policy v{n}.docx", "Travel claim {n}.xlsx", "Minutes {n}.docx"),
    "forms": ("Statement form MG11 {n}.pdf", "Letter to victim {n}.docx", "Compensation form {n}.pdf", "Certificate renewal {n}.pdf"),
    "custody": ("Block {n} custody roster.xlsx", "Custody visits {n}.docx", "Cell checks {n}.xlsx"),
    "intelligence": ("OCG nominal {n}.docx", "Intelligence log {n}.docx", "Association chart {n}.pdf", "Phone work {n}.xlsx"),
    "witness-unit": ("WITSEC-{n:04} relocation schedule.docx", "WITSEC-{n:04} contact plan.docx", "Safe house {n}.docx"),
    "public-protection": ("Case conference {n}.docx", "Safeguarding referral {n}.docx", "Interview notes {n}.docx"),
    "operation-kestrel": ("Kestrel timeline {n}.xlsx", "Kestrel exhibits {n}.xlsx", "Interview plan {n}.docx", "Kestrel CCTV log {n}.xlsx"),
    "operation-tamarind": ("Tamarind actions {n}.xlsx", "Tamarind phone work {n}.xlsx", "Search plan {n}.docx", "TAMARIND-OPPLAN {n}.docx"),
    "operation-saffron": ("Saffron chronology {n}.docx", "Saffron witness list {n}.xlsx", "Interview plan {n}.docx"),
}
_FOLDERS: Final = ("Shared Documents/General", "Shared Documents/Archive", "Shared Documents/Current")
_KINDS: Final[dict[str, tuple[Marking | None, str, bool]]] = {
    "intelligence": (_OS, "organised-crime intelligence", False),
    "witness-unit": ("SECRET", "witness protection", True),
    "public-protection": (_OS, "investigation", False),
    "operation-kestrel": (None, "investigation", False),
    "operation-tamarind": (None, "investigation", False),
    "operation-saffron": (None, "investigation", False),
}
_SAID_IN_NAME: Final = (("OPPLAN", _OS, "operational plan"), ("custody roster", None, "custody"))
_OPEN_SITES: Final = ("policy", "response", "events", "forms")


class Library:
    """All papers, by site."""

    def __init__(self, chance: Chance) -> None:
        """Fill the sites."""
        self.sites: dict[str, tuple[Paper, ...]] = {site: tuple(_papers(chance, site)) for site in _NAMES}
        self._plain = {site: tuple(paper for paper in papers if not paper.sensitive) for site, papers in self.sites.items()}
        self._sensitive = {site: tuple(paper for paper in papers if paper.sensitive) for site, papers in self.sites.items()}

    def work(self, chance: Chance, person: Person) -> Paper:
        """Return a paper that somebody has at hand: mostly of their unit, at times what everybody reads."""
        return chance.pick(self.sites[chance.pick(person.unit.sites) if chance.likely(0.8) else chance.pick(_OPEN_SITES)])

    def plain(self, chance: Chance, person: Person) -> Paper:
        """Return one that is not sensitive."""
        own = [site for site in person.unit.sites if self._plain[site]]
        return chance.pick(self._plain[chance.pick(own or _OPEN_SITES)])

    def sensitive(self, chance: Chance, person: Person) -> Paper:
        """Return a sensitive one that this person can open: of their unit, else a colleague's operation."""
        own = [site for site in person.unit.sites if self._sensitive[site]]
        return chance.pick(self._sensitive[chance.pick(own or ("operation-kestrel", "custody", "events"))])

    def of(self, chance: Chance, site: str) -> Paper:
        """Return one of a site."""
        return chance.pick(self.sites[site])


def _papers(chance: Chance, site: str) -> Iterator[Paper]:
    marking, category, protected = _KINDS.get(site, (None, "", False))
    for number in range(_FORMS if site == "forms" else _PER_SITE):
        name = chance.pick(_NAMES[site]).format(n=number + 1)
        said_marking, said_category = next(((mark, kind) for words, mark, kind in _SAID_IN_NAME if words in name), (None, ""))
        true_marking, true_category = marking or said_marking, category or said_category
        if true_category == "investigation" and chance.likely(0.3):
            true_marking = _OS
        if true_marking == _OS and chance.likely(0.3):
            name = f"{_OS} {name}"
        label = LABEL_SECRET if true_marking == "SECRET" else LABEL_SENSITIVE if true_marking == _OS else LABEL_OFFICIAL
        labelled = chance.likely(0.6 if true_marking else 0.3)
        yield Paper(
            name=name,
            size=chance.between(12_000, 3_000_000),
            sha256=name_of("content", site, number) + name_of("more content", site, number),
            site=site,
            folder=chance.pick(_FOLDERS),
            label=label if labelled else "",
            marking=true_marking,
            category=true_category,
            protected=protected,
        )


def told_by(paper: Paper, label: str | None = None) -> tuple[str, ...]:
    """Return what of a mail's attachment tells that it is sensitive: its label, its name; nothing where it shows in neither."""
    found = []
    if (paper.label if label is None else label) in (LABEL_SENSITIVE, LABEL_SECRET):
        found.append("label")
    if any(words in paper.name for words in (_OS, "WITSEC-", "OPPLAN", "custody roster", "OCG nominal")):
        found.append("name")
    return tuple(found)
