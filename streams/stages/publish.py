"""The index stage: alerts as Kafka delivered them, kept by a sink; what cannot be read or kept becomes a dead letter."""

from collections.abc import Sequence

from schemas.records import Alert, Millis
from schemas.wire import Wire, WireError
from streams.sinks.contract import AlertSink
from streams.stages.chunk import Delivered, Handled
from streams.stages.dead_letters import dead_letter


class IndexStage:
    """Holds no state of its own: the sink keeps the highest revision of each alert, so that any redelivery changes nothing."""

    def __init__(self, wire: Wire, sink: AlertSink) -> None:
        """Decode with ``wire``, keep in ``sink``."""
        self._wire = wire
        self._sink = sink

    async def handle(self, chunk: Sequence[Delivered], now: Millis) -> Handled:
        """Return when every alert of the chunk is kept, or is a dead letter among the outputs.

        Counts: an alert that the sink took is a fact; one in a lower revision than the sink or the same chunk holds is a duplicate; a
        record without value (custodiet writes none, a clean-up tool may) is discarded. ``now`` dates the dead letters.
        """
        handled = Handled()
        handled.counts.read = len(chunk)
        newest: dict[str, tuple[Alert, Delivered]] = {}
        for delivered in chunk:
            if delivered.value is None:
                handled.counts.discarded += 1
                continue
            try:
                alert = self._wire.decode(delivered.value, Alert)
            except WireError as error:
                self._bury(handled, delivered, error.reason, error.detail, now)
                continue
            known = newest.get(alert.alert_id)
            if known is not None:
                handled.counts.duplicates += 1
            if known is None or alert.revision >= known[0].revision:
                newest[alert.alert_id] = (alert, delivered)
        written = await self._sink.write([alert for alert, _ in newest.values()])
        handled.counts.facts += written.written
        handled.counts.duplicates += written.stale
        for rejected in written.rejected:
            self._bury(handled, newest[rejected.alert_id][1], rejected.reason, rejected.detail, now)
        return handled

    def _bury(self, handled: Handled, delivered: Delivered, reason: str, detail: str, now: Millis) -> None:
        handled.outputs.append(dead_letter(self._wire, delivered, reason, detail, now))
        handled.counts.dead_letters += 1
