"""The consumer of docs/consuming-alerts.md, taken from the page and run against a real broker."""

import contextlib
import queue
import re
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import pytest
from kafka import KafkaAdminClient, KafkaProducer
from kafka.admin import NewTopic

from deploy.local.stack import Stack
from schemas.records import Alert
from schemas.wire import Wire

ROOT = Path(__file__).parents[2]
SECONDS = 60


def consumer() -> str:
    """Give the one Python program of the page."""
    (program,) = re.findall(r"```python\n(.*?)```", (ROOT / "docs" / "consuming-alerts.md").read_text(encoding="utf-8"), re.DOTALL)
    return str(program)


@pytest.fixture
def topic(stack: Stack, namespace: str) -> str:
    """Give an empty compacted topic."""
    with contextlib.closing(KafkaAdminClient(bootstrap_servers=stack.kafka)) as admin:
        admin.create_topics([NewTopic(f"{namespace}alerts", 1, 1, topic_configs={"cleanup.policy": "compact"})])
    return f"{namespace}alerts"


@pytest.fixture
def lines(stack: Stack, topic: str, tmp_path: Path) -> Iterator["queue.Queue[str]"]:
    """Give what the program prints, line by line, while it runs as a process of its own."""
    script = tmp_path / "consumer.py"
    script.write_text(consumer(), encoding="utf-8")
    environment = {"KAFKA": stack.kafka, "ALERTS_TOPIC": topic, "PYTHONPATH": str(ROOT)}
    printed: queue.Queue[str] = queue.Queue()
    with subprocess.Popen([sys.executable, str(script)], env=environment, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        reader = threading.Thread(target=_hand_on, args=(process.stdout, printed))
        reader.start()
        yield printed
        process.kill()
        reader.join()


def _hand_on(stream: IO[str], printed: "queue.Queue[str]") -> None:
    for line in stream:
        printed.put(line.strip())


def alert(name: str, revision: int, status: str = "active", change: str = "opened") -> Alert:
    """Give an alert."""
    return Alert(
        alert_id=name,
        detector="d",
        detector_version=1,
        grouping="officer",
        key="NM1",
        officer_id="NM1",
        status=status,  # type: ignore[arg-type] # a literal of the caller
        revision=revision,
        change=change,  # type: ignore[arg-type] # as above
        severity="high",
        score=8,
        first_at=0,
        last_at=0,
        evidence_count=1,
    )


def take(lines: "queue.Queue[str]", count: int) -> list[str]:
    """Give the next lines; fail when they do not come."""
    until = time.monotonic() + SECONDS
    return [lines.get(timeout=max(0.1, until - time.monotonic())) for _ in range(count)]


def test_consumer_keeps_the_highest_revision(stack: Stack, topic: str, lines: "queue.Queue[str]") -> None:
    """It tells each new revision once: not a replay, not an older one that comes late."""
    wire = Wire()
    with contextlib.closing(KafkaProducer(bootstrap_servers=stack.kafka)) as producer:
        for each in (
            alert("a", 5),
            alert("a", 5),
            alert("b", 1),
            alert("a", 4),
            alert("a", 6, change="severity-raised"),
            alert("b", 2, status="withdrawn", change="withdrawn"),
            alert("a", 5),
            alert("end", 1),
        ):
            producer.send(topic, key=each.alert_id.encode(), value=wire.encode(each, "alerts"))
        producer.flush()
    assert take(lines, 5) == [
        "active opened high NM1 a 5",
        "active opened high NM1 b 1",
        "active severity-raised high NM1 a 6",
        "withdrawn withdrawn high NM1 b 2",
        "active opened high NM1 end 1",
    ]


def test_consumer_is_as_short_as_the_page_says() -> None:
    """Ten lines, not counting the empty ones."""
    assert len([line for line in consumer().splitlines() if line.strip()]) == 10
