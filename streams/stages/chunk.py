"""What goes into a stage and what comes out of it."""

from dataclasses import dataclass, field

from schemas.records import Millis
from streams.counts import Counts


@dataclass(frozen=True, slots=True)
class Delivered:
    """One record as Kafka delivered it (``scan`` makes the same from its files). ``timestamp`` is the time of production, in ms."""

    topic: str
    partition: int
    offset: int
    timestamp: Millis
    key: bytes | None
    value: bytes | None


@dataclass(frozen=True, slots=True)
class Output:
    """One record to send, already encoded."""

    topic: str
    key: bytes
    value: bytes


@dataclass(slots=True)
class Handled:
    """What a stage made of one chunk. When a stage returns it, the state behind it is durable; what is left is to send and acknowledge."""

    outputs: list[Output] = field(default_factory=list)
    counts: Counts = field(default_factory=Counts)
