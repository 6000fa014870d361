"""A new generation of the detect stage takes over a partition from those before it.

While it rebuilds, nothing that it finds is told: the newest of each alert waits in its state. When it has read all that the log held when
it began, what waits is published, and what an earlier generation announced and this one does not hold is withdrawn. Its revisions are
above all of theirs, so that a consumer that keeps the highest is right whichever order they come in, also while the old generation still
runs beside. Everything here may be done twice: a takeover that is broken off begins again.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import TypeVar

import msgspec

from detectors.engine.engine import GENERATION_STEP
from detectors.engine.facts import KeyFacts
from detectors.scoring import severity_rank
from schemas.identity import activity_key
from schemas.records import Alert
from schemas.wire import Wire
from streams.stages.chunk import Output
from streams.stages.detection import detection_rows, read_detection
from streams.stages.held import read
from streams.stages.store import Store

ALERTS = "alerts"
_WAITING = b"w"
_AT_ONCE = 100

T = TypeVar("T")


@dataclass(slots=True)
class Told:
    """What a takeover came to, in alerts."""

    published: int = 0
    withdrawn: int = 0
    left: int = 0
    """Announced by an earlier generation, no longer found, and left standing: not all that they rest on is in the log any more."""


def waiting_rows(alerts: Iterable[Output]) -> dict[bytes, bytes | None]:
    """Return the rows in which alerts wait for the takeover, the newest of each id."""
    return {_WAITING + alert.key: alert.value for alert in alerts}


class Takeover:
    """The dealings of one generation with those before it."""

    def __init__(self, wire: Wire, generation: int) -> None:
        """Take the codec and this generation."""
        self._wire = wire
        self._base = generation * GENERATION_STEP

    def due(self, store: Store, topic: str, partition: int) -> bool:
        """Tell whether this generation has read all that it wanted to read before it speaks, and has not yet spoken."""
        row = read_detection(store, topic, partition)
        return row is not None and row.takes_over_at is not None and row.through + 1 >= row.takes_over_at

    def waits(self, store: Store, topic: str, partition: int) -> bool:
        """Tell whether this generation keeps what it finds to itself as yet."""
        row = read_detection(store, topic, partition)
        return row is None or row.takes_over_at is not None

    def outputs(self, store: Store, topic: str, partition: int, announced: Mapping[str, Alert], told: Told) -> Iterator[list[Output]]:
        """Yield what to publish, some at once: what waits, then withdrawals. ``told`` is counted up on the way.

        ``announced`` is the newest that ``alerts`` holds of every id whose key belongs to this partition.
        """
        waiting = [key.removeprefix(_WAITING).decode() for key in store.keys(_WAITING)]
        for names in _some(waiting):
            rows = store.get_many([_WAITING + name.encode() for name in names])
            alerts = [self._after(self._wire.decode(row, Alert), announced.get(name)) for name, row in zip(names, rows, strict=True) if row]
            found = [alert for alert in alerts if alert is not None]
            told.published += len(found)
            yield self._outputs(found)
        yield from self._strays(store, topic, partition, {name: announced[name] for name in announced.keys() - set(waiting)}, told)

    async def finish(self, store: Store, topic: str, partition: int) -> None:
        """Note that all of it was published: from now on alerts are published as they are found."""
        row = read_detection(store, topic, partition)
        if row is None:
            return
        done: dict[bytes, bytes | None] = dict.fromkeys(store.keys(_WAITING))
        store.put_many(done | detection_rows(msgspec.structs.replace(row, takes_over_at=None)))
        await store.commit()

    def _after(self, alert: Alert, before: Alert | None) -> Alert | None:
        """Return an alert as those see it who know what was announced before; None when it is nothing to them."""
        if before is not None and before.revision >= alert.revision:
            return None  # told by a takeover that was broken off
        known = before is not None and before.status == "active"
        if alert.status != "active":
            return alert if known else None
        if before is None or not known:
            return alert
        raised = severity_rank(alert.severity) > severity_rank(before.severity)
        return msgspec.structs.replace(alert, change="severity-raised" if raised else "extended")

    def _strays(self, store: Store, topic: str, partition: int, announced: Mapping[str, Alert], told: Told) -> Iterator[list[Output]]:
        """Yield withdrawals of what earlier generations announced and this one does not hold."""
        row = read_detection(store, topic, partition)
        if row is None:
            return
        candidates = [alert for alert in announced.values() if alert.status == "active" and alert.revision < self._base]
        for alerts in _some(sorted(candidates, key=lambda alert: alert.alert_id)):
            held = read(store, sorted({activity_key(alert.grouping, alert.key) for alert in alerts}))
            gone = []
            for alert in alerts:
                facts = held[activity_key(alert.grouping, alert.key)].facts
                issued = facts.issued.get(alert.alert_id)
                if issued is not None and issued.status == "active":
                    continue
                if row.began_at > 0 and not _all_seen(alert, facts):
                    told.left += 1
                    continue
                gone.append(self._withdrawn(alert, row.through))
            told.withdrawn += len(gone)
            yield self._outputs(gone)

    def _withdrawn(self, alert: Alert, through: int) -> Alert:
        # Should the alert come up after all, then by a record behind this one: with a higher revision.
        revision = self._base + through + 1
        return msgspec.structs.replace(alert, status="withdrawn", change="withdrawn", superseded_by=None, revision=revision, evidence=())

    def _outputs(self, alerts: Iterable[Alert]) -> list[Output]:
        return [Output(ALERTS, alert.alert_id.encode(), self._wire.encode(alert, ALERTS)) for alert in alerts]


def _all_seen(alert: Alert, facts: KeyFacts) -> bool:
    """Tell whether all that an alert rests on was before this generation, so that its verdict is a verdict."""
    counted = [piece.activity_id for piece in alert.evidence if piece.authorised_by is None]
    return len(counted) == alert.evidence_count and all(name in facts.facts for name in counted)


def _some(items: Iterable[T]) -> Iterator[list[T]]:
    left = iter(items)
    while batch := list(islice(left, _AT_ONCE)):
        yield batch
