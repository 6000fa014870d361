"""Again, after training or a warning.

Behaviour: an officer sends work material to a personal, disposable, relay or own account after a training or a warning that followed an
earlier case, or under enhanced monitoring: somebody who knows better. Once is enough.
Proof: outbound mails that have an attachment, a label or a marking, or that go to an own account, before and after; the officer's dates.
Blind spots: a training or warning that nobody entered; a case that mails alone do not tell; whoever learns to do it another way.
What the analyst does: read the earlier alerts and what was agreed then, and pass it to professional standards: advice has been given.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from typing import Annotated, ClassVar

from pydantic import Field, model_validator

from detectors import contract, judging
from detectors.contract import Episode, Evidence, Key, View
from detectors.durations import Duration, milliseconds
from detectors.judging import Rule, Rules
from detectors.mails import is_sensitive, mail_evidence
from detectors.patterns import correspondence, leaver
from detectors.subject import DAY_MS, Milestone
from schemas.records import Activity, Grouping, Kind

_SENSITIVE = "sensitive"


class Config(contract.Config):
    """What makes a case, how long before the training or warning it may lie, and how long those are remembered."""

    case_rules: Rules = (
        Rule(window=timedelta(days=7), measure="count", threshold=3),
        Rule(window=timedelta(days=30), measure="days", threshold=3),
        Rule(window=timedelta(days=365), measure="weeks", threshold=4),
    )
    case_within: Annotated[Duration, Field(gt=timedelta())] = timedelta(days=365)
    remembered: Annotated[Duration, Field(gt=timedelta())] = timedelta(days=700)
    rules: Rules = (Rule(window=timedelta(days=30), measure="count", threshold=1),)

    @model_validator(mode="after")
    def _cases_fit(self) -> "Config":
        if any(rule.window > self.case_within for rule in self.case_rules):
            raise ValueError("a window of case_rules may not be longer than case_within: no more than that is looked at")
        return self


class AgainAfterTraining(contract.Detector[Config]):
    """Such a mail after a training or warning that followed a case, or under enhanced monitoring; those of 30 days are one alert."""

    id: ClassVar[str] = "again-after-training"
    version: ClassVar[int] = 1
    title: ClassVar[str] = "Again, after training or a warning"
    guidance: ClassVar[str] = (
        "Read the earlier alerts and what was agreed then; advice has been given, so pass it to professional standards."
    )
    grouping: ClassVar[Grouping] = "officer"
    kinds: ClassVar[frozenset[Kind]] = frozenset({"mail"})
    Config: ClassVar[type[contract.Config]] = Config

    @property
    def reach(self) -> timedelta:
        """From the earliest mail of a case to the latest that is judged by it, and to what is one run with that."""
        return self.config.case_within + self.config.remembered + max(rule.window for rule in self.config.rules)

    def select(self, activity: Activity, key: Key) -> Evidence | None:  # noqa: ARG002 - the officer's own key says no more
        """Return the mail as evidence when it goes to an unofficial address; a sensitive one is a case by itself."""
        evidence = mail_evidence(activity, self.force.points)
        return replace(evidence, role=_SENSITIVE) if evidence is not None and is_sensitive(activity) else evidence

    def judge(self, view: View) -> Iterable[Episode]:
        """Return the runs of mails of an officer who had been told."""
        told = self._told(view)
        again = replace(view, counted=[piece for piece in view.counted if piece.activity_id in told])
        for part in judging.parts(again, self.config.rules, self.force.calendar):
            when = "; ".join(dict.fromkeys(told[piece.activity_id] for piece in part.evidence))
            pattern = self.force.points.reason("again-after-training", words=f"happened again {when}")
            yield Episode(part.evidence, part.trigger, (pattern, *leaver(part.evidence, view.subject, self.force.points)))

    def _told(self, view: View) -> dict[str, str]:
        """Return of each mail that had been told about, by its id, what it came after: the latest such milestone, else monitoring."""
        if view.subject is None:
            return {}
        told = {piece.activity_id: "under enhanced monitoring" for piece in view.counted if view.subject.monitored(piece.at)}
        for milestone in view.subject.milestones:
            over = milestone.at + DAY_MS  # the day itself, on which what led to it may lie, is before
            after = view.between(over - 1, over + milliseconds(self.config.remembered) - 1)
            if after and self._case_before(over, view):
                told |= {piece.activity_id: self._words(milestone) for piece in after}
        return told

    def _case_before(self, over: int, view: View) -> bool:
        """Tell whether mails before an instant amount to a case: not letters to the public, of which nobody was warned.

        Settled ones are context, and as good as any.
        """
        before = view.between(over - milliseconds(self.config.case_within) - 1, over - 1)
        alone = View(view.key, before, subject=view.subject)
        runs = judging.parts(alone, self.config.case_rules, self.force.calendar)
        return any(piece.role == _SENSITIVE for piece in before) or any(not correspondence(run.evidence) for run in runs)

    def _words(self, milestone: Milestone) -> str:
        day = date.fromordinal(self.force.calendar.day(milestone.at)).isoformat()
        return f"after the {milestone.what} of {day}, which followed an earlier case"
