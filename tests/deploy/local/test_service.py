"""The life of one server, with a real one that is small."""

import json
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.local import ports, processes, service
from deploy.local.errors import StackError
from deploy.local.service import Command, Service
from deploy.local.state import ServiceState

# Answers each connection with its data, which it counts up at every start; has a child, as Elasticsearch has.
PROGRAM = """
import pathlib, socket, subprocess, sys
port, data = int(sys.argv[1]), pathlib.Path(sys.argv[2])
data.mkdir(exist_ok=True)
starts = data / "starts"
starts.write_text(str(int(starts.read_text()) + 1 if starts.exists() else 1))
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
with socket.create_server(("127.0.0.1", port)) as server:
    while True:
        with server.accept()[0] as line:
            line.sendall(starts.read_bytes())
"""


def ask(port: int) -> bytes:
    """Ask the server at `port` how often it has been started."""
    with socket.create_connection((ports.LOOPBACK, port), timeout=5) as line:
        return line.recv(100)


class Counter(Service):
    """The small server."""

    name = "counter"
    uses = ("client", "other")
    program = PROGRAM

    def prepare(self, state: ServiceState) -> Command:
        """Write the program."""
        state.home = str(self.folder)
        script = self.folder / "program.py"
        script.write_text(self.program, encoding="utf-8")
        arguments = [sys.executable, str(script), str(state.ports["client"]), str(self.folder / "data")]
        return Command(arguments, os.environ, self.folder)

    def answers(self, port: int) -> bool:
        """Tell whether it says a number."""
        try:
            return ask(port).isdigit()
        except OSError:
            return False

    def data(self, state: ServiceState) -> list[Path]:
        """List its data."""
        return [Path(state.home) / "data"]


@pytest.fixture
def said() -> list[str]:
    """Collect what the launcher says."""
    return []


@pytest.fixture
def counter(tmp_path: Path, said: list[str]) -> Iterator[Counter]:
    """Give the small server, stopped with the test."""
    server = Counter(tmp_path, os.environ, said.append)
    yield server
    server.stop(at_once=True)


def up(server: Service) -> int:
    """Start it, wait until it is ready, say at which port."""
    server.start()
    server.wait()
    return server.port


def test_server_keeps_port_and_data_between_starts(counter: Counter, said: list[str]) -> None:
    """Stopped and started again it answers at the same port and remembers."""
    first = up(counter)
    assert ask(first) == b"1"
    assert counter.stop()
    assert not counter.running
    assert up(counter) == first
    assert ask(first) == b"2"
    assert said == []


def test_start_of_a_running_one_changes_nothing(counter: Counter) -> None:
    """A second start finds it running, also from another launcher, and starts no second process."""
    port = up(counter)
    another = Counter(counter.folder, os.environ, pytest.fail)
    assert not another.start()
    another.wait()
    assert ask(port) == b"1"


def test_stop_of_a_stopped_one_has_nothing_to_do(counter: Counter) -> None:
    """Stopping what was never started, or twice, does nothing and says so."""
    assert not counter.stop()
    up(counter)
    assert counter.stop()
    assert not counter.stop()


def test_child_is_stopped_with_its_leader(counter: Counter) -> None:
    """Its child processes end with it, asked or killed."""
    for at_once in (False, True):
        up(counter)
        family = counter.state.processes
        assert len(family) == 2
        counter.stop(at_once=at_once)
        assert not any(processes.alive(member) for member in family)


def test_orphan_of_a_killed_leader_is_ended_before_the_next_start(counter: Counter) -> None:
    """A child that outlived its killed leader, and may hold the data, is gone when the next one starts."""
    port = up(counter)
    leader, child = counter.state.processes
    os.kill(leader.pid, signal.SIGKILL)
    assert processes.gone([leader], 20)
    assert not counter.running
    assert processes.alive(child)
    assert up(counter) == port
    assert not processes.alive(child)


def test_stale_pid_file_is_survived(counter: Counter) -> None:
    """Notes that name a pid which now belongs to somebody else: not running, nobody is stopped, and it starts."""
    up(counter)
    counter.stop()
    notes = json.loads(counter.notes.read_text(encoding="utf-8"))
    notes["processes"] = [{"pid": os.getpid(), "started": 1, "boot": processes.boot_id()}]
    counter.notes.write_text(json.dumps(notes), encoding="utf-8")
    assert not counter.running
    assert not counter.stop()
    assert ask(up(counter)) == b"2"


def test_port_taken_meanwhile_is_replaced_and_named(counter: Counter, said: list[str]) -> None:
    """A kept port that somebody else holds at the next start is replaced, the data stay, and the launcher says both ports."""
    first = up(counter)
    counter.stop()
    with socket.create_server((ports.LOOPBACK, first), reuse_port=False):
        second = up(counter)
        assert second != first
        assert ask(second) == b"2"
    assert len(said) == 1
    assert str(first) in said[0]
    assert str(second) in said[0]


def test_server_that_ends_at_once_is_reported_with_its_log(counter: Counter) -> None:
    """A server that ends while it starts is an error that shows the end of its log."""
    counter.program = "raise SystemExit('the disk is full')"
    with pytest.raises(StackError, match=r"the disk is full|ended at once"):
        up(counter)


def test_server_that_never_answers_is_reported(counter: Counter, monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that runs and does not answer in time is an error: an open port is not enough."""
    monkeypatch.setattr(service, "START_PATIENCE", 0.5)
    monkeypatch.setattr(Counter, "answers", lambda _self, _port: False)
    with pytest.raises(StackError, match="not become ready"):
        up(counter)
    assert counter.running
    assert not counter.ready


def test_stop_of_a_broken_off_start_ends_children_too(counter: Counter) -> None:
    """Where only the leader was noted, its children are found when it is stopped."""
    counter.start()
    (leader,) = counter.state.processes
    deadline = time.monotonic() + 20
    while len(family := processes.session(leader.pid)) < 2:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    counter.stop(at_once=True)
    assert not any(processes.alive(member) for member in family)


def test_wipe_removes_data_of_a_stopped_one_only(counter: Counter) -> None:
    """A running server's data are not touched; a stopped one begins anew."""
    port = up(counter)
    with pytest.raises(StackError, match="stop it first"):
        counter.wipe()
    counter.stop()
    counter.wipe()
    assert up(counter) == port
    assert ask(port) == b"1"


def test_port_before_the_first_start_is_an_error_that_says_what_to_do(counter: Counter) -> None:
    """Who asks for an address before there is one is told the command that makes one."""
    with pytest.raises(StackError, match=r"deploy\.local up"):
        _ = counter.port


def test_two_folders_run_side_by_side(tmp_path: Path) -> None:
    """Servers of two checkouts that start at the same moment run at different ports, each with its own data."""
    pair = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        pair.append(Counter(tmp_path / name, os.environ, pytest.fail))
    threads = [threading.Thread(target=up, args=(each,)) for each in pair]
    try:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        assert all(each.ready for each in pair)
        assert len({port for each in pair for port in each.state.ports.values()}) == 4
        pair[0].stop()
        assert pair[1].ready
    finally:
        for each in pair:
            each.stop(at_once=True)
