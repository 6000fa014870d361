"""A field of tally workers on the real broker: start, kill, join, and look at what came of it."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, Self, cast

import msgspec
from faust.stores.rocksdb import Store
from kafka import KafkaAdminClient
from kafka.errors import CoordinatorNotAvailableError
from rocksdict import Options, Rdict

from streams.runtime import admin
from streams.runtime.connection import client_options
from streams.runtime.names import Names
from streams.runtime.reading import opened, read_to_end
from streams.runtime.sender import Sender, ToSend
from streams.settings import Settings

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
ROLE = "detect"
SOURCE, TARGET = "mail-events", "activities"


def until(condition: Callable[[], bool], seconds: float, what: str) -> None:
    """Wait for a condition, at most so many seconds."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {seconds:g} s: {what}")
        time.sleep(0.1)


class Field:
    """One namespace with topics, and the workers on it. Use as a context manager: workers that are left over are killed."""

    def __init__(self, kafka: str, namespace: str, scratch: Path, **overrides: str) -> None:
        """Create the topics."""
        self.environ = {
            "CUSTODIET_KAFKA": kafka,
            "CUSTODIET_TOPIC_PREFIX": namespace,
            "CUSTODIET_DATADIR": str(scratch / "state"),
            "CUSTODIET_SESSION_TIMEOUT": "6",
            "CUSTODIET_COMMIT_INTERVAL": "0.3",
            "CUSTODIET_CHUNK_RECORDS": "200",
            "CUSTODIET_LOG_FORMAT": "json",
            **overrides,
        }
        self.settings = Settings.read(self.environ)
        self.names = Names(namespace, self.settings.generation)
        self.scratch = scratch
        self.workers: list[subprocess.Popen[bytes]] = []
        self.sent: list[tuple[bytes, int]] = []
        self._admin: Any = cast("Any", KafkaAdminClient)(bootstrap_servers=kafka)
        with admin.Admin(self.settings) as connection:
            connection.create(connection.compare(admin.wanted(self.settings)))

    def __enter__(self) -> Self:
        """Begin."""
        return self

    def __exit__(self, *_: object) -> None:
        """Kill what is left."""
        for worker in self.workers:
            worker.kill()
            worker.wait()
        self._admin.close()

    def start(self, name: str, **environ: str) -> subprocess.Popen[bytes]:
        """Start a worker; its log is ``NAME.log``, added to by each start."""
        inherited = {key: value for key, value in os.environ.items() if not key.startswith("CUSTODIET_")}
        with self.log(name).open("ab") as log:
            worker = subprocess.Popen(
                [sys.executable, str(HERE / "tally.py"), ROLE, name],
                env={**inherited, "PYTHONPATH": str(ROOT), **self.environ, **environ},
                stdout=log,
                stderr=log,
            )
        self.workers.append(worker)
        return worker

    def log(self, name: str) -> Path:
        """Return where a worker logs to."""
        return self.scratch / f"{name}.log"

    def events(self, name: str) -> list[dict[str, Any]]:
        """Return a worker's log lines."""
        lines = self.log(name).read_bytes().splitlines() if self.log(name).exists() else []
        return [msgspec.json.decode(line) for line in lines if line.startswith(b"{")]

    def saw(self, name: str, event: str) -> int:
        """Return how often a worker has logged an event."""
        return sum(line["event"] == event for line in self.events(name))

    def kill(self, worker: subprocess.Popen[bytes]) -> None:
        """Kill as a power cut would."""
        worker.kill()
        worker.wait()

    def stop(self, worker: subprocess.Popen[bytes]) -> int:
        """Ask to end; return the exit code."""
        worker.send_signal(signal.SIGTERM)
        return worker.wait(30)

    def send(self, records: Iterable[tuple[bytes, bytes]], partition: int | None = None) -> None:
        """Send to the source topic and wait for the broker."""
        batch = [ToSend(self.names.topic(SOURCE), key, value, partition) for key, value in records]

        async def deliver() -> None:
            sender = Sender(client_options(self.settings))
            await sender.start()
            await sender.send(batch)
            await sender.stop()

        asyncio.run(deliver())

    def send_numbers(self, numbers: Iterable[int]) -> None:
        """Send numbers, spread over keys."""
        fresh = [(f"k{number % 97}".encode(), number) for number in numbers]
        self.sent += fresh
        self.send((key, str(number).encode()) for key, number in fresh)

    def ends(self, topic: str) -> dict[int, int]:
        """Return the end offset of each partition."""

        async def ask() -> dict[int, int]:
            async with opened(self.settings, [topic]) as (_, ends):
                return {place.partition: end for place, end in ends.items()}

        return asyncio.run(ask())

    def committed(self, topic: str = SOURCE) -> dict[int, int]:
        """Return what the group has committed of each partition."""
        group = self.names.group(ROLE)
        try:
            offsets: Mapping[Any, Any] = self._admin.list_group_offsets(group).get(group, {})
        except CoordinatorNotAvailableError:
            return {}  # a broker that has never had a group is still making the topic for commits
        mine = self.names.topic(topic)
        return {place.partition: entry.offset for place, entry in offsets.items() if place.topic == mine}

    def until_committed(self, seconds: float = 60) -> None:
        """Wait until commits have reached the end of the source topic."""
        ends = {partition: end for partition, end in self.ends(self.names.topic(SOURCE)).items() if end}
        until(lambda: {p: o for p, o in self.committed().items() if p in ends} == ends, seconds, f"commits at {ends}")

    def read(self, topic: str) -> list[Any]:
        """Return every record of a topic."""

        async def ask() -> list[Any]:
            return [record async for record in read_to_end(self.settings, [topic])]

        return asyncio.run(ask())

    def changelog(self) -> dict[tuple[int, bytes], bytes]:
        """Return the last row under each key of each partition, as recovery would."""
        rows: dict[tuple[int, bytes], bytes] = {}
        for record in self.read(self.names.changelog(ROLE)):
            rows.pop((record.partition, record.key), None)
            if record.value is not None:
                rows[record.partition, record.key] = record.value
        return rows

    def tallied(self) -> dict[tuple[int, str], dict[int, int]]:
        """Return what the state says was seen under each key of each partition: number by offset."""
        return {
            (partition, key.decode()): {int(offset): number for offset, number in msgspec.json.decode(row)["seen"].items()}
            for (partition, key), row in self.changelog().items()
            if key.startswith(b"k:")
        }

    def counted(self) -> dict[str, int]:
        """Return the counts of the state, summed over the partitions."""
        total: dict[str, int] = {}
        for (_, key), row in self.changelog().items():
            if key.startswith(b"head:"):
                for name, number in msgspec.json.decode(row)["counts"].items():
                    total[name] = total.get(name, 0) + number
        return total

    def expected(self) -> dict[tuple[int, str], dict[int, int]]:
        """Return what the state must say: every record of the source topic, under its key and offset."""
        wanted: dict[tuple[int, str], dict[int, int]] = {}
        for record in self.read(self.names.topic(SOURCE)):
            if (record.value or b"").isdigit():
                wanted.setdefault((record.partition, f"k:{record.key.decode()}"), {})[record.offset] = int(record.value)
        return wanted

    def passed_on(self) -> list[int]:
        """Return the numbers in the target topic, repeats too."""
        return [int(record.value) for record in self.read(self.names.topic(TARGET))]

    def local(self, name: str, partition: int) -> dict[bytes, bytes]:
        """Return a worker's local copy of a partition of the state; the worker must have ended."""
        (path,) = (self.names.datadir(self.settings.datadir, ROLE, name)).glob(f"v1/tables/state-{partition}.db")
        copy = Rdict(str(path), Options(raw_mode=True))
        try:
            rows = cast("Iterable[tuple[bytes, bytes]]", copy.items())
            return {bytes(key): bytes(row) for key, row in rows if bytes(key) != Store.offset_key}
        finally:
            copy.close()

    def holds(self) -> None:
        """Assert that every record was handled once in the state and at least once in the output."""
        assert self.tallied() == self.expected()
        assert set(self.passed_on()) == {number for _, number in self.sent}
        counts = self.counted()
        assert counts["facts"] == counts["read"] == len(self.sent)
