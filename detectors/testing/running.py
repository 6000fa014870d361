"""Ways to run a detector without a broker: over the engine, whole or in pieces, and alone over a view."""

from collections.abc import Iterable, Sequence

from detectors.calendar import Calendar
from detectors.contract import Evidence, Key, View
from detectors.engine.alerts import content_of
from detectors.engine.engine import Engine
from detectors.engine.facts import Arrival, KeyFacts, Record, order
from detectors.registry import AnyDetector
from detectors.subject import Subject
from detectors.testing.builders import LATENESS
from schemas.records import Activity, Alert, SubjectFact

_OFFICER = Key("officer", "N1001")


def key_of(records: Iterable[Record]) -> Key:
    """Return the key that these records come under: the first activity's, or that of the builders' officer."""
    return next((Key(record.grouping, record.value) for record in records if isinstance(record, Activity)), _OFFICER)


def engine_of(detectors: Iterable[AnyDetector]) -> Engine:
    """Return an engine as ``run`` has it."""
    return Engine(detectors, calendar=Calendar(), lateness=LATENESS)


def run(detectors: Iterable[AnyDetector], records: Iterable[Record], *, key: Key | None = None, chunk: int | None = None) -> list[Alert]:
    """Return the alerts that stand, by id, after these records came to one key in this order, ``chunk`` at a time."""
    engine = engine_of(detectors)
    arrivals = [Arrival(offset, record) for offset, record in enumerate(records)]
    held = KeyFacts(key or key_of(arrival.record for arrival in arrivals))
    seen: dict[str, Alert] = {}
    size = chunk or max(len(arrivals), 1)
    for start in range(0, len(arrivals), size):
        consume(seen, engine.apply(held, arrivals[start : start + size]).alerts)
    return standing(seen)


def consume(seen: dict[str, Alert], alerts: Iterable[Alert]) -> None:
    """Lay published alerts over what a consumer holds: the highest revision of an id wins."""
    for alert in alerts:
        if alert.alert_id not in seen or alert.revision >= seen[alert.alert_id].revision:
            seen[alert.alert_id] = alert


def standing(seen: dict[str, Alert]) -> list[Alert]:
    """Return the content of the active alerts that a consumer holds, by id."""
    return [content_of(alert) for _, alert in sorted(seen.items()) if alert.status == "active"]


def view_of(detector: AnyDetector, records: Sequence[Record], *, settled: frozenset[str] = frozenset()) -> View:
    """Return what the detector alone would judge, every record being a fact; exceptions are the engine's business and are left out."""
    key = key_of(records)
    facts = sorted((record for record in records if isinstance(record, Activity) and not record.void), key=order)
    evidence = [piece for fact in facts if fact.kind in detector.kinds and (piece := detector.select(fact, key)) is not None]
    subject = Subject.of(key.value, (record for record in records if isinstance(record, SubjectFact)))
    return View(key=key, counted=_of(evidence, counted=True), shadow=_of(evidence, counted=False), subject=subject, settled=settled)


def _of(evidence: Iterable[Evidence], *, counted: bool) -> list[Evidence]:
    return [piece for piece in evidence if piece.counted is counted]
