"""What a worker tells Prometheus, and what a program that waits for it can sum.

``custodiet_state_records`` is read from the state of each partition that the worker holds, so that it is exact across restarts and
rebalances: summed over all workers of a role it says how every record that the role ever read has ended. The counters beside it begin at
nought with each process.
"""

from collections.abc import Mapping
from typing import Final, Literal, get_args

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, start_http_server

from schemas.records import Millis
from streams.counts import Counts

End = Literal["read", "facts", "duplicates", "dead_letters", "late", "discarded", "redelivered"]
Metric = Literal[
    "custodiet_records",
    "custodiet_state_records",
    "custodiet_dead_letters",
    "custodiet_feed_unhealthy",
    "custodiet_chunk_seconds",
    "custodiet_outputs",
    "custodiet_partition_clock_seconds",
    "custodiet_committed_offset",
]

ENDS: Final[tuple[End, ...]] = get_args(End)
_SECONDS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)


class Metrics:
    """The metrics of one worker, in a registry of their own."""

    def __init__(self, role: str, registry: CollectorRegistry | None = None) -> None:
        """Label everything with ``role``."""
        self.registry = CollectorRegistry() if registry is None else registry
        self._role = role
        place = ["role", "topic", "partition"]
        self._records = Counter(
            _counter("custodiet_records"), "Records by how they ended, since this process began.", [*place, "end"], registry=self.registry
        )
        self._state = Gauge(
            _name("custodiet_state_records"), "Records by how they ended, by the state itself.", [*place, "end"], registry=self.registry
        )
        self._dead = Counter(_counter("custodiet_dead_letters"), "Dead letters by reason.", ["role", "reason"], registry=self.registry)
        self._unhealthy = Gauge(
            _name("custodiet_feed_unhealthy"), "1 where too many records are dead letters.", ["role", "topic"], registry=self.registry
        )
        self._seconds = Histogram(
            _name("custodiet_chunk_seconds"), "Time that a chunk takes.", ["role"], buckets=_SECONDS, registry=self.registry
        )
        self._outputs = Counter(_counter("custodiet_outputs"), "Records sent, by topic.", ["role", "topic"], registry=self.registry)
        self._clock = Gauge(
            _name("custodiet_partition_clock_seconds"), "Highest event time applied to a partition.", place, registry=self.registry
        )
        self._committed = Gauge(_name("custodiet_committed_offset"), "Offset up to which is committed.", place, registry=self.registry)

    def ended(self, topic: str, partition: int, counts: Counts) -> None:
        """Add how the records of a chunk ended."""
        for end in ENDS:
            number = getattr(counts, end)
            if number:
                self._records.labels(self._role, topic, partition, end).inc(number)

    def state(self, topic: str, partition: int, counts: Counts, clock: Millis | None) -> None:
        """Say what a partition's state holds: its counts since the beginning of time, and its clock."""
        for end in ENDS:
            self._state.labels(self._role, topic, partition, end).set(getattr(counts, end))
        if clock is not None:
            self._clock.labels(self._role, topic, partition).set(clock / 1000)

    def committed(self, offsets: Mapping[tuple[str, int], int]) -> None:
        """Say how far each partition is committed; those that are gone are no longer told of."""
        self._committed.clear()
        for (topic, partition), offset in offsets.items():
            self._committed.labels(self._role, topic, partition).set(offset)

    def gone(self) -> None:
        """Forget the state of partitions that another worker may hold now."""
        self._state.clear()
        self._clock.clear()

    def dead_letter(self, reason: str) -> None:
        """Count a dead letter."""
        self._dead.labels(self._role, reason).inc()

    def unhealthy(self, topic: str, *, broken: bool) -> None:
        """Say whether a topic's feed is broken."""
        self._unhealthy.labels(self._role, topic).set(int(broken))

    def chunk(self, seconds: float) -> None:
        """Note how long a chunk took."""
        self._seconds.labels(self._role).observe(seconds)

    def outputs(self, topic: str, number: int) -> None:
        """Count records sent."""
        self._outputs.labels(self._role, topic).inc(number)

    def serve(self, host: str, port: int) -> None:
        """Answer ``/metrics`` on ``host:port`` from a thread of its own; port 0 serves nothing."""
        if port:
            start_http_server(port, host, self.registry)


def _name(metric: Metric) -> str:
    return metric


def _counter(metric: Metric) -> str:
    # The client appends the _total that Prometheus asks of counters.
    return metric
