"""Work material comes in from the officer's own account.

Behaviour: a mail with a file, a label or a marking comes in from an account that is the officer's own: work that was done at home, or
that left by a way nobody saw. What carries the force's own label, marking or content is enough once; for any other file it takes two days.
Proof: the inbound mail, its sender, and what says that the material is the force's.
Blind spots: a message trace alone, which tells no attachments; an own account that nothing tells; files brought in on a stick.
What the analyst does: ask how the material had come to that account; look for the mails, uploads or prints by which it left.
"""

import sys
from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from typing import ClassVar

from detectors import contract, judging
from detectors.contract import Episode, Evidence, Key, View
from detectors.judging import Limit, Rule, Rules
from detectors.mails import inbound_evidence, is_sensitive
from detectors.patterns import leaver
from schemas.records import Activity, Grouping, Kind, Millis

_PROVEN = "proven"


class Config(contract.Config):
    """How often unmarked files are too much; what is provably the force's always is."""

    rules: Rules = (Rule(window=timedelta(days=30), measure="days", threshold=2),)


class InboundFromOwn(contract.Detector[Config]):
    """The force's own material from the officer's account once, or any files on at least 2 civil days in 30 days."""

    id: ClassVar[str] = "inbound-from-own"
    version: ClassVar[int] = 1
    title: ClassVar[str] = "Work material comes in from the officer's own account"
    guidance: ClassVar[str] = "Ask how the material had come to that account, and look for the way by which it left."
    grouping: ClassVar[Grouping] = "officer"
    kinds: ClassVar[frozenset[Kind]] = frozenset({"inbound"})
    Config: ClassVar[type[contract.Config]] = Config

    @property
    def reach(self) -> timedelta:
        """The widest window: a piece can lend its heat no farther."""
        return max(rule.window for rule in self.config.rules)

    def select(self, activity: Activity, key: Key) -> Evidence | None:  # noqa: ARG002 - the officer's own key says no more
        """Return the mail as evidence when it came from an own account, its role telling whether it is provably work."""
        evidence = inbound_evidence(activity, self.force.points)
        return replace(evidence, role=_PROVEN) if evidence is not None and _is_proven(activity) else evidence

    def judge(self, view: View) -> Iterable[Episode]:
        """Return the runs of mails that a rule finds too many, or that end with something that is provably work."""
        proven = {piece.at for piece in view.counted if piece.role == _PROVEN}
        limits = [judging.limit_of(rule, view.subject) for rule in self.config.rules]
        widest = max(limit.width for limit in limits)

        def once(end: Millis) -> int:
            return 1 if end in proven else sys.maxsize

        for part in judging.parts_above(view, [*limits, Limit(widest, "count", once)], self.force.calendar):
            repeat = (self.force.points.reason("repeat"),) if len(part.evidence) > 1 else ()
            yield Episode(part.evidence, part.trigger, (*repeat, *leaver(part.evidence, view.subject, self.force.points)))


def _is_proven(activity: Activity) -> bool:
    """Tell whether a document bears the force's label or marking, or is known by what it is, or the message is sensitive."""
    known = (each.label or each.marking or each.categories or each.protected_person for each in activity.documents)
    return any(known) or is_sensitive(activity)
