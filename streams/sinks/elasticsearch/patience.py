"""How the sink waits for Elasticsearch: longer each time, never all at once, and not in silence."""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from typing import Final

import structlog

log = structlog.get_logger(__name__)

FIRST_SECONDS: Final = 0.2
MOST_SECONDS: Final = 15.0
SAY_EVERY_SECONDS: Final = 60.0


class Patience:
    """Exponential back-off with jitter for one undertaking; says at once and then once a minute what it waits for."""

    def __init__(
        self,
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
        clock: Callable[[], float] = time.monotonic,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        """Start without a fault; ``pause`` takes seconds, ``clock`` gives seconds, ``jitter`` a number from 0 to 1."""
        self._pause = pause
        self._clock = clock
        self._jitter = jitter
        self._tries = 0
        self._since: float | None = None
        self._said: float | None = None

    async def wait(self, reason: str, alerts: int) -> None:
        """Wait before the next try: between half and the whole of a span that doubles from 0.2 s up to 15 s."""
        now = self._clock()
        self._since = now if self._since is None else self._since
        if self._said is None or now - self._said >= SAY_EVERY_SECONDS:
            log.warning("elasticsearch-waiting", reason=reason, alerts=alerts, waited_seconds=round(now - self._since, 1))
            self._said = now
        span = min(MOST_SECONDS, FIRST_SECONDS * 2.0 ** min(self._tries, 30))
        self._tries += 1
        await self._pause(span * (0.5 + self._jitter() / 2))

    def over(self) -> None:
        """Say that the wait is over, when there was one, and start afresh."""
        if self._since is not None:
            log.info("elasticsearch-resumed", waited_seconds=round(self._clock() - self._since, 1))
        self._tries = 0
        self._since = None
        self._said = None
