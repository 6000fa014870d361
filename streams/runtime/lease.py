"""May this worker still write its state? A lease that heartbeats renew.

Kafka fences the commits of a worker that the group has given up, but not its writes to a changelog: a worker that was frozen for a
minute and wakes up would write old rows over those of its successor. The group coordinator gives a member up a session timeout after
the last heartbeat that it had of it, and in a rebalance a rebalance timeout after the rebalance began; the lease ends sooner than both.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from enum import Enum
from typing import Final

import structlog

log = structlog.get_logger(__name__)

SAY_EVERY_SECONDS: Final = 60.0
MARGIN: Final = 0.75
"""The share of a timeout for which the lease holds: what is left over is for writes that are on their way."""


class Standing(Enum):
    """What the lease says."""

    HELD = "held"
    LATE = "late"  # no word from the coordinator for too long: wait for it
    LOST = "lost"  # the group has moved on


class Lease:
    """Keeps the instants of heartbeats and rebalances; times are seconds of a monotonic clock that goes on in a frozen process."""

    def __init__(self, session_timeout: float, rebalance_timeout: float, clock: Callable[[], float] = time.monotonic) -> None:
        """Start without a lease."""
        self._session = session_timeout * MARGIN
        self._rebalance = rebalance_timeout * MARGIN
        self._clock = clock
        self._renewed: float | None = None
        self._rebalancing_since: float | None = None
        self._generation: int | None = None

    def now(self) -> float:
        """Return the present instant of the lease's clock."""
        return self._clock()

    def renew(self, sent: float) -> None:
        """Note that the coordinator answered a heartbeat that went out at ``sent``."""
        self._renewed = max(sent, self._renewed or sent)

    def joined(self, generation: int) -> None:
        """Note that the worker is a member of this generation of the group."""
        self._generation = generation
        self._rebalancing_since = None
        self.renew(self._clock())

    def rebalancing(self) -> None:
        """Note that a rebalance has begun: the worker's generation will end."""
        if self._rebalancing_since is None:
            self._rebalancing_since = self._clock()

    def expelled(self) -> None:
        """Note that the coordinator does not know the worker any more."""
        self._generation = None

    def standing(self, generation: int) -> Standing:
        """Say whether what was fetched under ``generation`` may still be written."""
        if generation != self._generation:
            return Standing.LOST
        now = self._clock()
        if self._rebalancing_since is not None and now - self._rebalancing_since > self._rebalance:
            return Standing.LOST
        if self._renewed is None or now - self._renewed > self._session:
            return Standing.LATE
        return Standing.HELD


class Fenced(Exception):  # noqa: N818 - what has happened to the worker, not an error it made
    """The group has moved on: another worker may own the partition, and nothing may be written any more."""


async def hold(lease: Lease, generation: int, pause: Callable[[float], Awaitable[None]] = asyncio.sleep) -> None:
    """Return when what was fetched under ``generation`` may be written; wait for a heartbeat that is late. Raises Fenced."""
    said: float | None = None
    while (standing := lease.standing(generation)) is not Standing.HELD:
        if standing is Standing.LOST:
            raise Fenced(f"the consumer group has moved on from generation {generation}")
        if said is None or lease.now() - said >= SAY_EVERY_SECONDS:
            log.warning("heartbeat-late", generation=generation)
            said = lease.now()
        await pause(0.1)
