"""Mail is forwarded outside.

Behaviour: an inbox rule, a mailbox forwarding, a transport or journal rule is set that sends mail to an address outside the force. What is
set once goes on by itself: every later mail leaves, whatever it holds. Once is enough.
Proof: the setting with its targets, as the audit log of the mail system tells it, and who set it.
Blind spots: a rule that was set before the logs begin, or was enabled again without its targets being told; client-side rules that only
the officer's own computer knows; forwarding by hand.
What the analyst does: have the setting removed and the mailbox preserved, then find out from the message trace what has left by it.
"""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Annotated, ClassVar

from pydantic import Field

from detectors import contract, judging
from detectors.contract import Episode, Evidence, Key, View
from detectors.durations import Duration
from detectors.judging import Rule
from detectors.mails import destination, is_own, told
from detectors.patterns import leaver
from schemas.identity import fingerprint
from schemas.records import Activity, ClassifiedAddress, Grouping, Kind

_OUTSIDE = frozenset({"partner", "external", "personal", "disposable", "relay"})


class Config(contract.Config):
    """Whether partners are outside, and for how long the same setting again, while it stands, is the same story."""

    partners: bool = True
    same_within: Annotated[Duration, Field(gt=timedelta())] = timedelta(days=30)


class AutoForward(contract.Detector[Config]):
    """Each setting that sends mail outside; the same one set again while it stands is part of the same alert."""

    id: ClassVar[str] = "auto-forward"
    version: ClassVar[int] = 1
    title: ClassVar[str] = "Mail is forwarded outside"
    guidance: ClassVar[str] = "Have the setting removed, preserve the mailbox, and find out from the message trace what has left by it."
    grouping: ClassVar[Grouping] = "officer"
    kinds: ClassVar[frozenset[Kind]] = frozenset({"setting"})
    Config: ClassVar[type[contract.Config]] = Config

    @property
    def reach(self) -> timedelta:
        """How far apart the same setting may be set and be one story."""
        return self.config.same_within

    def select(self, activity: Activity, key: Key) -> Evidence | None:  # noqa: ARG002 - the officer's own key says no more
        """Return a forwarding outside as evidence, its role naming setting and targets; as shadow what ends one, by the setting's name."""
        setting, outside = activity.setting or "", tuple(filter(self._outside, activity.addresses))
        named = f"“{setting}”" if setting else "A forwarding"
        if activity.action != "set" or not outside:
            summary = f"{named} was removed, or sends nothing outside any more"
            return Evidence(activity.activity_id, activity.occurred_at, role=setting, summary=summary, counted=False)
        targets = sorted(address.address or "" for address in outside)
        return Evidence(
            activity.activity_id,
            activity.occurred_at,
            role=f"{setting}:{fingerprint(*targets)}",  # all that is kept of a crowded day's
            facets=tuple(("address", target) for target in targets if target),
            reasons=(self.force.points.reason("forwarding-outside"), *destination(outside, self.force.points, "is sent on to")),
            summary=f"{named} was set: mail goes to {told(outside)}",
        )

    def judge(self, view: View) -> Iterable[Episode]:
        """Return one episode for each forwarding, from when it was set until it is removed or not set again for long."""
        same = Rule(window=self.config.same_within, measure="count", threshold=1)
        found = [part for acts in self._standing(view) for part in judging.parts(replace(view, counted=acts), [same], self.force.calendar)]
        for part in sorted(found, key=lambda part: (part.evidence[0].at, part.evidence[0].activity_id)):
            yield Episode(part.evidence, part.trigger, leaver(part.evidence, view.subject, self.force.points))

    def _outside(self, address: ClassifiedAddress) -> bool:
        return is_own(address) or (address.class_ in _OUTSIDE and (self.config.partners or address.class_ != "partner"))

    def _standing(self, view: View) -> Iterator[list[Evidence]]:
        """Yield the acts that set one thing, parted where a removal lies strictly between two of them."""
        by_role: defaultdict[str, list[Evidence]] = defaultdict(list)
        for piece in view.counted:
            by_role[piece.role].append(piece)
        settings = {role: role.rpartition(":")[0] for role in by_role}
        ends_of = {name: [piece.at for piece in view.shadow if _may_end(piece.role, name)] for name in settings.values()}
        for role, acts in by_role.items():
            ends, standing = ends_of[settings[role]], acts[:1]
            for act in acts[1:]:
                if bisect_right(ends, standing[-1].at) < bisect_left(ends, act.at):
                    yield standing
                    standing = []
                standing.append(act)
            yield standing


def _may_end(removed: str, setting: str) -> bool:
    """Tell whether what was removed may be this: it itself, or a whole rule, of which nobody tells what it held."""
    return removed == setting or removed.endswith("Rule")
