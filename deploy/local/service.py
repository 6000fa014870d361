"""One server of the stack: what is the same for Kafka and Elasticsearch."""

import shutil
import time
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from deploy.local import ports, processes
from deploy.local.errors import StackError
from deploy.local.state import Say, ServiceState

START_PATIENCE = 180.0
"""Seconds until a server that starts must answer: two cores may be busy with a whole test run."""

STOP_PATIENCE = 60.0
TAIL = 2_000


@dataclass(frozen=True)
class Command:
    """How a server is started: the program with its arguments, its environment and its folder."""

    arguments: list[str]
    environment: Mapping[str, str]
    folder: Path


class Service(ABC):
    """A server with ports and data of its own, its notes kept in `<folder>/<name>.json`.

    `folder`: the checkout's state folder. `environment`: where JAVA_HOME and PATH are read from. `say`: takes lines of progress.
    """

    name: ClassVar[str]
    uses: ClassVar[tuple[str, ...]]
    """What it needs ports for; the first is the clients'."""

    def __init__(self, folder: Path, environment: Mapping[str, str], say: Say) -> None:
        """Read what is remembered."""
        self.folder = folder
        self.environment = environment
        self.say = say
        self.notes = folder / f"{self.name}.json"
        self.log = folder / "logs" / f"{self.name}.out"

    @property
    def state(self) -> ServiceState:
        """What is remembered now, read anew each time: another launcher may have changed it."""
        return ServiceState.load(self.notes)

    @property
    def port(self) -> int:
        """The clients' port. Raises StackError before the first start."""
        port = self.state.ports.get(self.uses[0])
        if port is None:
            raise StackError(f"{self.name} has not been started in this checkout yet: `python -m deploy.local up`")
        return port

    @property
    def running(self) -> bool:
        """Tell whether its process is there, ready or not."""
        known = self.state.processes
        return bool(known) and processes.alive(known[0])

    @property
    def ready(self) -> bool:
        """Tell whether it runs and answers as a client needs it."""
        return self.running and self.answers(self.state.ports[self.uses[0]])

    @abstractmethod
    def prepare(self, state: ServiceState) -> Command:
        """Fetch what is missing, write its configuration for `state.ports`, set `state.home`; raises StackError."""

    @abstractmethod
    def answers(self, port: int) -> bool:
        """Tell whether the server at `port` answers a real request well."""

    @abstractmethod
    def data(self, state: ServiceState) -> list[Path]:
        """List the folders that a wipe removes."""

    def start(self) -> bool:
        """Start it unless it runs; does not wait until it is ready. Returns whether it had to. Raises StackError."""
        state = self.state
        if self.running:
            return False
        # A leader that was killed may have left a child that still holds the data.
        processes.stop([left for left in state.processes if processes.alive(left)], STOP_PATIENCE)
        state.ports, moved = ports.keep(state.ports, self.uses)
        for use, (old, new) in moved.items():
            self.say(f"{self.name}: port {old} ({use}) has been taken by somebody else, now {new}")
        command = self.prepare(state)
        try:
            leader = processes.spawn(command.arguments, command.environment, command.folder, self.log)
        except OSError as error:
            raise StackError(f"{self.name} could not be started: {error}") from error
        state.processes = [leader]
        state.save(self.notes)
        return True

    def wait(self) -> None:
        """Wait until it is ready and note its child processes. Raises StackError with the end of its log when that fails."""
        deadline = time.monotonic() + START_PATIENCE
        while not self.ready:
            if not self.running:
                raise StackError(f"{self.name} ended while it started; the end of {self.log}:\n{self._tail()}")
            if time.monotonic() > deadline:
                raise StackError(f"{self.name} has not become ready within {START_PATIENCE:.0f} s; the end of {self.log}:\n{self._tail()}")
            time.sleep(0.1)
        state = self.state
        state.processes = processes.session(state.processes[0].pid)
        state.save(self.notes)

    def stop(self, *, at_once: bool = False) -> bool:
        """Stop it: asked first, or killed `at_once` as by a power cut. Returns whether there was anything to stop. Raises StackError."""
        state = self.state
        left = [process for process in state.processes if processes.alive(process)]
        if left:
            # A start that was broken off has noted the leader only.
            known = {*left, *processes.session(left[0].pid)} if left[0] == state.processes[0] else set(left)
            left += sorted(known - set(left), key=lambda process: process.pid)
            try:
                if at_once:
                    processes.kill(left)
                else:
                    processes.stop(left, STOP_PATIENCE)
            except TimeoutError as error:
                raise StackError(f"{self.name}: {error}") from error
        if state.processes:
            state.processes = []
            state.save(self.notes)
        return bool(left)

    def wipe(self) -> None:
        """Remove its data; it must be stopped. Raises StackError when it runs."""
        if self.running:
            raise StackError(f"{self.name} runs: stop it first")
        for path in self.data(self.state):
            shutil.rmtree(path, ignore_errors=True)

    def _tail(self) -> str:
        try:
            return self.log.read_text(encoding="utf-8", errors="replace")[-TAIL:]
        except OSError:
            return "(no log)"
