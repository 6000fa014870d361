"""A slow drip of work material.

Behaviour: an officer sends work material to personal, disposable, relay or own accounts now and then, for months or years, at a pace
that no short window sees: once a month, or once a quarter for four years.
Proof: outbound mails that have an attachment, a label or a marking, or that go to an own account, in that many different civil weeks.
Blind spots: a drip of fewer weeks than the rules ask for; whatever is no evidence to ``repeated-personal-email`` is none here.
What the analyst does: lay the mails beside the officer's cases and shifts over the years, and look for one purpose behind them: one
recipient, one subject, one investigation. Ask what each mail was for before asking the officer.
"""

from collections.abc import Iterable
from datetime import timedelta
from typing import ClassVar

from detectors import contract, judging
from detectors.contract import Episode, Evidence, Key, View
from detectors.judging import Rule, Rules
from detectors.mails import mail_evidence
from detectors.patterns import leaver
from schemas.records import Activity, Grouping, Kind


class Config(contract.Config):
    """The rules, any of which is enough. The longest window decides how long an officer's mails are held."""

    rules: Rules = (
        Rule(window=timedelta(days=365), measure="weeks", threshold=4),
        Rule(window=timedelta(days=1095), measure="weeks", threshold=6),
    )


class SlowDrip(contract.Detector[Config]):
    """Such mails in at least 4 different civil weeks of 365 days, or 6 of 1,095 days."""

    id: ClassVar[str] = "slow-drip"
    version: ClassVar[int] = 1
    title: ClassVar[str] = "A slow drip of work material"
    guidance: ClassVar[str] = "Lay the mails beside the officer's cases over the years and look for one purpose: recipient, subject, case."
    grouping: ClassVar[Grouping] = "officer"
    kinds: ClassVar[frozenset[Kind]] = frozenset({"mail"})
    Config: ClassVar[type[contract.Config]] = Config

    @property
    def reach(self) -> timedelta:
        """The widest window: a piece can lend its heat no farther."""
        return max(rule.window for rule in self.config.rules)

    def select(self, activity: Activity, key: Key) -> Evidence | None:  # noqa: ARG002 - the officer's own key says no more
        """Return the mail as evidence when it goes to an unofficial address."""
        return mail_evidence(activity, self.force.points)

    def judge(self, view: View) -> Iterable[Episode]:
        """Return the runs of mails that are spread over too many weeks."""
        for part in judging.parts(view, self.config.rules, self.force.calendar):
            pattern = (self.force.points.reason("sustained"), *leaver(part.evidence, view.subject, self.force.points))
            yield Episode(evidence=part.evidence, trigger=part.trigger, reasons=pattern)
