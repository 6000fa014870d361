"""Fault points for tests: the worker kills itself at a named moment of its n-th chunk, as a power cut would."""

import os
import re
import signal
from collections.abc import Callable
from typing import Final, Literal, get_args

from streams.errors import UsageError

Point = Literal["before-state", "after-state", "after-output"]

_SPELLING: Final = re.compile(r"(?P<point>[a-z-]+):(?P<chunk>[1-9][0-9]*)(:(?P<role>[a-z]+))?")


def kill_self() -> None:
    """End this process with SIGKILL."""
    os.kill(os.getpid(), signal.SIGKILL)


class Faults:
    """``POINT:N`` or ``POINT:N:ROLE``; without a fault, nothing happens at any point."""

    def __init__(self, fault: str | None, role: str, kill: Callable[[], None] = kill_self) -> None:
        """Arm the fault when it is meant for this role; raises UsageError for a fault that is none."""
        self._kill = kill
        self._point: str | None = None
        self._left = 0
        if not fault:
            return
        match = _SPELLING.fullmatch(fault)
        if match is None or match["point"] not in get_args(Point):
            raise UsageError(f"CUSTODIET_FAULT={fault!r}: want POINT:N or POINT:N:ROLE with POINT one of {', '.join(get_args(Point))}")
        if match["role"] in {None, role}:
            self._point = match["point"]
            self._left = int(match["chunk"])

    def at(self, point: Point) -> None:
        """Pass a point; the n-th time at the armed one is the last."""
        if point == self._point:
            self._left -= 1
            if self._left == 0:
                self._kill()
