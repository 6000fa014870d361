"""A prefix of one benchmark's own on the local stack: topics, indices, workers. What was made there is removed afterwards."""

import contextlib
import os
import secrets
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Self

import msgspec
from elasticsearch import Elasticsearch
from kafka import KafkaAdminClient
from kafka.errors import KafkaError

from benchmarks.rig.force import Person, write_reference
from deploy.local.stack import Stack
from deploy.local.state import CHECKOUT
from streams.runtime.names import Names
from streams.settings import Settings

STARTING_SECONDS = 60.0


class RunFailedError(Exception):
    """What was to be measured did not run; the message says where to look."""


class Process:
    """One process under measurement; its lines of JSON are its log."""

    def __init__(self, name: str, command: Sequence[str], environ: Mapping[str, str], log: Path) -> None:
        """Start it."""
        self.name = name
        self._log = log
        self._read = 0
        with log.open("wb") as out:
            self._popen = subprocess.Popen(command, cwd=CHECKOUT, env=dict(environ), stdout=out, stderr=out)  # noqa: S603 - the rig's own

    def fresh_events(self) -> Iterator[dict[str, Any]]:
        """Yield what was logged since the last call. Raises RunFailedError when the process is no more."""
        with self._log.open("rb") as log:
            log.seek(self._read)
            for line in log:
                if not line.endswith(b"\n"):
                    break
                self._read += len(line)
                if line.startswith(b"{"):
                    yield msgspec.json.decode(line)
        if self._popen.poll() is not None:
            raise RunFailedError(
                f"{self.name} has ended with {self._popen.returncode}:\n{self._log.read_text('utf-8', 'replace')[-2_000:]}"
            )

    def wait_for(self, event: str, seconds: float) -> dict[str, Any]:
        """Return the event of this name when it is logged. Raises RunFailedError when it is not in time."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            for each in self.fresh_events():
                if each.get("event") == event:
                    return each
            time.sleep(0.05)
        raise RunFailedError(
            f"{self.name} has not come to {event!r} within {seconds:g} s:\n{self._log.read_text('utf-8', 'replace')[-2_000:]}"
        )

    def peak_bytes(self) -> int:
        """Return the most memory that it ever had resident, as the kernel counts it."""
        for line in Path(f"/proc/{self._popen.pid}/status").read_text("ascii").splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
        raise RunFailedError(f"{self.name} is gone")

    def stop(self) -> None:
        """Ask it to end, and kill it when it does not."""
        if self._popen.poll() is None:
            self._popen.send_signal(signal.SIGTERM)
            try:
                self._popen.wait(15)
            except subprocess.TimeoutExpired:
                self._popen.kill()
                self._popen.wait()


class Ground:
    """Use as a context manager. ``officers`` are loaded as reference data; ``overrides`` are further settings."""

    def __init__(self, officers: list[Person], say: Callable[[str], None], **overrides: str) -> None:
        """Take the local stack, started where it does not run."""
        self._say = say
        self._stack = Stack(say=say)
        self._started: list[str] = []
        self._open = contextlib.ExitStack()
        self._officers = officers
        self.prefix = f"bench-{secrets.token_hex(3)}-"
        self._overrides = overrides
        self._runs = 0

    def __enter__(self) -> Self:
        """Create topics and indices, load reference data."""
        self._started = self._stack.start()
        with contextlib.ExitStack() as opened:
            opened.callback(self._leave)
            self.scratch = Path(opened.enter_context(tempfile.TemporaryDirectory(prefix="custodiet-bench-")))
            opened.callback(self._remove)
            write_reference(self.scratch / "reference", self._officers)
            self.custodiet("topics", "apply")
            self.custodiet("index", "apply")
            self.custodiet("reference", "load", str(self.scratch / "reference"))
            self._open = opened.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop what runs and remove what was made."""
        self._open.close()

    @property
    def elasticsearch(self) -> str:
        """The address of Elasticsearch."""
        return self._stack.elasticsearch

    def environ(self, generation: int = 1) -> dict[str, str]:
        """Return a process's environment; each generation has groups and state of its own."""
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("CUSTODIET_")}
        return {
            **inherited,
            "PYTHONPATH": str(CHECKOUT),
            **self._stack.settings,
            "CUSTODIET_TOPIC_PREFIX": self.prefix,
            "CUSTODIET_DATADIR": str(self.scratch / "state"),
            "CUSTODIET_GENERATION": str(generation),
            "CUSTODIET_LOG_FORMAT": "json",
            **self._overrides,
        }

    def settings(self, generation: int = 1) -> Settings:
        """Return the settings of a generation."""
        return Settings.read(self.environ(generation))

    def names(self, generation: int = 1) -> Names:
        """Return the names of a generation."""
        return Names(self.prefix, generation)

    def custodiet(self, *arguments: str) -> None:
        """Run a command of custodiet. Raises RunFailedError when it fails."""
        command = [sys.executable, "-m", "streams", *arguments]
        ran = subprocess.run(command, cwd=CHECKOUT, env=self.environ(), capture_output=True, text=True, check=False)  # noqa: S603 - the rig's own
        if ran.returncode != 0:
            raise RunFailedError(f"custodiet {' '.join(arguments)} ended with {ran.returncode}\n{ran.stdout}{ran.stderr}")

    @contextlib.contextmanager
    def running(self, name: str, module: str, *arguments: str, generation: int = 1) -> Iterator[Process]:
        """Give a process that runs a module, stopped at the end of the block."""
        self._runs += 1
        log = self.scratch / f"{self._runs}-{name}.log"
        process = Process(name, [sys.executable, "-m", module, *arguments], self.environ(generation), log)
        try:
            yield process
        finally:
            process.stop()

    def _leave(self) -> None:
        if self._started:
            self._stack.stop(*self._started)

    def _remove(self) -> None:
        with contextlib.closing(KafkaAdminClient(bootstrap_servers=self._stack.kafka)) as admin:
            topics = [topic for topic in admin.list_topics() if topic.startswith(self.prefix)]
            if topics:
                admin.delete_topics(topics)
            groups = [group["group_id"] for group in admin.list_groups() if group["group_id"].startswith(self.prefix)]
            # A group whose member was killed is not empty yet; the broker drops it with its offsets later.
            with contextlib.suppress(KafkaError):
                admin.delete_groups(groups)
        with Elasticsearch(self._stack.elasticsearch) as client:
            for name in list(client.indices.get(index=f"{self.prefix}*", expand_wildcards="all").body):
                client.indices.delete(index=name)
            for template in client.indices.get_index_template(name=f"{self.prefix}*").body["index_templates"]:
                client.indices.delete_index_template(name=template["name"])
            components = client.cluster.get_component_template().body["component_templates"]
            for name in [each["name"] for each in components if each["name"].startswith(self.prefix)]:
                client.cluster.delete_component_template(name=name)
