"""What a scan finds that an earlier one did not, and the other way: the backtest of a changed configuration.

Alerts are the same when their ids are. An id is named after the piece of evidence that set an alert off, and another threshold sets it off
at another piece: so what is left over on both sides is paired where detector and key are the same and the evidence overlaps.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import msgspec

from schemas.public import PublicError, loads, time_of
from schemas.records import Alert, Millis, Severity
from streams.errors import UsageError

_COMPARED: Final = ("severity", "score", "reasons", "first_at", "last_at", "evidence_count", "shadow_count")


class Summary(msgspec.Struct, frozen=True):
    """What is compared of an alert, and what tells it apart; ``evidence`` are the ids of its pieces, ``digest`` is of all they say."""

    alert_id: str
    detector: str
    key: str
    severity: Severity
    score: int
    reasons: tuple[str, ...]
    first_at: Millis
    last_at: Millis
    evidence_count: int
    shadow_count: int
    digest: str
    evidence: frozenset[str]

    def public(self) -> dict[str, Any]:
        """Return it as JSON, without its evidence."""
        told = {name: getattr(self, name) for name in ("alert_id", "detector", "key", *_COMPARED)}
        return {**told, "reasons": list(self.reasons), "first_at": time_of(self.first_at), "last_at": time_of(self.last_at)}


@dataclass(frozen=True, slots=True)
class Change:
    """An alert before and after, and the fields that differ; ``alert_id`` among them where it is set off by another piece."""

    before: Summary
    after: Summary
    fields: tuple[str, ...]


@dataclass(slots=True)
class Difference:
    """What was added, dropped and changed, each by first instant and id, and how many alerts are as they were."""

    added: list[Summary] = field(default_factory=list)
    dropped: list[Summary] = field(default_factory=list)
    changed: list[Change] = field(default_factory=list)
    unchanged: int = 0

    def __bool__(self) -> bool:
        """Tell whether anything differs."""
        return bool(self.added or self.dropped or self.changed)

    def public(self) -> dict[str, Any]:
        """Return it as JSON."""
        return {
            "added": [each.public() for each in self.added],
            "dropped": [each.public() for each in self.dropped],
            "changed": [{"fields": list(one.fields), "before": one.before.public(), "after": one.after.public()} for one in self.changed],
            "unchanged": self.unchanged,
        }


def summary(alert: Alert) -> Summary:
    """Return what is compared of an alert: neither revision and change nor the versions, which every changed configuration changes."""
    return Summary(
        alert_id=alert.alert_id,
        detector=alert.detector,
        key=alert.key,
        severity=alert.severity,
        score=alert.score,
        reasons=tuple(f"{reason.code} {reason.points}" for reason in alert.reasons),
        first_at=alert.first_at,
        last_at=alert.last_at,
        evidence_count=alert.evidence_count,
        shadow_count=alert.shadow_count,
        digest=alert.evidence_digest,
        evidence=frozenset(piece.activity_id for piece in alert.evidence),
    )


def read_alerts(path: Path) -> dict[str, Summary]:
    """Read the NDJSON of an earlier scan, of each id the highest revision. Raise UsageError naming the line that is no alert."""
    found: dict[str, tuple[int, Summary | None]] = {}
    try:
        with path.open("rb") as file:
            for number, line in enumerate(file, start=1):
                if not line.strip():
                    continue
                try:
                    alert = loads(line, Alert)
                except PublicError as error:
                    raise UsageError(f"{path}:{number}: no alert: {error}") from error
                if alert.alert_id not in found or alert.revision >= found[alert.alert_id][0]:
                    found[alert.alert_id] = alert.revision, summary(alert) if alert.status == "active" else None
    except OSError as error:
        raise UsageError(f"{path}: cannot be read: {error.strerror}") from error
    return {name: each for name, (_, each) in found.items() if each is not None}


def difference(before: dict[str, Summary], after: Iterable[Alert], detectors: Iterable[str] = ()) -> Difference:
    """Compare; ``detectors``, where any are given, are the only ones whose earlier alerts count."""
    only = frozenset(detectors)
    left = {name: each for name, each in before.items() if not only or each.detector in only}
    found = Difference()
    for each in map(summary, after):
        known = left.pop(each.alert_id, None)
        if known is None:
            found.added.append(each)
        else:
            _compare(known, each, found)
    found.dropped = sorted(left.values(), key=_order)
    for known, each in list(_moved(found)):
        found.dropped.remove(known)
        found.added.remove(each)
        _compare(known, each, found)
    found.added.sort(key=_order)
    found.changed.sort(key=lambda change: _order(change.after))
    return found


def _compare(before: Summary, after: Summary, found: Difference) -> None:
    fields = [name for name in ("alert_id", *_COMPARED) if getattr(before, name) != getattr(after, name)]
    if before.digest != after.digest or before.evidence != after.evidence:
        fields.append("evidence")
    if fields:
        found.changed.append(Change(before, after, tuple(fields)))
    else:
        found.unchanged += 1


def _moved(found: Difference) -> Iterator[tuple[Summary, Summary]]:
    """Yield the pairs among what was dropped and added that share most evidence, each in one pair at the most."""
    by_key: dict[tuple[str, str], list[Summary]] = {}
    for each in found.added:
        by_key.setdefault((each.detector, each.key), []).append(each)
    shared = [
        (-len(known.evidence & each.evidence), _order(known), _order(each), known, each)
        for known in found.dropped
        for each in by_key.get((known.detector, known.key), ())
        if known.evidence & each.evidence
    ]
    taken: set[str] = set()
    for _, _, _, known, each in sorted(shared, key=lambda pair: pair[:3]):
        if not {known.alert_id, each.alert_id} & taken:
            taken |= {known.alert_id, each.alert_id}
            yield known, each


def _order(each: Summary) -> tuple[Millis, str]:
    return each.first_at, each.alert_id
