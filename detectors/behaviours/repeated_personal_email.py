"""Repeated use of personal e-mail.

Behaviour: an officer sends work material to personal, disposable, relay or own accounts again and again, in a burst or on several days.
Proof: outbound mails that have an attachment, a label or a marking, or that go to an own account; each with where each fact came from.
Blind spots: material pasted into the text of an unmarked mail to somebody else's account; webmail and cloud uploads that never pass the
force's own mail; a pace slower than the rules (``slow-drip`` looks for that).
What the analyst does: read the evidence, ask the line manager whether there was a policing purpose, look for an exception that should
have been recorded, and secure the mailbox before the officer is spoken to.
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
    """The rules, any of which is enough, and how long before the last day a mail counts as a leaver's."""

    rules: Rules = (
        Rule(window=timedelta(days=7), measure="count", threshold=3),
        Rule(window=timedelta(days=30), measure="days", threshold=3),
    )


class RepeatedPersonalEmail(contract.Detector[Config]):
    """Such mails: at least 3 in 7 days, or on at least 3 civil days in 30 days."""

    id: ClassVar[str] = "repeated-personal-email"
    version: ClassVar[int] = 1
    title: ClassVar[str] = "Repeated use of personal e-mail"
    guidance: ClassVar[str] = (
        "Read the evidence, look for a policing purpose or an exception, secure the mailbox before speaking to the officer."
    )
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
        """Return the runs of mails that any rule finds too many."""
        for part in judging.parts(view, self.config.rules, self.force.calendar):
            pattern = (self.force.points.reason("repeat"), *leaver(part.evidence, view.subject, self.force.points))
            yield Episode(evidence=part.evidence, trigger=part.trigger, reasons=pattern)
