"""How well alerts agree with the truth: recall, precision and how soon, of all, by habit and by detector."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from detectors.calendar import Calendar
from detectors.contract import Detector
from detectors.scoring import severity_rank
from schemas.records import Alert, Severity
from streams.simulation.missed import reason, such_mails
from streams.simulation.right import Found, found_by
from streams.simulation.truth import Offender, Truth

__all__ = ["Missed", "Row", "Score", "Share", "Wrong", "score"]

MUST_FIND_MAILS: Final = 6
_DAY: Final = 86_400_000


@dataclass(frozen=True, slots=True)
class Share:
    """So many of so many; no share where there are none."""

    got: int
    of: int

    @property
    def share(self) -> float | None:
        """From 0 to 1."""
        return self.got / self.of if self.of else None


@dataclass(frozen=True, slots=True)
class Row:
    """One habit or one detector: offenders found of those there are, alerts right of those there are, days until the first alert."""

    name: str
    offenders: Share
    alerts: Share
    days: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Missed:
    """An offender whom no alert finds, and why."""

    officer_id: str
    name: str
    habit: str
    reason: str


@dataclass(frozen=True, slots=True)
class Wrong:
    """An alert that finds nobody; ``looks_like`` says what the officer was made to look like, if anything."""

    alert_id: str
    detector: str
    severity: Severity
    key: str
    looks_like: str


@dataclass(frozen=True, slots=True)
class Score:
    """All figures, of alerts at ``floor`` and above.

    ``must`` are offenders with at least 6 such mails, or one with an item that its label, its name or a policy shows to be classified or
    protected; ``sensitive`` are those who sent anything sensitive, whether or not a log shows it.
    """

    floor: Severity
    recall: Share
    recall_at_any_severity: Share
    must: Share
    sensitive: Share
    precision: Share
    days: tuple[float, ...]
    habits: tuple[Row, ...]
    detectors: tuple[Row, ...]
    missed: tuple[Missed, ...]
    wrong: tuple[Wrong, ...]


def score(
    alerts: Iterable[Alert], truth: Truth, detectors: Mapping[str, Detector[Any]], calendar: Calendar, floor: Severity = "medium"
) -> Score:
    """Hold alerts against the truth; ``detectors`` and ``calendar`` are those that made them, to say why somebody was missed."""
    every = found_by(alerts, truth)
    counted = [each for each in every if severity_rank(each.alert.severity) >= severity_rank(floor)]
    found = _found(counted)
    likeness = {innocent.officer_id: innocent.looks_like for innocent in truth.innocents}
    return Score(
        floor=floor,
        recall=Share(len(found), len(truth.offenders)),
        recall_at_any_severity=Share(len(_found(every)), len(truth.offenders)),
        must=_among(found, (offender for offender in truth.offenders if _must(offender))),
        sensitive=_among(found, (offender for offender in truth.offenders if offender.sensitive or offender.protected)),
        precision=_right(counted),
        days=_days(counted, truth.offenders),
        habits=tuple(_by_habit(counted, truth)),
        detectors=tuple(_by_detector(counted, truth, detectors)),
        missed=tuple(_missed(every, found, truth, detectors, calendar)),
        wrong=tuple(
            Wrong(alert.alert_id, alert.detector, alert.severity, alert.key, likeness.get(alert.officer_id or "", ""))
            for alert in (each.alert for each in counted if not each.right)
        ),
    )


def _must(offender: Offender) -> bool:
    such = such_mails(offender)
    return len(such) >= MUST_FIND_MAILS or any(deed.sensitive and deed.told_by for deed in such)


def _among(found: frozenset[str], wanted: Iterable[Offender]) -> Share:
    ids = {offender.officer_id for offender in wanted}
    return Share(len(ids & found), len(ids))


def _found(alerts: Iterable[Found]) -> frozenset[str]:
    return frozenset(officer for each in alerts for officer in each.officers)


def _right(alerts: Sequence[Found]) -> Share:
    return Share(sum(each.right for each in alerts), len(alerts))


def _days(alerts: Sequence[Found], offenders: Iterable[Offender]) -> tuple[float, ...]:
    """Return for each offender who was found the days from the first deed to the first alert, sorted."""
    first: dict[str, int] = {}
    for each in alerts:
        for officer in each.officers:
            first[officer] = min(each.at, first.get(officer, each.at))
    began = {offender.officer_id: offender.deeds[0].at for offender in offenders}
    # A log that cuts instants to the second may be a moment early.
    return tuple(sorted(max(0, first[officer] - at) / _DAY for officer, at in began.items() if officer in first))


def _by_habit(alerts: Sequence[Found], truth: Truth) -> Iterable[Row]:
    for habit in sorted({offender.habit for offender in truth.offenders}):
        whose = [offender for offender in truth.offenders if offender.habit == habit]
        ids = {offender.officer_id for offender in whose}
        theirs = [each for each in alerts if each.officers & ids]
        found = Share(len(_found(theirs) & ids), len(ids))
        yield Row(habit, found, _right(theirs), _days(theirs, whose))


def _by_detector(alerts: Sequence[Found], truth: Truth, detectors: Mapping[str, Detector[Any]]) -> Iterable[Row]:
    """Yield each detector; its offenders are those that it may tell of, by the truth."""
    for detector in dict.fromkeys((*detectors, *(each.alert.detector for each in alerts))):
        whose = [offender for offender in truth.offenders if detector in offender.detectors]
        ids = {offender.officer_id for offender in whose}
        its = [each for each in alerts if each.alert.detector == detector]
        yield Row(detector, Share(len(_found(its) & ids), len(ids)), _right(its), _days(its, whose))


def _missed(
    every: Sequence[Found], found: frozenset[str], truth: Truth, detectors: Mapping[str, Detector[Any]], calendar: Calendar
) -> Iterable[Missed]:
    for offender in truth.offenders:
        if offender.officer_id not in found:
            quieter = [each.alert for each in every if offender.officer_id in each.officers]
            why = reason(offender, quieter, detectors, calendar)
            yield Missed(offender.officer_id, offender.name, offender.habit, why)
