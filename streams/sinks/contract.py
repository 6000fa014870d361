"""What the index stage needs of a place that keeps alerts, so that the stage itself knows no product."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from schemas.records import Alert


@dataclass(frozen=True, slots=True)
class Rejected:
    """One alert that the sink will never take: ``reason`` is a short code for the dead letter, ``detail`` the sink's own words."""

    alert_id: str
    revision: int
    reason: str
    detail: str


@dataclass(frozen=True, slots=True)
class Written:
    """How a write ended: ``written`` alerts are kept now, ``stale`` ones were known in a higher revision, the rest was rejected."""

    written: int = 0
    stale: int = 0
    rejected: tuple[Rejected, ...] = ()


class AlertSink(Protocol):
    """A place that keeps the highest revision of each alert."""

    async def write(self, alerts: Sequence[Alert]) -> Written:
        """Return when every alert is kept for good or rejected for good, however long that takes.

        Writing an alert again changes nothing; a lower revision never replaces a higher one. No id occurs twice in ``alerts``.
        """
