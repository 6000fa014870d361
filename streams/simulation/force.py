"""The invented force of Saltmere: its units, how each works, and the names that it goes by outside."""

from dataclasses import dataclass
from typing import Final, Literal

OWN: Final = "saltmere.police.example"
TENANT: Final = "saltmerepolice.onmicrosoft.com"
SHAREPOINT: Final = "https://saltmerepolice.sharepoint.example"

Hours = Literal["shifts", "office"]


@dataclass(frozen=True, slots=True)
class Unit:
    """One unit.

    ``weight`` is its part of a hundred people; ``public`` the share of its people's mails that are to or from members of the public, at
    their private addresses; ``sends_files`` means that sending files there is its people's job, which they do under recorded exceptions;
    ``sites`` are where its papers lie; ``opens`` the files that one of its people opens on a working day.
    """

    name: str
    weight: int
    hours: Hours
    role: str
    sites: tuple[str, ...]
    public: float = 0.0
    sends_files: bool = False
    staff: bool = False
    opens: float = 1.0


UNITS: Final = (
    Unit("Response North", 12, "shifts", "Response Officer", ("response",), public=0.08),
    Unit("Response South", 12, "shifts", "Response Officer", ("response",), public=0.08),
    Unit("Response Coast", 9, "shifts", "Response Officer", ("response",), public=0.08),
    Unit("Neighbourhood", 13, "shifts", "Neighbourhood Officer", ("response", "events"), public=0.10),
    Unit("Roads Policing", 5, "shifts", "Roads Officer", ("response",), public=0.06),
    Unit("Serious Crime", 9, "office", "Detective", ("operation-kestrel", "operation-tamarind"), public=0.05, opens=2.5),
    Unit("Public Protection", 6, "office", "Detective", ("operation-saffron", "public-protection"), public=0.07, opens=2.0),
    Unit("Intelligence", 5, "office", "Intelligence Officer", ("intelligence",), opens=5.0),
    Unit("Witness Protection", 1, "office", "Protection Officer", ("witness-unit",), opens=1.5),
    Unit("Custody", 6, "shifts", "Custody Officer", ("custody",), opens=1.5),
    Unit("Contact Centre", 7, "shifts", "Call Handler", ("response",), public=0.06, staff=True),
    Unit("Case Progression", 4, "office", "Case Progression Officer", ("operation-kestrel", "custody"), staff=True, opens=3.0),
    Unit("Victim and Witness Care", 2, "office", "Witness Care Officer", ("forms",), public=0.35, sends_files=True, staff=True),
    Unit("Firearms Licensing", 1, "office", "Licensing Officer", ("forms",), public=0.35, sends_files=True, staff=True),
    Unit("Forensics", 2, "office", "Scenes of Crime Officer", ("operation-kestrel",), staff=True),
    Unit("People and Recruitment", 2, "office", "Recruitment Adviser", ("policy",), public=0.25, sends_files=True, staff=True),
    Unit("Business Services", 4, "office", "Administrator", ("policy", "events"), staff=True),
)

RANKS: Final = (("Constable", 78), ("Sergeant", 14), ("Inspector", 6), ("Chief Inspector", 2))

PROVIDERS: Final = (
    "villagemail.example",
    "postbox.example",
    "webletters.example",
    "isp-north.example",
    "cablemail.example",
    "mymail.example",
)
"""The consumer mail providers of this world: reserved names, so that nobody's real mailbox is written of."""

RELAYS: Final = ("privaterelay.appleid.com", "duck.com", "mozmail.com", "simplelogin.com")
"""Relay services can only be told by their real domains; what stands before the @ is invented and says so."""

PARTNERS: Final = (
    "duty.desk@northmoor.police.example",
    "regional.intel@eastvale.police.example",
    "casework@prosecution.example",
    "listing@courts.example",
    "mash@saltmere-council.example",
    "liaison@saltmere-hospital.example",
    "custody.health@saltmere-hospital.example",
)
BUSINESSES: Final = (
    "service@fenwick-vehicles.example",
    "orders@harrow-uniforms.example",
    "helpdesk@stationsoft.example",
    "office@hollis-kane-solicitors.example",
    "crime@brightwater-law.example",
    "cctv@saltmere-shopping.example",
    "reception@saltmere-academy.example",
    "night.manager@harbour-hotel.example",
    "bookings@moorland-training.example",
)
NEWSLETTERS: Final = ("news@policing-weekly.example", "offers@emergency-discounts.example", "digest@forensic-review.example")
FEDERATION: Final = "enquiries@saltmere.polfed.example"
UNION: Final = "branch@union-saltmere.example"

ADDRESS_LISTS: Final[dict[str, tuple[tuple[str, str], ...]]] = {
    "own": ((OWN, "the force's domain"), (TENANT, "the tenant's own name")),
    "partner": (
        ("northmoor.police.example", "the neighbouring force"),
        ("eastvale.police.example", "regional organised crime unit"),
        ("prosecution.example", "prosecution service"),
        ("courts.example", "the courts"),
        ("saltmere-council.example", "safeguarding partnership"),
        ("saltmere-hospital.example", "the hospital"),
    ),
    "protected": (("saltmere.polfed.example", "staff federation"), ("union-saltmere.example", "staff union")),
    "personal": tuple((domain, "a consumer mail provider") for domain in PROVIDERS),
    "exclude": (),
}
