"""The whole pipeline under a namespace of its own: the real commands, the real workers, the real Kafka and Elasticsearch."""

import asyncio
import csv
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, suppress
from pathlib import Path
from typing import Any, Self

import msgspec
from elasticsearch import Elasticsearch
from kafka import KafkaConsumer, TopicPartition
from kafka.errors import KafkaError

from deploy.local.stack import Stack
from deploy.settled import behind, wait_until_settled, worker_counts
from detectors.engine.alerts import content_of
from schemas.records import Alert, DeadLetter, Record
from schemas.wire import Wire, WireError
from streams.config import default_config, read_config
from streams.counts import Counts
from streams.enrichment.reference_files import read_reference
from streams.runtime.connection import client_options
from streams.runtime.names import Names
from streams.runtime.sender import Sender, ToSend
from streams.scan import Scan, Scanned
from streams.settings import Settings
from streams.sinks.elasticsearch.names import Names as IndexNames
from streams.sinks.elasticsearch.query import fetch_alerts
from streams.sources.formats import read_input

ROOT = Path(__file__).parents[2]
SAMPLES = ROOT / "samples"
EXPORTS = sorted((SAMPLES / "exports").iterdir())
WIRE = Wire()
PATIENCE = 180.0


def until(condition: Any, seconds: float, what: str) -> None:
    """Wait for a condition, at most so many seconds."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {seconds:g} s: {what}")
        time.sleep(0.1)


def scanned(exports: Sequence[Path] = EXPORTS, reference: Path = SAMPLES / "reference", configuration: Path | None = None) -> Scanned:
    """Return what ``scan`` says of the same files."""
    config = default_config() if configuration is None else read_config(configuration)
    records = read_reference(reference, config.calendar.zone)
    scan = Scan(config, records, dead_letter=lambda _: None, now=time.time_ns() // 1_000_000)
    return asyncio.run(scan.run([read_input(str(path)) for path in exports]))


def halves(folder: Path, before: str = "2026-05-20") -> tuple[list[Path], list[Path]]:
    """Cut the sample exports at a day; return the files of the first half and those of the second."""
    cut: tuple[list[Path], list[Path]] = ([], [])
    for path in EXPORTS:
        with path.open(encoding="utf-8-sig", newline="") as source:
            rows = csv.DictReader(source)
            parts: tuple[list[dict[str, str]], list[dict[str, str]]] = ([], [])
            for row in rows:
                parts[(row.get("Received") or row.get("CreationDate") or row.get("Timestamp") or "") >= before].append(row)
        for number, part in enumerate(parts):
            target = folder / f"{number}-{path.name}"
            with target.open("w", encoding="utf-8", newline="") as written:
                writer = csv.DictWriter(written, fieldnames=rows.fieldnames or ())
                writer.writeheader()
                writer.writerows(part)
            cut[number].append(target)
    return cut


def contents(alerts: Iterable[Alert]) -> dict[str, Alert]:
    """Return what two runs over the same facts must agree on: the content of the alerts that stand, by id."""
    return {alert.alert_id: content_of(alert) for alert in alerts if alert.status == "active"}


def custodiet(*arguments: str, environ: Mapping[str, str] | None = None) -> str:
    """Run a command; return what it printed. A command that fails is shown."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("CUSTODIET_")}
    ran = subprocess.run(
        [sys.executable, "-m", "streams", *arguments],
        env={**inherited, "PYTHONPATH": str(ROOT), **(environ or {})},
        capture_output=True,
        text=True,
        check=False,
    )
    if ran.returncode:
        raise AssertionError(f"custodiet {' '.join(arguments)} ended with {ran.returncode}\n{ran.stdout}{ran.stderr}")
    return ran.stdout


class Pipeline:
    """Topics, indices and workers under one prefix. Use as a context manager: workers that are left over are killed."""

    def __init__(self, stack: Stack, namespace: str, scratch: Path, **overrides: str) -> None:
        """Create topics and indices."""
        self.stack, self.scratch = stack, scratch
        self.environ = {
            **stack.settings,
            "CUSTODIET_TOPIC_PREFIX": namespace,
            "CUSTODIET_DATADIR": str(scratch / "state"),
            "CUSTODIET_SESSION_TIMEOUT": "6",
            "CUSTODIET_COMMIT_INTERVAL": "0.3",
            "CUSTODIET_LOG_FORMAT": "json",
            **overrides,
        }
        self.settings = Settings.read(self.environ)
        self.names = Names(namespace, self.settings.generation)
        self.index_names = IndexNames(namespace)
        self._workers: list[subprocess.Popen[bytes]] = []
        self.custodiet("topics", "apply")
        self.custodiet("index", "apply")

    def __enter__(self) -> Self:
        """Begin."""
        return self

    def __exit__(self, *_: object) -> None:
        """Kill what is left."""
        for worker in self._workers:
            self.kill(worker)

    def custodiet(self, *arguments: str) -> str:
        """Run a command with this pipeline's settings; return what it printed. A command that fails is shown."""
        return custodiet(*arguments, environ=self.environ)

    def load_reference(self, folder: Path = SAMPLES / "reference") -> None:
        """Load reference data."""
        self.custodiet("reference", "load", str(folder))

    def ingest(self, *exports: Path) -> dict[str, Any]:
        """Send files (the samples when none is named); return what ``ingest`` told."""
        told: dict[str, Any] = json.loads(self.custodiet("ingest", *map(str, exports or EXPORTS), "--json"))
        return told

    def start(self, role: str, name: str = "a", **environ: str) -> subprocess.Popen[bytes]:
        """Start a worker; its log is added to ``ROLE-NAME.log``."""
        return self.start_script("streams", role, name, **environ)

    def start_script(self, module: str, role: str, name: str = "a", **environ: str) -> subprocess.Popen[bytes]:
        """Start a worker by another module than custodiet's own."""
        with self.log(role, name).open("ab") as log:
            worker = subprocess.Popen(
                [sys.executable, "-m", module, "worker", role, "--name", name],
                cwd=ROOT,
                env=self._environ(environ),
                stdout=log,
                stderr=log,
            )
        self._workers.append(worker)
        return worker

    def counted(self, port: int) -> Counts:
        """Return how the enrich stage's records ended, by the metrics of its only worker."""
        return worker_counts([port])

    def log(self, role: str, name: str = "a") -> Path:
        """Return where a worker logs to."""
        return self.scratch / f"{role}-{name}.log"

    def events(self, role: str, name: str = "a") -> list[dict[str, Any]]:
        """Return a worker's log lines."""
        path = self.log(role, name)
        lines = path.read_bytes().splitlines() if path.exists() else []
        return [msgspec.json.decode(line) for line in lines if line.startswith(b"{") and line.endswith(b"}")]

    def chunks(self, role: str, name: str = "a") -> int:
        """Return how many chunks a worker has done, over all its lives."""
        return sum(event["event"] == "chunk" for event in self.events(role, name))

    def kill(self, worker: subprocess.Popen[bytes]) -> None:
        """Kill as a power cut would."""
        worker.kill()
        worker.wait()

    def stop(self, worker: subprocess.Popen[bytes]) -> int:
        """Ask to end; return the exit code."""
        worker.send_signal(signal.SIGTERM)
        return worker.wait(60)

    def settle(self, patience: float = PATIENCE) -> None:
        """Wait until every stage has committed all that was sent."""
        wait_until_settled(self.stack.kafka, self.names, patience)

    def lag(self, role: str) -> int:
        """Return how many records a stage has not committed; at least one while the broker cannot tell: it may have begun just now."""
        try:
            return behind(self.stack.kafka, self.names, [role])[role]
        except KafkaError:
            return 1

    def read(self, topic: str) -> list[Record]:
        """Return all records of a topic, each partition in its order; what a test has spoilt is passed over, as a consumer would."""
        records = []
        for _, value in self.raw(topic):
            with suppress(WireError):
                records.append(WIRE.decode(value))
        return records

    def raw(self, topic: str) -> Iterator[tuple[bytes | None, bytes]]:
        """Yield keys and values of all of a topic, each partition in its order."""
        with closing(KafkaConsumer(bootstrap_servers=self.stack.kafka, enable_auto_commit=False)) as consumer:
            places = [
                TopicPartition(self.names.topic(topic), number) for number in consumer.partitions_for_topic(self.names.topic(topic)) or ()
            ]
            consumer.assign(places)
            consumer.seek_to_beginning(*places)
            ends = consumer.end_offsets(places)
            while any(consumer.position(place) < ends[place] for place in places):
                for records in consumer.poll(timeout_ms=1000).values():
                    yield from ((record.key, record.value) for record in records)

    def alerts(self) -> dict[str, Alert]:
        """Return the alerts in Kafka as a consumer keeps them: the highest revision of each id."""
        held: dict[str, Alert] = {}
        for alert in self.read("alerts"):
            assert isinstance(alert, Alert)
            if alert.alert_id not in held or alert.revision >= held[alert.alert_id].revision:
                held[alert.alert_id] = alert
        return held

    def indexed(self) -> dict[str, Alert]:
        """Return the active alerts in Elasticsearch."""
        with Elasticsearch(self.stack.elasticsearch) as client:
            client.indices.refresh(index=self.index_names.alerts)
            return {found.alert.alert_id: found.alert for found in fetch_alerts(client, self.index_names)}

    def dead_letters(self) -> list[DeadLetter]:
        """Return the dead letters."""
        return [record for record in self.read("dead-letters") if isinstance(record, DeadLetter)]

    def send(self, topic: str, records: Iterable[tuple[bytes, bytes | None]]) -> None:
        """Send raw records, as any program could, and wait for the broker."""
        batch = [ToSend(self.names.topic(topic), key, value) for key, value in records]

        async def deliver() -> None:
            sender = Sender(client_options(self.settings))
            await sender.start()
            await sender.send(batch)
            await sender.stop()

        asyncio.run(deliver())

    def _environ(self, more: Mapping[str, str]) -> dict[str, str]:
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("CUSTODIET_")}
        return {**inherited, "PYTHONPATH": str(ROOT), **self.environ, **more}
