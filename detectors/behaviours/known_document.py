"""A known document, sent again.

Behaviour: one content, whatever it is called, goes to personal, disposable, relay or own addresses again and again, or by more than one
officer: a file that makes the rounds.
Proof: the content hash of the attachment, and each mail that took it along with its officer and addresses.
Blind spots: a feed that hashes no attachments; a copy in which one byte differs; what is inside an archive.
What the analyst does: open the document, see what it is, and ask its owner who may have it; then why so many sent it.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from typing import Annotated, ClassVar

from pydantic import Field, model_validator

from detectors import contract, judging
from detectors.contract import Episode, Evidence, Key, View
from detectors.durations import Duration, milliseconds
from detectors.judging import Limit, Rule, Rules
from detectors.mails import shared_evidence
from detectors.patterns import amount
from schemas.records import Activity, Grouping, Kind


class Config(contract.Config):
    """The rules, any of which is enough, and above how many officers in which time a document is common."""

    rules: Rules = (
        Rule(window=timedelta(days=365), measure="officers", threshold=2),
        Rule(window=timedelta(days=365), measure="count", threshold=3),
    )
    common_above: int = Field(default=20, ge=1)
    common_window: Annotated[Duration, Field(gt=timedelta())] = timedelta(days=365)

    @model_validator(mode="after")
    def _rare_enough(self) -> "Config":
        if any(
            rule.measure == "officers" and rule.threshold > self.common_above and rule.window <= self.common_window for rule in self.rules
        ):
            raise ValueError("a rule for more officers than common_above can never be reached: what so many send is common")
        return self


class KnownDocument(contract.Detector[Config]):
    """One content sent to such addresses by at least 2 officers, or at least 3 times, in a year; not what more than 20 officers send."""

    id: ClassVar[str] = "known-document"
    version: ClassVar[int] = 1
    title: ClassVar[str] = "One document, sent again"
    guidance: ClassVar[str] = "See what the document is and who may have it, then ask why so many sent it."
    grouping: ClassVar[Grouping] = "document"
    kinds: ClassVar[frozenset[Kind]] = frozenset({"mail"})
    Config: ClassVar[type[contract.Config]] = Config

    @property
    def reach(self) -> timedelta:
        """A piece is counted with those in its windows, of which each is common or not by those in its own."""
        return max(rule.window for rule in self.config.rules) + self.config.common_window

    def select(self, activity: Activity, key: Key) -> Evidence | None:  # noqa: ARG002 - under a document a mail carries that one alone
        """Return the mail as evidence, with whose it is."""
        return shared_evidence(activity, self.force.points)

    def judge(self, view: View) -> Iterable[Episode]:
        """Return the runs of mails that any rule finds too many, those apart that were sent while the document was common."""
        named = judging.named_by_role(view, "officer")
        common = self._common(named)
        rare = replace(named, counted=[piece for piece in named.counted if piece.activity_id not in common]) if common else named
        for part in judging.parts(rare, self.config.rules, self.force.calendar):
            officers = len({piece.role for piece in part.evidence})
            words = f"one document was sent {amount(len(part.evidence), 'time')} by {amount(officers, 'officer')}"
            # One after another is more than one again: it was passed on, or taken by people who know of each other.
            pattern = self.force.points.reason("repeat", times=min(officers, 2), words=words)
            yield Episode(evidence=part.evidence, trigger=part.trigger, reasons=(pattern,))

    def _common(self, named: View) -> frozenset[str]:
        """Return the activity ids of all that lies in a window which more than ``common_above`` officers share, settled or not."""
        if len({piece.role for piece in named.counted}) <= self.config.common_above:
            return frozenset()
        everybody = Limit(milliseconds(self.config.common_window), "officers", lambda _: self.config.common_above + 1)
        parts = judging.parts_above(replace(named, settled=frozenset()), [everybody], self.force.calendar)
        return frozenset(piece.activity_id for part in parts for piece in part.evidence)
