"""Sensitive material to a personal account.

Behaviour: one mail takes an OFFICIAL-SENSITIVE-or-above or categorised document to a personal, disposable, relay or own account. Once is
enough; a protected person's document makes it critical.
Proof: the mail, its attachments, and what says that they are sensitive (label, known hash, path, DLP type, marking text).
Blind spots: a document that nothing marks: renamed, without a label, unknown by content; material inside an archive with a password.
What the analyst does: establish the document's owner and whether anyone named in it is at risk, and act on that risk first; then the
officer's purpose; then recovery of the material.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from typing import ClassVar

from detectors import contract, judging
from detectors.contract import Episode, Evidence, Key, View
from detectors.mails import is_sensitive, mail_evidence
from detectors.patterns import leaver
from schemas.records import Activity, Grouping, Kind


class Config(contract.Config):
    """Nothing to set but whether it runs: what is sensitive is the document classes' business."""


class SensitiveToPersonal(contract.Detector[Config]):
    """Each such mail with an OFFICIAL-SENSITIVE-or-above or categorised document."""

    id: ClassVar[str] = "sensitive-to-personal"
    version: ClassVar[int] = 1
    title: ClassVar[str] = "Sensitive material to a personal account"
    guidance: ClassVar[str] = "First the people at risk, then the officer's purpose, then recovery of the material."
    grouping: ClassVar[Grouping] = "officer"
    kinds: ClassVar[frozenset[Kind]] = frozenset({"mail"})
    Config: ClassVar[type[contract.Config]] = Config

    @property
    def reach(self) -> timedelta:
        """None: each mail is judged alone."""
        return timedelta()

    def select(self, activity: Activity, key: Key) -> Evidence | None:  # noqa: ARG002 - the officer's own key says no more
        """Return the mail as evidence when it takes something sensitive to an unofficial address."""
        evidence = mail_evidence(activity, self.force.points)
        return replace(evidence, role="sensitive") if evidence is not None and is_sensitive(activity) else None

    def judge(self, view: View) -> Iterable[Episode]:
        """Return one episode for every mail."""
        for part in judging.each(view):
            yield Episode(evidence=part.evidence, trigger=part.trigger, reasons=leaver(part.evidence, view.subject, self.force.points))
