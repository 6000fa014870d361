"""The chunked transport on the real broker: what was fetched is handled, and only what was handled is committed."""

import importlib.util
import random
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from aiokafka import AIOKafkaProducer


def _load(name: str) -> Any:
    spec = importlib.util.spec_from_file_location(f"custodiet_integration_{name}", Path(__file__).parent / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


field_ = _load("field")


@pytest.fixture
def field(stack: Any, namespace: str, tmp_path: Path) -> Iterator[Any]:
    """Give a field with its topics."""
    with field_.Field(stack.kafka, namespace, tmp_path) as ready:
        yield ready


def holds(field: Any) -> None:
    """Assert that every record was handled once in the state and at least once in the output."""
    assert field.tallied() == field.expected()
    assert set(field.passed_on()) == {number for _, number in field.sent}
    counts = field.counted()
    assert counts["facts"] == counts["read"] == len(field.sent)


def test_every_record_is_handled_and_commits_reach_the_end(field: Any) -> None:
    """One worker, started before and after the records."""
    field.send_numbers(range(3_000))
    worker = field.start("one")
    field.until_committed()
    field.send_numbers(range(3_000, 6_000))
    field.until_committed()
    assert field.stop(worker) == 0
    holds(field)
    assert field.counted()["redelivered"] == 0
    assert len(field.passed_on()) == 6_000


def test_nothing_is_lost_when_workers_are_killed_and_join(field: Any) -> None:
    """Three kills at random moments, a worker that joins and leaves, and records all the while."""
    chance = random.Random(20260726)
    numbers = iter(range(0, 10_000_000, 1))

    def more(count: int) -> None:
        field.send_numbers([next(numbers) for _ in range(count)])

    more(12_000)
    first = field.start("one")
    for turn in range(3):
        field_.until(lambda turn=turn: len(field.events("one")) > 3 + 8 * turn, 40, "some chunks")
        field_.time.sleep(chance.random())
        field.kill(first)
        more(3_000)
        first = field.start("one")
    second = field.start("two")
    field_.until(lambda: field.saw("two", "chunk") or field.saw("two", "worker-started"), 40, "the second worker to join")
    more(6_000)
    field_.until(lambda: field.saw("two", "chunk"), 60, "the second worker to work")
    assert field.stop(second) == 0
    more(3_000)
    field.until_committed(90)
    assert field.stop(first) == 0
    holds(field)
