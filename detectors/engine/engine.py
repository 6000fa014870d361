"""One key's new facts -> the alerts that changed.

The engine owns what detectors do not: which activities a key holds, what the officer's dated facts say of them, exceptions, the names
and revisions of alerts, and retirement. A pass is: lay the records in, judge what is within reach, publish what differs from what was
announced, settle what can change no more.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

import msgspec

from detectors.calendar import Calendar
from detectors.contract import Episode, Evidence, View
from detectors.durations import milliseconds
from detectors.engine.alerts import alert_of, digest_of
from detectors.engine.authority import Authority, authorised
from detectors.engine.bounds import WHOLE_PER_DAY, strip_crowded_days
from detectors.engine.facts import Arrival, Derived, Fact, Issued, KeyFacts, Laid, Late, Memory, lay, of_kinds
from detectors.engine.retirement import drop_retired, final_before, forget_published, settle
from detectors.registry import AnyDetector
from detectors.scoring import severity_rank
from detectors.subject import Subject
from schemas.detect_rows import BareEvidence
from schemas.records import Activity, Alert, Change, ClassifiedAddress, Kind, Millis

GENERATION_STEP = 2**40
_BARE_SUMMARY = f"One of more than {WHOLE_PER_DAY} of its kind that day, of which only the instant was kept"


class DetectorBrokeContractError(Exception):
    """A detector did what its contract forbids; the record that brought it out is told as a bug."""


@dataclass(slots=True)
class Outcome:
    """What a pass over one key came to: the alerts to publish, in the order of their ids, and how its records ended."""

    laid: Laid
    alerts: list[Alert] = field(default_factory=list)
    late: list[Late] = field(default_factory=list)
    """What to report as late: the chunk's own, and on a redelivery those that were late when it first came."""


class Engine:
    """Judges keys with a force's detectors. Holds no state of its own."""

    def __init__(
        self, detectors: Iterable[AnyDetector], *, calendar: Calendar, lateness: timedelta, generation: int = 1, config_version: str = ""
    ) -> None:
        """Take the enabled detectors, the allowed lateness, and what revisions count from."""
        self._detectors = sorted(detectors, key=lambda detector: detector.id)
        self._calendar = calendar
        self._lateness = milliseconds(lateness)
        self._base = generation * GENERATION_STEP
        self._config_version = config_version

    def apply(self, held: KeyFacts, arrivals: Sequence[Arrival]) -> Outcome:
        """Lay a chunk's records, in log order, into a key and return what must be published; ``held`` is changed in place.

        A record at or below ``held.through`` is a redelivery: it changes nothing, but what its chunk announced is published again,
        and what was late in the chunk that is redelivered is reported again.
        """
        detectors = [detector for detector in self._detectors if detector.grouping == held.key.grouping]
        kinds: frozenset[Kind] = frozenset(kind for detector in detectors for kind in detector.kinds)
        redelivered = any(arrival.offset <= held.through for arrival in arrivals)
        before = held.clock
        if not redelivered:
            forget_published(held, {each.id: final_before(before, self._lateness, each) for each in detectors})
        laid = lay(held, arrivals, lateness=self._lateness, base=self._base, kinds=kinds)
        outcome = Outcome(laid)
        changed: set[str] = set()
        if laid.revision is not None:
            subject = Subject.of(held.key.value, held.subjects.values()) if held.key.grouping == "officer" else None
            strip_crowded_days(held, laid.days, self._calendar.day, lambda fact: tuple(_worth(detectors, fact, held, subject)))
            changed = self._judge(held, detectors, subject, before, laid.revision)
        again = {name for name, issued in held.issued.items() if not issued.published} if redelivered else set()
        outcome.alerts = [alert for name in sorted(changed | again) if (alert := held.issued[name].alert) is not None]
        outcome.late = [*held.late, *laid.late]  # empty of old ones unless this is a redelivery
        held.late = list(outcome.late)
        return outcome

    def _judge(
        self, held: KeyFacts, detectors: Sequence[AnyDetector], subject: Subject | None, before: Millis | None, revision: int
    ) -> set[str]:
        """Judge with every detector, bring ``issued`` up to date and settle; return the ids that changed."""
        facts = {fact.activity_id: fact if not isinstance(fact, Activity) else _joined(fact, subject) for fact in held.sorted_facts()}
        _derive(held, detectors, facts.values())
        leave = authorised((fact for fact in facts.values() if isinstance(fact, Activity) and not fact.void), held.exceptions, held.used)
        changed: set[str] = set()
        for detector in detectors:
            memory = held.memory.setdefault(detector.id, Memory())
            view = _view(detector, held, facts, leave, subject, memory)
            bound = final_before(before, self._lateness, detector)
            episodes = _open_episodes(detector, view, bound)
            now = {
                alert.alert_id: (alert, episode)
                for episode in episodes
                for alert in [alert_of(detector, held.key, episode, view.shadow, facts, self._config_version)]
            }
            changed |= _announce(held, detector, now, bound, revision)
            settle(memory, episodes, final_before(held.clock, self._lateness, detector), detector)
        drop_retired(held, detectors, leave)
        return changed


def _derive(held: KeyFacts, detectors: Sequence[AnyDetector], facts: Iterable[Fact]) -> None:
    """Ask the detectors for what they make of facts that they were not asked about before."""
    for fact in facts:
        if not isinstance(fact, Activity) or fact.void:
            continue
        known = held.derived.get(fact.activity_id)
        if known is None or known.of is not fact:
            asked = ((detector.id, detector.select(fact, held.key)) for detector in detectors if fact.kind in detector.kinds)
            held.derived[fact.activity_id] = Derived(fact, {name: evidence for name, evidence in asked if evidence is not None})


def _worth(detectors: Iterable[AnyDetector], fact: Activity, held: KeyFacts, subject: Subject | None) -> Iterator[BareEvidence]:
    """Yield what an activity that is not kept whole counts for."""
    for detector in detectors:
        evidence = detector.select(_joined(fact, subject), held.key) if fact.kind in detector.kinds else None
        if evidence is not None and evidence.counted:
            yield BareEvidence(detector=detector.id, role=evidence.role, reasons=evidence.reasons)


def _joined(activity: Activity, subject: Subject | None) -> Activity:
    """Return the activity with what the officer declared, whenever that became known, said of its addresses."""
    declared = subject.declared if subject is not None else frozenset()
    if not any(address.address in declared and address.own != "declared" for address in activity.addresses):
        return activity
    return msgspec.structs.replace(activity, addresses=tuple(_declared(address, declared) for address in activity.addresses))


def _declared(address: ClassifiedAddress, declared: frozenset[str]) -> ClassifiedAddress:
    return msgspec.structs.replace(address, own="declared") if address.address in declared else address


def _view(
    detector: AnyDetector,
    held: KeyFacts,
    facts: Mapping[str, Fact],
    leave: Mapping[str, Authority],
    subject: Subject | None,
    memory: Memory,
) -> View:
    """Derive the detector's evidence from the facts (already sorted)."""
    counted: list[Evidence] = []
    shadow: list[Evidence] = []
    for fact in of_kinds(facts.values(), detector.kinds, memory.floor):
        if not isinstance(fact, Activity):
            counted += [
                Evidence(activity_id=fact.activity_id, at=fact.occurred_at, role=worth.role, reasons=worth.reasons, summary=_BARE_SUMMARY)
                for worth in fact.counted_by
                if worth.detector == detector.id
            ]
            continue
        evidence = held.derived[fact.activity_id].evidence.get(detector.id)
        if evidence is None:
            continue
        if evidence.counted and fact.activity_id in leave:
            evidence = replace(evidence, counted=False, authorised_by=leave[fact.activity_id].authorised_by)
        (counted if evidence.counted else shadow).append(evidence)
    return View(key=held.key, counted=counted, shadow=shadow, subject=subject, settled=frozenset(memory.settled))


def _open_episodes(detector: AnyDetector, view: View, bound: Millis | None) -> list[Episode]:
    """Return what the detector finds, less parts that were final before this chunk."""
    found = []
    for episode in detector.judge(view):
        if any(piece.activity_id in view.settled for piece in episode.evidence):
            raise DetectorBrokeContractError(f"{detector.id} put a settled piece into an episode")
        if bound is None or episode.evidence[-1].at >= bound:
            found.append(episode)
    return found


def _announce(
    held: KeyFacts, detector: AnyDetector, now: Mapping[str, tuple[Alert, Episode]], bound: Millis | None, revision: int
) -> set[str]:
    """Bring ``issued`` up to date with what stands now; return the ids that changed."""
    changed = set()
    for name, (alert, episode) in now.items():
        known = held.issued.get(name)
        digest = digest_of(alert)
        if known is not None and known.status == "active" and known.digest == digest:
            continue
        published = msgspec.structs.replace(alert, revision=revision, change=_change(known, alert))
        held.issued[name] = Issued(detector.id, episode.trigger, "active", revision, alert.last_at, digest, published)
        changed.add(name)
    holder = {piece.activity_id: name for name, (_, episode) in now.items() for piece in episode.evidence}
    for name, known in held.issued.items():
        live = known.detector == detector.id and known.status == "active" and (bound is None or known.last_at >= bound)
        if not live or name in now or known.alert is None:
            continue
        successor = holder.get(known.trigger)
        known.status = "withdrawn" if successor is None else "superseded"
        known.revision = revision
        known.published = False
        # Without evidence: what is withheld by now may stand in it, and nobody acts on an alert that is gone.
        known.alert = msgspec.structs.replace(
            known.alert, status=known.status, change=known.status, superseded_by=successor, revision=revision, evidence=()
        )
        changed.add(name)
    return changed


def _change(known: Issued | None, alert: Alert) -> Change:
    if known is None or known.status != "active" or known.alert is None:
        return "opened"
    return "severity-raised" if severity_rank(alert.severity) > severity_rank(known.alert.severity) else "extended"
