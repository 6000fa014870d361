"""The state folder: `.state/` in the checkout, ignored by git, holding ports, pids, logs and data."""

import contextlib
import fcntl
import json
import os
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Self

from deploy.local.processes import Process

CHECKOUT = Path(__file__).resolve().parents[2]

Say = Callable[[str], None]
"""Takes one line of progress for a person."""


@dataclass
class ServiceState:
    """What is remembered of one server between two calls of the launcher.

    `ports`: by use, e.g. {"client": 23001}; kept between starts. `processes`: the leader first, then its children; empty when stopped.
    `home`: where its data and, for Elasticsearch, its programs lie; "" before the first start.
    """

    ports: dict[str, int] = field(default_factory=dict)
    processes: list[Process] = field(default_factory=list)
    home: str = ""

    @classmethod
    def load(cls, file: Path) -> Self:
        """Read `file`; an absent or unreadable one is an empty state, because a half-written note must not block a start."""
        try:
            held = json.loads(file.read_text(encoding="utf-8"))
            return cls(
                ports={str(use): int(port) for use, port in held["ports"].items()},
                processes=[Process(int(p["pid"]), int(p["started"]), str(p["boot"])) for p in held["processes"]],
                home=str(held["home"]),
            )
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return cls()

    def save(self, file: Path) -> None:
        """Replace `file` in one step, so that a reader sees the old or the new text and never a part."""
        file.parent.mkdir(parents=True, exist_ok=True)
        draft = file.with_suffix(".new")
        draft.write_text(json.dumps(asdict(self), indent=1) + "\n", encoding="utf-8")
        draft.replace(file)


@contextlib.contextmanager
def locked(file: Path, say: Say) -> Iterator[None]:
    """Hold the lock `file` for the block: two launchers of one checkout, or two downloads into one Maven cache, take turns.

    The kernel drops the lock when its holder dies, so that a killed launcher blocks nobody.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(file, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say(f"waiting for another launcher that holds {file}")
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)
