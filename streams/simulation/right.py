"""Which alerts are right: an alert whose evidence holds a deed of an offender, and which offenders it finds."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from schemas.identity import activity_key, alert_id
from schemas.public import PublicError, loads
from schemas.records import Alert, AlertEvidence, Millis
from streams.errors import CustodietError
from streams.simulation.truth import Truth

__all__ = ["Found", "found_by", "read_alerts", "triggered_at"]


@dataclass(frozen=True, slots=True)
class Found:
    """One alert, whom of the offenders it finds, and when it could be raised."""

    alert: Alert
    officers: frozenset[str]
    at: Millis

    @property
    def right(self) -> bool:
        """Whether it finds anybody."""
        return bool(self.officers)


def read_alerts(path: Path) -> list[Alert]:
    """Read alerts in NDJSON, the active ones of the highest revision of each id. Raises CustodietError with file and line."""
    known: dict[str, Alert] = {}
    try:
        with path.open("rb") as lines:
            for number, line in enumerate(lines, start=1):
                if line.strip():
                    alert = _alert(path, number, line)
                    before = known.get(alert.alert_id)
                    if before is None or alert.revision >= before.revision:
                        known[alert.alert_id] = alert
    except OSError as error:
        raise CustodietError(f"cannot read {path}: {error.strerror}") from error
    return [alert for alert in known.values() if alert.status == "active"]


def found_by(alerts: Iterable[Alert], truth: Truth) -> list[Found]:
    """Return each alert with whom it finds."""
    whose: dict[str, set[str]] = {}
    for offender in truth.offenders:
        for deed in offender.deeds:
            whose.setdefault(deed.id, set()).add(offender.officer_id)
    return [Found(alert, _officers(alert, whose), triggered_at(alert)) for alert in alerts]


def triggered_at(alert: Alert) -> Millis:
    """Return the instant of the piece that named the alert: the first with which it was too much; the last shown where that is not."""
    key = activity_key(alert.grouping, alert.key)
    named = (piece.occurred_at for piece in alert.evidence if alert_id(alert.detector, key, piece.activity_id) == alert.alert_id)
    return next(named, alert.last_at)


def _alert(path: Path, number: int, line: bytes) -> Alert:
    try:
        return loads(line, Alert)
    except PublicError as error:
        raise CustodietError(f"{path} line {number} is no alert: {error}") from error


def _officers(alert: Alert, whose: Mapping[str, set[str]]) -> frozenset[str]:
    """Return the offenders whose deeds are among what counts in an alert: theirs alone where it is about one officer."""
    told = {officer for piece in alert.evidence if piece.authorised_by is None for name in _names(piece) for officer in whose.get(name, ())}
    return frozenset(told if alert.officer_id is None else told & {alert.officer_id})


def _names(piece: AlertEvidence) -> Iterator[str]:
    if piece.message_id is not None:
        yield piece.message_id
    for source in piece.sources:
        yield source.record_id.partition("#")[0]  # one record of several settings gives several events
