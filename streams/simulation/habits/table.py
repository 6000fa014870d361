"""Every habit of offenders and every look-alike, by name: literal tables that a person can read."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from streams.simulation.diary import Diary
from streams.simulation.habits import around, hiding, lookalikes, sending

SENSITIVE: Final = "sensitive-to-personal"
REPEATED: Final = "repeated-personal-email"
DRIP: Final = "slow-drip"
ACCESS: Final = "access-then-send"
LEAVER: Final = "leaver"


@dataclass(frozen=True, slots=True)
class Habit:
    """One way of offending.

    ``detectors`` are those that may tell of it, by what the habit is; ``sensitive-to-personal`` is added where what was sent shows that
    it is sensitive. ``people`` is how many do it together; ``units`` those whose people can, all when empty.
    """

    acts: Callable[[Diary], None]
    detectors: tuple[str, ...]
    people: int = 1
    units: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LookAlike:
    """One way of looking like an offender, and why it is in order; ``units`` as for habits."""

    acts: Callable[[Diary], None]
    why: str
    units: tuple[str, ...] = ()


HABITS: Mapping[str, Habit] = MappingProxyType(
    {
        "burst": Habit(sending.burst, (REPEATED, ACCESS)),
        "weekly-drip": Habit(sending.weekly_drip, (REPEATED, DRIP)),
        "once-a-quarter": Habit(sending.once_a_quarter, (DRIP,)),
        "slow-drip": Habit(sending.slow_drip, (DRIP, REPEATED)),
        "protected-witness-once": Habit(hiding.protected_witness, (SENSITIVE, ACCESS), units=("Witness Protection", "Intelligence")),
        "odd-named-account": Habit(hiding.odd_named_account, (REPEATED, DRIP)),
        "shared-household": Habit(hiding.shared_household, ("shared-address", REPEATED, DRIP), people=2),
        "leaver": Habit(sending.leaver, (LEAVER, REPEATED)),
        "auto-forward": Habit(around.auto_forward, ("auto-forward", REPEATED, DRIP)),
        "through-a-relay": Habit(hiding.through_a_relay, (REPEATED, DRIP)),
        "renamed-attachments": Habit(hiding.renamed_attachments, (ACCESS, REPEATED, DRIP)),
        "inbound-first": Habit(around.inbound_first, ("inbound-from-own", REPEATED, DRIP)),
        "again-after-warning": Habit(sending.again_after_warning, (REPEATED, "again-after-training", DRIP)),
        "bulk-then-send": Habit(around.bulk_then_send, ("bulk-access", REPEATED)),
        "passed-around": Habit(hiding.passed_around, ("known-document", SENSITIVE), people=2),
        "behind-the-federation": Habit(hiding.behind_the_federation, (SENSITIVE, REPEATED)),
    }
)

LOOKALIKES: Mapping[str, LookAlike] = MappingProxyType(
    {
        "statements-to-victims": LookAlike(
            lookalikes.statements_to_victims,
            "statements to sign, each for another victim at a private address: the work of the unit",
            ("Public Protection", "Neighbourhood"),
        ),
        "exception-for-a-solicitor": LookAlike(
            lookalikes.exception_for_a_solicitor, "a recorded exception covers every file", ("Custody", "Serious Crime", "Case Progression")
        ),
        "namesake": LookAlike(lookalikes.namesake, "a relative of the same name, who is somebody else; nothing is attached"),
        "photo-to-family": LookAlike(lookalikes.photo_to_family, "a private photo to the family, once"),
        "payslip-home": LookAlike(lookalikes.payslip_home, "their own payslip"),
        "papers-of-a-leaver": LookAlike(lookalikes.papers_of_a_leaver, "their own pension statement, in the last weeks of service"),
        "club-secretary": LookAlike(lookalikes.club_secretary, "an angling club's minutes: private, and none of the force's material"),
        "partner-liaison": LookAlike(
            lookalikes.partner_liaison, "partner organisations, which are allowed to have it", ("Intelligence", "Serious Crime")
        ),
        "files-to-businesses": LookAlike(lookalikes.files_to_businesses, "businesses, whose domains only look like a mail provider's"),
        "newsletters-by-relay": LookAlike(lookalikes.newsletters_by_relay, "newsletters, and the mails that end them"),
        "federation-case": LookAlike(lookalikes.federation_case, "the staff federation alone, whose mail is nobody else's business"),
        "forwards-within": LookAlike(lookalikes.forwards_within, "mail sent on within the force, and newsletters deleted"),
        "busy-analyst": LookAlike(lookalikes.busy_analyst, "reading intelligence all day is the work", ("Intelligence",)),
        "certificate-from-home": LookAlike(lookalikes.certificate_from_home, "their own certificate, once"),
    }
)
