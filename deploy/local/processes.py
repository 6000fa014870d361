"""Processes that the launcher owns: started apart from the terminal, known by more than their number."""

import contextlib
import os
import signal
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

PROC = Path("/proc")
ZOMBIE = "Z"


@dataclass(frozen=True)
class Process:
    """One process for good: a pid alone is given again to a stranger sooner or later.

    `started`: clock ticks since boot; `boot`: the kernel's id of this boot, as ticks begin anew with each.
    """

    pid: int
    started: int
    boot: str


def boot_id() -> str:
    """Say which boot this is; "" where the kernel does not tell."""
    try:
        return (PROC / "sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except OSError:
        return ""


def _stat(pid: int) -> list[str] | None:
    try:
        text = (PROC / str(pid) / "stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
    # The name stands in brackets and may itself hold spaces and brackets: what follows its last one is regular.
    return text[text.rindex(")") + 2 :].split()


def identify(pid: int) -> Process | None:
    """Say who has this number now; None for nobody, and for one that has ended and only waits to be collected."""
    fields = _stat(pid)
    # A first thread that has ended looks like the whole process: the others may still hold its ports and files.
    if fields is None or (fields[0] == ZOMBIE and int(fields[17]) <= 1):
        return None
    return Process(pid, int(fields[19]), boot_id())


def alive(process: Process) -> bool:
    """Tell whether this very process still runs."""
    _collect(process.pid)
    return identify(process.pid) == process


def _collect(pid: int) -> None:
    # Our own dead child stays in the table until its exit code is read; anybody else's is not ours to collect.
    with contextlib.suppress(ChildProcessError, OSError):
        os.waitpid(pid, os.WNOHANG)


def session(leader: int) -> list[Process]:
    """List all processes of the session that `leader` began, the leader first."""
    found = []
    for entry in PROC.iterdir():
        if entry.name.isdigit():
            fields = _stat(int(entry.name))
            if fields is not None and int(fields[3]) == leader:
                who = identify(int(entry.name))
                if who is not None:
                    found.append(who)
    return sorted(found, key=lambda who: (who.pid != leader, who.pid))


def spawn(command: Sequence[str], environment: Mapping[str, str], folder: Path, output: Path) -> Process:
    """Start `command` in `folder` in a session of its own, its output appended to the file `output`.

    Raises OSError when it cannot be started.
    """
    output.parent.mkdir(parents=True, exist_ok=True)
    # posix_spawn has no folder argument; the caller's own may be one that the server's user cannot enter.
    whole = ["/bin/sh", "-c", 'cd "$0" && exec "$@"', str(folder), *command]
    pid = os.posix_spawn(
        whole[0],
        whole,
        dict(environment),
        file_actions=[
            (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
            (os.POSIX_SPAWN_OPEN, 1, str(output), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644),
            (os.POSIX_SPAWN_DUP2, 1, 2),
        ],
        setsid=True,
        setsigmask=[],
        setsigdef=[signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGPIPE],
    )
    who = identify(pid)
    if who is None:
        raise OSError(f"{command[0]} ended at once; see {output}")
    return who


def send(process: Process, number: signal.Signals) -> None:
    """Signal this very process; nothing happens when it has gone."""
    if alive(process):
        with contextlib.suppress(ProcessLookupError):
            os.kill(process.pid, number)


def stop(processes: Iterable[Process], patience: float) -> None:
    """End these processes and no others: ask one after the other, wait up to `patience` seconds in all, then kill what is left.

    The first is asked first, because it may be the one that ends the rest in good order. Raises TimeoutError when a killed one is
    still there ten seconds later.
    """
    mine = list(processes)
    deadline = time.monotonic() + patience
    for process in mine:
        send(process, signal.SIGTERM)
        if not gone([process], deadline - time.monotonic()):
            break
    kill(mine)


def kill(processes: Iterable[Process]) -> None:
    """Kill these processes and no others, without asking. Raises TimeoutError when one is still there ten seconds later."""
    mine = list(processes)
    for process in mine:
        send(process, signal.SIGKILL)
    if not gone(mine, 10):
        left = [process.pid for process in mine if alive(process)]
        raise TimeoutError(f"killed, and still there: {left}")


def gone(processes: Sequence[Process], patience: float) -> bool:
    """Wait up to `patience` seconds until none of these runs any more; tell whether that came true."""
    deadline = time.monotonic() + patience
    while any(alive(process) for process in processes):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True
