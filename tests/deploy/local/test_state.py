"""What is remembered between two calls of the launcher."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from deploy.local.processes import Process
from deploy.local.state import ServiceState, locked


def test_state_comes_back_as_saved(tmp_path: Path) -> None:
    """Ports, processes and home are read as they were written, in a folder that is made for them."""
    state = ServiceState({"client": 1, "controller": 2}, [Process(7, 8, "boot")], "/home")
    file = tmp_path / "new" / "kafka.json"
    state.save(file)
    assert ServiceState.load(file) == state


@pytest.mark.parametrize("content", [None, "", "{", "[]", '{"ports": {}}', '{"ports": {"client": "x"}, "processes": [], "home": ""}', "12"])
def test_unreadable_state_is_an_empty_one(tmp_path: Path, content: str | None) -> None:
    """A note that is missing or spoilt hinders no start."""
    file = tmp_path / "kafka.json"
    if content is not None:
        file.write_text(content, encoding="utf-8")
    assert ServiceState.load(file) == ServiceState()


def test_second_launcher_waits_for_the_first(tmp_path: Path) -> None:
    """Who holds the lock works alone; another says what it waits for, and goes on when the first has ended, even if killed."""
    lock = tmp_path / "lock"
    program = f"import sys\nfrom pathlib import Path\nfrom deploy.local.state import locked\nwith locked(Path({str(lock)!r}), print):\n"
    program += "    print('mine', flush=True)\n    sys.stdin.read()\n"
    root = Path(__file__).resolve().parents[3]
    with subprocess.Popen([sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=root) as first:
        assert first.stdout is not None
        assert first.stdout.readline() == "mine\n"

        said: list[str] = []

        def end_the_first(line: str) -> None:
            said.append(line)
            first.kill()

        with locked(lock, end_the_first):
            assert len(said) == 1
            assert str(lock) in said[0]


def test_lock_is_free_after_its_block(tmp_path: Path) -> None:
    """The lock is given back when its block ends by an error, and is not handed on to started programs."""

    def fail() -> None:
        with locked(tmp_path / "lock", pytest.fail):
            child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
            children.append(child)
            raise RuntimeError

    children: list[subprocess.Popen[bytes]] = []
    try:
        with pytest.raises(RuntimeError):
            fail()
        with locked(tmp_path / "lock", pytest.fail):
            assert os.path.exists(tmp_path / "lock")  # noqa: PTH110 -- any sign of life will do
    finally:
        for child in children:
            child.kill()
            child.wait()
