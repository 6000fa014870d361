"""A shared personal address.

Behaviour: one personal, disposable, relay or own address gets such mails from more than one officer: a household, a go-between, somebody
outside whom several serve, or one officer through another's account.
Proof: the mails, each with its officer, the class of the address and of what was carried; names and subjects stay with the officers' keys.
Blind spots: another address for each officer; mails without attachment, label or marking to an account that is nobody's own.
What the analyst does: find out whose address it is, and whether the officers have one case in common before suspecting anything else.
"""

from collections.abc import Iterable
from datetime import timedelta
from typing import ClassVar

from detectors import contract, judging
from detectors.contract import Episode, Evidence, Key, View
from detectors.judging import Rule, Rules
from detectors.mails import shared_evidence
from detectors.patterns import amount
from schemas.records import Activity, Grouping, Kind


class Config(contract.Config):
    """The rules, any of which is enough."""

    rules: Rules = (Rule(window=timedelta(days=90), measure="officers", threshold=2),)


class SharedAddress(contract.Detector[Config]):
    """Such mails to one address by at least 2 officers in 90 days."""

    id: ClassVar[str] = "shared-address"
    version: ClassVar[int] = 1
    title: ClassVar[str] = "One personal address, several officers"
    guidance: ClassVar[str] = "Find out whose address it is, and whether the officers have one case in common."
    grouping: ClassVar[Grouping] = "address"
    kinds: ClassVar[frozenset[Kind]] = frozenset({"mail"})
    Config: ClassVar[type[contract.Config]] = Config

    @property
    def reach(self) -> timedelta:
        """The widest window: a piece can lend its heat no farther."""
        return max(rule.window for rule in self.config.rules)

    def select(self, activity: Activity, key: Key) -> Evidence | None:  # noqa: ARG002 - under an address a mail carries that address alone
        """Return the mail as evidence, with whose it is."""
        return shared_evidence(activity, self.force.points)

    def judge(self, view: View) -> Iterable[Episode]:
        """Return the runs of mails that any rule finds to be of too many officers."""
        for part in judging.parts(judging.named_by_role(view, "officer"), self.config.rules, self.force.calendar):
            officers = len({piece.role for piece in part.evidence})
            words = f"this address got {amount(len(part.evidence), 'such mail')} from {amount(officers, 'officer')}"
            yield Episode(evidence=part.evidence, trigger=part.trigger, reasons=(self.force.points.reason("repeat", words=words),))
