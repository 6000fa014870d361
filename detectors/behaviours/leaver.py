"""A leaver who takes work along.

Behaviour: an officer sends work material to a personal, disposable, relay or own account in the 30 days before the last day of service, on
that day, or while suspended. Once is enough: who leaves has little time and a reason to keep what was worked on.
Proof: outbound mails that have an attachment, a label or a marking, or that go to an own account; the dates of the officer's record.
Blind spots: a last day that nobody entered; what was taken before notice was given; mail after the last day from an account left open.
What the analyst does: have the account's rights reviewed the same day, establish what was taken, and have it returned and deleted while
the officer is still in service. For an officer under suspension: tell professional standards at once.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from typing import Annotated, ClassVar

from pydantic import Field

from detectors import contract, judging
from detectors.contract import Episode, Evidence, Key, View
from detectors.durations import Duration, write_duration
from detectors.judging import Rule, Rules
from detectors.mails import mail_evidence
from detectors.subject import Subject
from schemas.records import Activity, Grouping, Kind


class Config(contract.Config):
    """How long before the last day a mail is a leaver's, and how many of them are too much."""

    before: Annotated[Duration, Field(ge=timedelta())] = timedelta(days=30)
    rules: Rules = (Rule(window=timedelta(days=30), measure="count", threshold=1),)


class Leaver(contract.Detector[Config]):
    """Such a mail in the 30 days before the last day, on it, or while suspended; those of 30 days are one alert."""

    id: ClassVar[str] = "leaver"
    version: ClassVar[int] = 1
    title: ClassVar[str] = "A leaver who takes work along"
    guidance: ClassVar[str] = "Review the account's rights today; have what was taken returned while the officer is still in service."
    grouping: ClassVar[Grouping] = "officer"
    kinds: ClassVar[frozenset[Kind]] = frozenset({"mail"})
    Config: ClassVar[type[contract.Config]] = Config

    @property
    def reach(self) -> timedelta:
        """The widest window: whether a mail is a leaver's is for the officer's dates to say, not for other mails."""
        return max(rule.window for rule in self.config.rules)

    def select(self, activity: Activity, key: Key) -> Evidence | None:  # noqa: ARG002 - the officer's own key says no more
        """Return the mail as evidence when it goes to an unofficial address: the dates may come after it."""
        return mail_evidence(activity, self.force.points)

    def judge(self, view: View) -> Iterable[Episode]:
        """Return the runs of mails that lie in the last days or in a suspension."""
        subject = view.subject
        if subject is None:
            return
        taken = [piece for piece in view.counted if self._leaving(subject, piece) or subject.suspended(piece.at)]
        for part in judging.parts(replace(view, counted=taken), self.config.rules, self.force.calendar):
            reason = self.force.points.reason("leaver", words=self._words(subject, part.evidence))
            yield Episode(evidence=part.evidence, trigger=part.trigger, reasons=(reason,))

    def _leaving(self, subject: Subject, piece: Evidence) -> bool:
        return subject.leaving_within(piece.at, self.config.before)

    def _words(self, subject: Subject, pieces: Iterable[Evidence]) -> str:
        """Say which of the two it was, or that it was both."""
        told = []
        if any(self._leaving(subject, piece) for piece in pieces):
            told.append(f"in the last {write_duration(self.config.before)} of service")
        if any(subject.suspended(piece.at) for piece in pieces):
            told.append("under suspension")
        return f"was sent {' and '.join(told)}"
