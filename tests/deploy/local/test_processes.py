"""Processes: known for good, stopped alone."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from deploy.local import processes
from deploy.local.processes import Process

Start = Callable[[str], Process]

STUBBORN = "import signal, time\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\nprint('set', flush=True)\ntime.sleep(600)"
WITH_CHILD = "import subprocess, sys\nsubprocess.run([sys.executable, '-c', 'import time; print(\"set\", flush=True); time.sleep(600)'])"


def until(holds: Callable[[], bool]) -> None:
    """Poll until it holds, for twenty seconds at most."""
    deadline = time.monotonic() + 20
    while not holds():
        assert time.monotonic() < deadline, "it never came true"
        time.sleep(0.02)


@pytest.fixture
def output(tmp_path: Path) -> Path:
    """Name the file that started programs write to."""
    return tmp_path / "logs" / "out"


@pytest.fixture
def start(tmp_path: Path, output: Path) -> Iterator[Start]:
    """Start Python programs, which are ended with the test."""
    started: list[Process] = []

    def run(program: str) -> Process:
        started.append(processes.spawn([sys.executable, "-c", program], os.environ, tmp_path, output))
        return started[-1]

    yield run
    for process in started:
        processes.kill(processes.session(process.pid))


def test_process_is_alive_until_it_ends(start: Start) -> None:
    """A started process is alive, and after it has ended it is not, although its parent has not asked for its exit code."""
    process = start("import time; time.sleep(600)")
    assert processes.alive(process)
    os.kill(process.pid, signal.SIGKILL)
    until(lambda: not processes.alive(process))


def test_process_whose_first_thread_has_ended_is_alive(start: Start, output: Path) -> None:
    """A process is alive while any of its threads is: a killed server holds its port until the last one is gone."""
    process = start(
        "import ctypes, threading, time\nthreading.Thread(target=time.sleep, args=(600,)).start()\n"
        "print('set', flush=True)\nctypes.CDLL(None).pthread_exit(None)"
    )
    until(lambda: output.exists() and "set" in output.read_text(encoding="utf-8"))
    until(lambda: Path(f"/proc/{process.pid}/stat").read_text(encoding="utf-8").split()[2] == "Z")
    assert processes.alive(process)
    processes.kill([process])
    assert not processes.alive(process)


@pytest.mark.parametrize("changed", [{"started": 1}, {"boot": "another"}])
def test_stranger_with_the_same_pid_is_not_taken_for_it(start: Start, changed: dict[str, int]) -> None:
    """A noted pid that belongs to a process of another time, or of another boot, is not ours: it is neither alive nor stopped."""
    process = start("import time; time.sleep(600)")
    stranger = replace(process, **changed)  # type: ignore[arg-type]
    assert not processes.alive(stranger)
    processes.stop([stranger], 1)
    processes.kill([stranger])
    assert processes.alive(process)


def test_name_with_brackets_is_read_right(tmp_path: Path) -> None:
    """A program's own name may hold brackets and blanks, and its start time is found all the same."""
    odd = tmp_path / "a) S 1 2 (b"
    odd.symlink_to("/bin/sleep")
    with subprocess.Popen([odd, "600"]) as child:
        try:
            until(lambda: ") S 1 2 (b" in Path(f"/proc/{child.pid}/comm").read_text(encoding="utf-8"))
            known = processes.identify(child.pid)
            assert known is not None
            assert known.started > 1_000
        finally:
            child.kill()


def test_output_and_folder_are_as_asked(start: Start, output: Path, tmp_path: Path) -> None:
    """A program runs in its folder and both its streams are appended to the file."""
    for _ in range(2):
        process = start("import os, sys; print(os.getcwd()); print('wrong', file=sys.stderr)")
        until(lambda at=process: not processes.alive(at))  # type: ignore[misc]
    assert sorted(output.read_text(encoding="utf-8").splitlines()) == sorted([str(tmp_path), "wrong"] * 2)


def test_missing_program_says_so_in_the_log(start: Start, tmp_path: Path, output: Path) -> None:
    """A program that is not there ends at once and leaves its reason in the file."""
    del start
    try:
        missing = processes.spawn(["/no/such/program"], os.environ, tmp_path, output)
        until(lambda: not processes.alive(missing))
    except OSError as error:
        assert str(output) in str(error)  # noqa: PT017 -- it may have ended before it was looked at
    until(lambda: "/no/such/program" in output.read_text(encoding="utf-8"))


def test_willing_process_is_asked(start: Start, output: Path) -> None:
    """A process that heeds the request ends by itself."""
    process = start(
        "import signal, sys, time\nsignal.signal(signal.SIGTERM, lambda *_: sys.exit(print('bye', flush=True)))\n"
        "print('set', flush=True)\ntime.sleep(600)"
    )
    until(lambda: output.exists() and "set" in output.read_text(encoding="utf-8"))
    processes.stop([process], 20)
    assert not processes.alive(process)
    assert "bye" in output.read_text(encoding="utf-8")


def test_stubborn_process_is_killed(start: Start, output: Path) -> None:
    """A process that does not heed the request within its time is killed."""
    process = start(STUBBORN)
    until(lambda: output.exists() and "set" in output.read_text(encoding="utf-8"))
    processes.stop([process], 0.2)
    assert not processes.alive(process)


def test_session_holds_children_and_no_stranger(start: Start, output: Path) -> None:
    """The session of a leader is the leader, first, and its children, and stopping them leaves others alone."""
    other = start("import time; time.sleep(600)")
    leader = start(WITH_CHILD)
    until(lambda: output.exists() and "set" in output.read_text(encoding="utf-8"))
    family = processes.session(leader.pid)
    assert family[0] == leader
    assert len(family) == 2
    processes.kill(family)
    assert not any(processes.alive(member) for member in family)
    assert processes.alive(other)
