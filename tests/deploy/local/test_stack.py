"""Both servers and the workers on them, in the order in which they are stopped."""

import os
import socket
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from deploy.local import ports, processes
from deploy.local.errors import StackError
from deploy.local.service import Service
from deploy.local.stack import Stack
from deploy.local.state import ServiceState

WAITING = [sys.executable, "-c", "import time; time.sleep(600)"]


def run(service: Service) -> None:
    """Let a process that only waits be the service's, as its notes say."""
    (service.folder / "data").mkdir(parents=True, exist_ok=True)
    process = processes.spawn(WAITING, os.environ, service.folder, service.log)
    ServiceState(dict.fromkeys(service.uses, 1), [process], str(service.folder / service.name)).save(service.notes)


@pytest.fixture
def stack(tmp_path: Path) -> Iterator[Stack]:
    """Give a stack whose five processes only wait."""
    made = Stack(tmp_path)
    for service in (*made.services.values(), *made.workers):
        run(service)
    yield made
    made.stop(at_once=True)


def running(stack: Stack) -> set[str]:
    """Name what runs."""
    return {service.name for service in (*stack.services.values(), *stack.workers) if service.running}


def test_workers_are_stopped_before_what_they_work_on(stack: Stack) -> None:
    """Stopping all stops the workers first, while there is a broker to commit to."""
    assert stack.stop() == ["worker-enrich", "worker-detect", "worker-index", "kafka", "elasticsearch"]
    assert running(stack) == set()


def test_one_server_is_stopped_alone(stack: Stack) -> None:
    """Stopping one server by name leaves the other and the workers, which have to bear it."""
    assert stack.stop("kafka", at_once=True) == ["kafka"]
    assert running(stack) == {"elasticsearch", "worker-enrich", "worker-detect", "worker-index"}


def test_wipe_takes_the_workers_state_with_the_log(stack: Stack) -> None:
    """Data of servers and workers go together; ports stay, so that settings in a shell hold."""
    held = [Path(service.state.home) / "data" for service in stack.services.values()]
    held += [Path(worker.state.home) for worker in stack.workers]
    for folder in held:
        folder.mkdir(parents=True, exist_ok=True)
    stack.wipe()
    assert running(stack) == set()
    assert [folder for folder in held if folder.exists()] == []
    assert stack.settings == {"CUSTODIET_KAFKA": "127.0.0.1:1", "CUSTODIET_ELASTICSEARCH": "http://127.0.0.1:1"}
    stack.wipe(everything=True)
    with pytest.raises(StackError):
        _ = stack.kafka


@pytest.mark.parametrize("names", [("postgres",), ("kafka", "postgres")])
def test_unknown_server_is_named(stack: Stack, names: tuple[str, ...]) -> None:
    """A name that is none of the servers is an error that lists those that are, and nothing is stopped."""
    with pytest.raises(StackError, match=r"postgres; there are kafka, elasticsearch"):
        stack.stop(*names)
    assert len(running(stack)) == 5


def test_waiting_process_is_not_ready(stack: Stack) -> None:
    """Processes that run and do not answer are not a stack that is ready."""
    assert not stack.ready


@pytest.mark.parametrize("missing", ["PATH", "JAVA_HOME"])
def test_environment_is_the_one_given(tmp_path: Path, missing: str) -> None:
    """JDKs are looked for in the environment that was given, and not in the caller's own."""
    environment: Mapping[str, str] = {name: value for name, value in os.environ.items() if name != missing}
    assert Stack(tmp_path, environment).services["kafka"].environment == environment


def test_listener_alone_is_not_ready(stack: Stack) -> None:
    """An open port that gives no answer makes no server ready."""
    with socket.create_server((ports.LOOPBACK, 0)) as listener:
        kafka = stack.services["kafka"]
        state = kafka.state
        state.ports["client"] = listener.getsockname()[1]
        state.save(kafka.notes)
        assert kafka.running
        assert not kafka.ready
