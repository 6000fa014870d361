"""The cast: officers and staff of the invented Northmoor Police, with every change of name, rank or unit as a row of its own."""

from dataclasses import dataclass, replace

OWN = "northmoor.police.example"
TENANT = "northmoorpolice.onmicrosoft.com"


@dataclass(frozen=True)
class Row:
    """One row of officers.csv; dates are ISO 8601 days of the force's zone, ``valid_to`` excluded."""

    officer_id: str
    name: str
    collar_number: str
    rank: str
    unit: str
    role: str
    vetting: str
    line_manager: str
    personal_addresses: tuple[str, ...] = ()
    former_addresses: tuple[str, ...] = ()
    last_day: str = ""
    suspended_from: str = ""
    suspended_to: str = ""
    trained_at: str = ""
    warned_at: str = ""
    cloud_only: bool = False
    valid_from: str = "2023-09-01"
    valid_to: str = ""

    @property
    def local_part(self) -> str:
        """The work address before the ``@``."""
        return self.name.lower().replace(" ", ".").replace("'", "")

    @property
    def address(self) -> str:
        """The work address."""
        return f"{self.local_part}@{OWN}"

    @property
    def principal(self) -> str:
        """The user principal name that audit logs show: the work address, or one in the tenant's first domain for a cloud-only account."""
        return f"{self.local_part}@{TENANT}" if self.cloud_only else self.address

    @property
    def addresses(self) -> tuple[str, ...]:
        """Every work address that reaches this person."""
        return (self.address, f"{self.local_part}@{TENANT}", *self.former_addresses)

    @property
    def accounts(self) -> tuple[str, ...]:
        """The account names that logs show."""
        first, *rest = self.name.split(" ")
        return (f"NORTHMOOR\\{first[0].lower()}{''.join(rest).lower().replace('-', '')}{self.collar_number}",)


def _changed(row: Row, at: str, **changes: str | tuple[str, ...]) -> tuple[Row, Row]:
    """Return the row up to ``at`` and the row from then on."""
    return replace(row, valid_to=at), replace(row, valid_from=at, **changes)  # type: ignore[arg-type]


_MARCHBANK = Row("NM001", "Helen Marchbank", "1002", "Superintendent", "Headquarters", "Head of Operations", "DV", "")
_TRELASK = Row("NM002", "Owen Trelask", "2117", "Chief Inspector", "Serious Crime", "Senior Investigating Officer", "DV", "NM001")
_WRAGG = Row(
    "NM003",
    "Callum Wragg",
    "5512",
    "Constable",
    "Serious Crime",
    "Detective",
    "SC",
    "NM002",
    ("callum.wragg.demo@gmail.com",),
    last_day="2026-05-29",
)
_COOMBES = Row("NM004", "Bethan Coombes", "4218", "Sergeant", "Intelligence", "Source Handler", "SC", "NM021")
_VENKAT = Row("NM005", "Priya Venkat-Lowe", "9031", "Staff", "Case Progression", "Case Progression Officer", "NPPV3", "NM022")
_TALLIS = Row(
    "NM006",
    "Rhodri Tallis",
    "4471",
    "Constable",
    "Response North",
    "Response Officer",
    "MV",
    "NM023",
    ("pc4471.nightowl.demo@proton.me",),
    cloud_only=True,
)
_OYELARAN = Row("NM007", "Marcus Oyelaran-Frith", "1780", "Sergeant", "Operations Planning", "Event Planner", "SC", "NM001")
_KETTERING = Row(
    "NM008",
    "Siobhan Kettering",
    "3390",
    "Sergeant",
    "Custody",
    "Custody Sergeant",
    "MV",
    "NM024",
    ("siobhan.kettering.demo@googlemail.com",),
)
_BIRKDALE = Row("NM009", "Tom Birkdale", "6120", "Constable", "Response South", "Response Officer", "MV", "NM023")
_RENSHAW = Row("NM010", "Anjali Renshaw", "3854", "Constable", "Serious Crime", "Detective", "SC", "NM002")
_PETTIFER = Row("NM011", "Graham Pettifer", "2446", "Inspector", "Public Protection", "Detective Inspector", "SC", "NM001")
_HARTLEY = Row("NM012", "Imogen Hartley", "6307", "Constable", "Neighbourhood East", "Neighbourhood Officer", "MV", "NM025")
_SWALES = Row("NM013", "Derek Swales", "9112", "Staff", "Procurement", "Contracts Manager", "NPPV2", "NM026")
_FAIRBROTHER = Row("NM014", "Leanne Fairbrother", "9140", "Staff", "Communications", "Press Officer", "NPPV2", "NM026")
_QUILL = Row("NM015", "Nathan Quill", "5733", "Constable", "Roads Policing", "Roads Officer", "MV", "NM023", suspended_from="2026-05-05")
_CARRADINE = Row("NM016", "Yusuf Carradine", "5908", "Constable", "Serious Crime", "Detective", "SC", "NM002")
_MADDOCK = Row("NM017", "Ffion Maddock", "6255", "Constable", "Neighbourhood West", "Neighbourhood Officer", "MV", "NM025")
_THORNBY = Row("NM018", "Ellis Thornby", "9207", "Staff", "Fleet", "Fleet Coordinator", "NPPV2", "NM026")
_WINSTANLEY = Row(
    "NM019",
    "Clare Winstanley",
    "9015",
    "Staff",
    "Headquarters",
    "Executive Assistant",
    "NPPV3",
    "NM001",
    ("tidemill.kiln.demo@proton.me",),
)
_DOOLAN = Row(
    "NM020",
    "Patrick Doolan-Reeve",
    "3001",
    "Inspector",
    "Response South",
    "Duty Inspector",
    "SC",
    "NM001",
    ("paddy.reeve.demo@btinternet.com",),
    last_day="2026-06-12",
)
_OSGATHORPE = Row(
    "NM021",
    "Miriam Osgathorpe",
    "1655",
    "Inspector",
    "Intelligence",
    "Intelligence Manager",
    "DV",
    "NM001",
    ("two.spaniels.demo@icloud.com",),
)
_LANGTREE = Row("NM022", "Sunil Langtree", "9020", "Staff", "Case Progression", "Case Progression Manager", "NPPV3", "NM001")
_BRACEWELL = Row("NM023", "Dawn Bracewell", "3112", "Sergeant", "Response North", "Team Sergeant", "MV", "NM020")
_ILLINGWORTH = Row("NM024", "Kofi Illingworth", "2290", "Inspector", "Custody", "Custody Inspector", "SC", "NM001")
_STANNARD = Row("NM025", "Ruth Stannard", "3480", "Sergeant", "Neighbourhood East", "Team Sergeant", "MV", "NM020")
_PEMBERWICK = Row("NM026", "Alastair Pemberwick", "9003", "Staff", "Business Services", "Head of Business Services", "NPPV3", "NM001")
_ROSEBERRY = Row("NM027", "Jodie Roseberry", "6412", "Constable", "Response South", "Response Officer", "MV", "NM023")
_HAVERSTOCK = Row(
    "NM028", "Liam Haverstock", "6433", "Constable", "Response North", "Response Officer", "MV", "NM023", trained_at="2026-05-11"
)
_ABERNATHY = Row(
    "NM029", "Zara Abernathy", "9155", "Staff", "Forensics", "Scenes of Crime Officer", "NPPV3", "NM002", warned_at="2026-05-11"
)
_WETHERBY = Row(
    "NM030", "Colin Wetherby", "5066", "Constable", "Roads Policing", "Collision Investigator", "MV", "NM023", last_day="2026-06-20"
)

ROWS: tuple[Row, ...] = (
    *_changed(_MARCHBANK, "2025-01-06", rank="Chief Superintendent"),
    *_changed(_TRELASK, "2024-11-01", unit="Serious Crime", role="Head of Serious Crime"),
    _WRAGG,
    *_changed(_COOMBES, "2026-05-16", name="Bethan Ashdown", former_addresses=_COOMBES.addresses),
    _VENKAT,
    *_changed(_TALLIS, "2026-02-02", unit="Response South"),
    *_changed(_OYELARAN, "2026-06-01", rank="Inspector"),
    _KETTERING,
    _BIRKDALE,
    *_changed(_RENSHAW, "2026-05-11", rank="Sergeant", role="Detective Sergeant"),
    _PETTIFER,
    *_changed(_HARTLEY, "2025-09-01", unit="Neighbourhood West", line_manager="NM025"),
    _SWALES,
    _FAIRBROTHER,
    _QUILL,
    _CARRADINE,
    _MADDOCK,
    _THORNBY,
    _WINSTANLEY,
    _DOOLAN,
    _OSGATHORPE,
    *_changed(_LANGTREE, "2025-04-01", role="Criminal Justice Manager"),
    _BRACEWELL,
    _ILLINGWORTH,
    *_changed(_STANNARD, "2026-06-08", rank="Inspector"),
    _PEMBERWICK,
    replace(_ROSEBERRY, valid_from="2025-10-13"),
    *_changed(replace(_HAVERSTOCK, valid_from="2025-10-13"), "2026-05-04", unit="Neighbourhood West", line_manager="NM025"),
    _ABERNATHY,
    _WETHERBY,
)

OFFICER_IDS: tuple[str, ...] = tuple(dict.fromkeys(row.officer_id for row in ROWS))


def as_of(officer_id: str, day: str) -> Row:
    """Return the officer's row on a day; raise KeyError when there is none."""
    for row in ROWS:
        if row.officer_id == officer_id and row.valid_from <= day and (not row.valid_to or day < row.valid_to):
            return row
    raise KeyError((officer_id, day))
