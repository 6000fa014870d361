"""A history streamed through the engine as a cluster would: in chunks, killed between its three steps, heard by a consumer."""

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from detectors.calendar import Calendar
from detectors.contract import Key
from detectors.engine.alerts import content_of
from detectors.engine.engine import Engine, Outcome
from detectors.engine.facts import Arrival, Derived, Issued, KeyFacts, Record
from detectors.registry import AnyDetector
from detectors.testing import LATENESS
from schemas.identity import alert_id
from schemas.records import Alert
from tests.detectors.engine.histories import OFFICER, History

_CHANCE = 0.12


@dataclass
class Ran:
    """What a run came to: what a consumer holds in the end, and what happened on the way."""

    seen: dict[str, Alert] = field(default_factory=dict)
    late: int = 0
    killed: int = 0
    superseded: int = 0
    withdrawn: int = 0
    settled: bool = False
    retired: int = 0
    drawn_by_retired: bool = False

    @property
    def active(self) -> dict[str, Alert]:
        """The content of the alerts that stand, by id."""
        return {name: content_of(alert) for name, alert in self.seen.items() if alert.status == "active"}


def batch(history: History, log: Sequence[Record]) -> Ran:
    """Run a log as one chunk."""
    held, ran = KeyFacts(Key("officer", OFFICER)), Ran()
    outcome = _engine(history.detectors()).apply(held, _arrivals(log, 0, len(log)))
    ran.late = len(outcome.late)
    ran.seen = {alert.alert_id: alert for alert in outcome.alerts}
    return ran


def stream(history: History, log: Sequence[Record], rnd: random.Random) -> Ran:
    """Run a log in random chunks, with kills before the state is written, before or amid publishing, and before the acknowledgement.

    On the way it is checked that no id changes without a higher revision, that whoever hears all holds what the state says, and that
    what is superseded names the part that holds its trigger.
    """
    engine, ran = _engine(history.detectors()), Ran()
    triggers = _triggers(history)
    durable, done, largest = KeyFacts(Key("officer", OFFICER)), 0, rnd.choice([1, 4, 9, 30])
    kept: dict[str, Derived] = {}
    while done < len(log):
        upto = min(len(log), done + rnd.randrange(1, largest + 1))
        held = _read_back(durable, kept)
        kept = {}  # lost with the process if it is killed
        outcome = engine.apply(held, _arrivals(log, done, upto))
        if rnd.random() < _CHANCE:
            ran.killed += 1
            continue  # before the state was written
        durable = held
        published = outcome.alerts
        if killed := rnd.random() < _CHANCE * 2:
            published = published[: rnd.randrange(len(published) + 1)]
        for alert in published:
            _hear(ran, alert)
        if killed:
            ran.killed += 1
            continue  # amid publishing
        _holds_what_the_state_says(ran.seen, held)
        _the_gone_are_told_of(ran.seen, outcome, triggers)
        if rnd.random() < _CHANCE:
            ran.killed += 1
            continue  # before the acknowledgement
        done, kept = upto, dict(held.derived)
        ran.late += len(outcome.late)
        ran.retired += len(held.retired)
        ran.drawn_by_retired |= bool(held.used)
        ran.settled |= any(memory.settled for memory in held.memory.values())
    return ran


def _engine(detectors: Iterable[AnyDetector]) -> Engine:
    return Engine(detectors, calendar=Calendar(), lateness=LATENESS)


def _arrivals(log: Sequence[Record], start: int, end: int) -> list[Arrival]:
    return [Arrival(offset, log[offset]) for offset in range(start, end)]


def _read_back(durable: KeyFacts, kept: dict[str, Derived]) -> KeyFacts:
    """Return what a process finds that reads the state; what is immutable is shared, and what was ``kept`` beside the state is there."""
    return KeyFacts(
        durable.key,
        durable.through,
        durable.clock,
        dict(durable.facts),
        dict(durable.floors),
        dict(durable.subjects),
        dict(durable.exceptions),
        dict(durable.used),
        {name: replace(memory, settled=set(memory.settled)) for name, memory in durable.memory.items()},
        {name: replace(issued) for name, issued in durable.issued.items()},
        list(durable.late),
        derived=kept,
    )


def _hear(ran: Ran, alert: Alert) -> None:
    known = ran.seen.get(alert.alert_id)
    if known is not None and known.revision == alert.revision:
        assert alert == known, f"{alert.alert_id} changed without a higher revision"
        return
    assert known is None or alert.revision > known.revision, f"{alert.alert_id} went back to an older revision"
    ran.seen[alert.alert_id] = alert
    ran.superseded += alert.status == "superseded"
    ran.withdrawn += alert.status == "withdrawn"


def _holds_what_the_state_says(seen: dict[str, Alert], held: KeyFacts) -> None:
    def told(issued: Issued) -> tuple[str, int]:
        return issued.status, issued.revision

    assert {name: told(issued) for name, issued in held.issued.items()} == {
        name: (seen[name].status, seen[name].revision) for name in held.issued
    }


def _the_gone_are_told_of(seen: dict[str, Alert], outcome: Outcome, triggers: dict[str, str]) -> None:
    """Check that what is superseded names the standing alert that counts its trigger, and of what is withdrawn none counts it.

    What an earlier pass superseded, and this one only says again, may have a successor that is gone in its turn.
    """
    for alert in outcome.alerts:
        if alert.status == "active" or alert.revision != outcome.laid.revision:
            continue
        standing = [each for each in seen.values() if each.status == "active" and each.detector == alert.detector]
        holding = {each.alert_id for each in standing if triggers[alert.alert_id] in _counted(each)}
        cut_short = {each.alert_id for each in standing if each.evidence_count > len(_counted(each))}
        assert alert.evidence == ()
        assert holding == {alert.superseded_by} - {None} or alert.superseded_by in cut_short


def _counted(alert: Alert) -> set[str]:
    """Return what is shown of what counts."""
    return {piece.activity_id for piece in alert.evidence if piece.authorised_by is None}


def _triggers(history: History) -> dict[str, str]:
    """Return the trigger of every alert id that this history can come to."""
    names = {mail.activity_id for mail in history.mails}
    return {alert_id(each.id, f"officer:{OFFICER}", name): name for each in history.detectors() for name in names}
