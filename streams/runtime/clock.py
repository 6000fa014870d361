"""The wall clock, which only the shell looks at."""

import time

from schemas.records import Millis


def wall_clock() -> Millis:
    """Return the present instant."""
    return time.time_ns() // 1_000_000
