"""The process of a worker: its directory, its end."""

import fcntl
import logging
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from streams.errors import UsageError


def end_now(code: int) -> None:
    """End the process at once, without committing, acknowledging or flushing anything but the log."""
    for handler in logging.getLogger().handlers:
        handler.flush()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


@contextmanager
def alone_in(datadir: Path, worker: str) -> Iterator[None]:
    """Hold a worker's directory for this process; UsageError when another one holds it. A killed process lets go by dying."""
    datadir.mkdir(parents=True, exist_ok=True)
    with (datadir / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise UsageError(f"a worker named {worker!r} already runs on {datadir}; give this one another --name") from None
        yield
