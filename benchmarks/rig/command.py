"""The real command under measurement: ``custodiet`` in a process of its own, from its start to its end."""

import os
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.rig.ground import RunFailedError
from deploy.local.state import CHECKOUT


@dataclass(frozen=True, slots=True)
class Ran:
    """How long a command took, and the most bytes that it ever had resident."""

    seconds: float
    peak: int


def custodiet(arguments: Sequence[str], told: Path) -> Ran:
    """Run a command; what it prints goes to ``told``. Raises RunFailedError when it does not end with 0."""
    environ = {**os.environ, "PYTHONPATH": str(CHECKOUT)}
    with told.open("wb") as out:
        began = time.perf_counter()
        process = subprocess.Popen([sys.executable, "-m", "streams", *arguments], cwd=CHECKOUT, env=environ, stdout=out)  # noqa: S603 - the command under measurement
        _, status, used = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - began
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise RunFailedError(f"custodiet {arguments[0]} ended with {process.returncode}")
    return Ran(seconds, used.ru_maxrss * 1024)
