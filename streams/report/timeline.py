"""Where the marks of a timeline stand: a lane for each alert, a mark for each piece of evidence, on one axis of time."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from schemas.records import Alert, Millis, Severity
from streams.report.text import instant

WIDTH: Final = 900
_LABELS: Final = 190
_MARGIN: Final = 12
_LANE: Final = 24
_TOP: Final = 28
_TICKS: Final = 5
_DAY: Final = 24 * 3_600_000


@dataclass(frozen=True, slots=True)
class Mark:
    """A piece of evidence at ``x``; ``shadow`` ones are under an exception and do not count."""

    x: float
    words: str
    shadow: bool


@dataclass(frozen=True, slots=True)
class Lane:
    """An alert at height ``y``, from ``start`` to ``end``."""

    y: int
    label: str
    severity: Severity
    start: float
    end: float
    marks: tuple[Mark, ...]


@dataclass(frozen=True, slots=True)
class Timeline:
    """A drawing of ``WIDTH`` by ``height``; ``ticks`` are places on the axis with their dates."""

    height: int
    ticks: tuple[tuple[float, str], ...]
    lanes: tuple[Lane, ...]


def timeline(alerts: Sequence[Alert]) -> Timeline:
    """Lay out the alerts of one officer, at least one of them; a span of less than a day is drawn as a day."""
    instants = [at for alert in alerts for at in (alert.first_at, alert.last_at, *(piece.occurred_at for piece in alert.evidence))]
    first = min(instants)
    span = max(max(instants) - first, _DAY)

    def x(at: Millis) -> float:
        return round(_LABELS + (WIDTH - _LABELS - _MARGIN) * (at - first) / span, 1)

    lanes = tuple(
        Lane(
            y=_TOP + _LANE * number + _LANE // 2,
            label=alert.detector,
            severity=alert.severity,
            start=x(alert.first_at),
            end=x(alert.last_at),
            marks=tuple(
                Mark(x(piece.occurred_at), f"{instant(piece.occurred_at)} {piece.summary}", piece.authorised_by is not None)
                for piece in alert.evidence
            ),
        )
        for number, alert in enumerate(alerts)
    )
    steps = [first + span * step // _TICKS for step in range(_TICKS + 1)]
    return Timeline(_TOP + _LANE * len(alerts) + 8, tuple((x(at), instant(at)[:10]) for at in steps), lanes)
