"""The Kafka client's own thread as the chunked consumer needs it: heartbeats are told, fetches do not tarry, positions are at hand."""

from collections.abc import Iterable
from typing import Any, Final, Protocol, cast

from faust.transport.drivers import aiokafka as driver
from faust.types import TP

from streams.runtime.lease import Lease

_FETCH_WAIT_MS: Final = 50
"""How long the broker may sit on a fetch. One that was sent while records of some partitions lay here asks for the others alone, and
those must wait until it is answered: Faust has 1.5 s."""


class Leased(Protocol):
    """A consumer that holds its partitions by a lease."""

    lease: Lease


class ClientThread(driver.AIOKafkaConsumerThread):
    """The client's own thread, which tells the lease of every heartbeat that was answered."""

    def _create_worker_consumer(self, transport: driver.Transport) -> Any:
        consumer: Any = super()._create_worker_consumer(transport)
        consumer._fetch_max_wait_ms = _FETCH_WAIT_MS  # noqa: SLF001 - Faust has no setting for it
        return consumer

    async def on_start(self) -> None:
        """See the base class."""
        await super().on_start()
        lease = cast("Leased", self.consumer).lease
        coordinator: Any = self._ensure_consumer()._coordinator  # noqa: SLF001 - the client tells nobody of its heartbeats
        beat, reset = coordinator._do_heartbeat, coordinator.reset_generation  # noqa: SLF001 - as above

        async def timed_beat() -> bool:
            sent = lease.now()
            answered = bool(await beat())
            if answered:
                lease.renew(sent)
            return answered

        def noted_reset(*args: Any, **kwargs: Any) -> Any:
            lease.expelled()
            return reset(*args, **kwargs)

        coordinator._do_heartbeat = timed_beat  # noqa: SLF001 - as above
        coordinator.reset_generation = noted_reset

    def position_now(self, tp: TP) -> int | None:
        """Return how far a partition was fetched, without a question to the broker; None while nobody knows."""
        assignment = self._ensure_consumer()._subscription.subscription.assignment  # noqa: SLF001 - position() asks the broker
        if assignment is None or driver.ensure_aiokafka_TP(tp) not in assignment.tps:
            return None
        state = assignment.state_value(driver.ensure_aiokafka_TP(tp))
        return None if state is None or not state.has_valid_position else int(state.position)


class RebalanceListener(driver.ConsumerRebalanceListener):
    """Tells the lease of a rebalance as early as the client knows."""

    def on_partitions_revoked(self, revoked: Iterable[Any]) -> Any:
        """See the base class."""
        cast("Leased", self._thread.consumer).lease.rebalancing()
        return super().on_partitions_revoked(revoked)
