"""The chunked transport on the real broker: what was fetched is handled, and only what was handled is committed."""

import asyncio
import random
import shutil
import signal
from collections.abc import Iterator
from functools import partial
from itertools import count, islice
from pathlib import Path

import pytest
from aiokafka import AIOKafkaProducer

from deploy.local.stack import Stack
from schemas.records import DeadLetter
from schemas.wire import Wire
from tests.integration.field import SOURCE, Field, until


@pytest.fixture
def field(stack: Stack, namespace: str, tmp_path: Path) -> Iterator[Field]:
    """Give a field with its topics."""
    with Field(stack.kafka, namespace, tmp_path) as ready:
        yield ready


def _has_done(field: Field, chunks: int) -> bool:
    return field.saw("one", "chunk") >= chunks


def test_every_record_is_handled_once_and_commits_reach_the_end(field: Field) -> None:
    """One worker that nobody kills, with records before its start and after."""
    field.send_numbers(range(3_000))
    worker = field.start("one")
    field.until_committed()
    field.send_numbers(range(3_000, 6_000))
    field.until_committed()
    assert field.stop(worker) == 0
    field.holds()
    assert field.counted()["redelivered"] == 0
    assert len(field.passed_on()) == 6_000


def test_nothing_is_lost_when_workers_are_killed_and_join_and_leave(field: Field) -> None:
    """Three kills at random moments, a worker that joins and leaves, and records all the while."""
    chance = random.Random(20260726)
    numbers = count()
    field.send_numbers(islice(numbers, 12_000))
    first = field.start("one")
    for _ in range(3):
        enough = field.saw("one", "chunk") + chance.randint(1, 20)
        until(partial(_has_done, field, enough), 60, f"{enough} chunks")
        field.kill(first)
        field.send_numbers(islice(numbers, 5_000))
        first = field.start("one")
    second = field.start("two")
    until(lambda: field.saw("two", "worker-started") > 0, 60, "the second worker to start")
    field.send_numbers(islice(numbers, 5_000))
    until(lambda: field.saw("two", "chunk") > 0, 60, "the second worker to work")
    assert field.stop(second) == 0
    field.send_numbers(islice(numbers, 5_000))
    field.until_committed(90)
    assert field.stop(first) == 0
    field.holds()


def test_room_is_made_by_the_acknowledgement_and_not_by_the_next_commit(field: Field) -> None:
    """Two hundred chunks of one record each, of which two may wait at a time: a commit every few seconds would take minutes for them."""
    worker = field.start("one", CUSTODIET_CHUNK_RECORDS="1")
    until(lambda: field.saw("one", "worker-started") > 0, 60, "the worker to start")
    field.send_numbers(range(200))
    until(lambda: field.saw("one", "chunk") >= 200, 30, "all chunks")
    assert field.stop(worker) == 0


@pytest.mark.parametrize("fault", ["before-state:2", "after-state:2", "after-output:2"])
def test_a_kill_between_two_steps_loses_nothing(field: Field, fault: str) -> None:
    """The worker dies of the fault; the next takes up where it was."""
    field.send_numbers(range(4_000))
    assert field.start("one", CUSTODIET_FAULT=fault).wait(60) == -signal.SIGKILL
    worker = field.start("one")
    field.until_committed()
    assert field.stop(worker) == 0
    field.holds()
    # The first chunk was whole and may not have been committed; the state of the second was durable only after its step.
    redelivered, chunk = field.counted()["redelivered"], field.settings.chunk_records
    assert redelivered <= chunk if fault == "before-state:2" else redelivered >= chunk


def test_a_frozen_worker_that_wakes_up_overwrites_nothing(field: Field) -> None:
    """The group gave its partitions to another while it could not move; what it had in hand is not written over what that one did."""
    numbers = count()
    field.send_numbers(islice(numbers, 20_000))
    frozen = field.start("frozen")
    until(lambda: field.saw("frozen", "chunk") > 2, 60, "some chunks")
    frozen.send_signal(signal.SIGSTOP)
    other = field.start("other")
    field.until_committed(90)
    field.send_numbers(islice(numbers, 2_000))
    frozen.send_signal(signal.SIGCONT)
    field.send_numbers(islice(numbers, 2_000))
    field.until_committed(90)
    field.stop(frozen)
    assert field.stop(other) == 0
    field.holds()


def test_a_worker_without_its_local_state_recovers_it_from_the_changelog(field: Field) -> None:
    """The machine burned down; another takes over."""
    field.send_numbers(range(5_000))
    worker = field.start("one")
    field.until_committed()
    field.kill(worker)
    shutil.rmtree(field.settings.datadir)
    field.send_numbers(range(5_000, 8_000))
    worker = field.start("one")
    field.until_committed()
    assert field.stop(worker) == 0
    field.holds()


def test_commits_pass_markers_and_aborted_records(field: Field) -> None:
    """Transactions leave offsets that hold no record, the last one too."""

    async def transact() -> None:
        producer = AIOKafkaProducer(bootstrap_servers=field.settings.kafka, transactional_id=f"{field.names.prefix}tx")
        await producer.start()
        for number in range(20):
            await producer.begin_transaction()
            for partition in range(field.settings.partitions):
                await producer.send(field.names.topic(SOURCE), b"%d" % number, key=b"k1", partition=partition)
            await (producer.abort_transaction() if number % 3 == 0 else producer.commit_transaction())
        await producer.stop()

    worker = field.start("one")
    until(lambda: field.saw("one", "worker-started") > 0, 60, "the worker to start")
    asyncio.run(transact())
    field.until_committed()
    assert field.stop(worker) == 0
    assert field.tallied() == field.expected()


def test_a_record_that_makes_the_stage_raise_is_a_dead_letter_and_the_rest_is_handled(field: Field) -> None:
    """With the place where it stood."""
    field.send_numbers(range(500))
    field.send([(b"k1", b"raise")])
    field.send_numbers(range(500, 1_000))
    worker = field.start("one")
    field.until_committed()
    assert field.stop(worker) == 0
    (letter,) = (Wire().decode(record.value, DeadLetter) for record in field.read(field.names.topic("dead-letters")))
    source = next(record for record in field.read(field.names.topic(SOURCE)) if record.value == b"raise")
    assert (letter.reason, letter.topic, letter.partition, letter.offset) == ("bug", SOURCE, source.partition, source.offset)
    assert field.tallied() == field.expected()
    assert field.counted()["dead_letters"] == 1
    assert field.counted()["facts"] == 1_000


def test_a_stage_that_refuses_ends_the_worker_with_its_message_and_commits_nothing(field: Field) -> None:
    """State of another generation, say."""
    field.send([(b"k1", b"refuse")])
    assert field.start("one").wait(60) == 1
    assert any("another generation" in line.get("reason", "") for line in field.events("one"))
    assert field.committed() == {}


def test_a_worker_waits_for_a_broker_and_says_so(field: Field) -> None:
    """It neither dies nor is silent, and ends when it is asked to."""
    worker = field.start("one", CUSTODIET_KAFKA="127.0.0.1:1")
    until(lambda: field.saw("one", "broker-away") > 0, 60, "a word about the broker")
    assert worker.poll() is None
    assert field.stop(worker) == 0


def test_two_workers_of_one_name_do_not_share_a_directory(field: Field) -> None:
    """The second is refused, with words."""
    first = field.start("one")
    until(lambda: field.saw("one", "worker-started") > 0, 60, "the first to start")
    assert field.start("one").wait(60) == 2
    assert b"--name" in field.log("one").read_bytes()
    assert field.stop(first) == 0


def test_a_worker_refuses_topics_of_another_partition_count(field: Field) -> None:
    """Records would no longer meet their state."""
    assert field.start("one", CUSTODIET_PARTITIONS="8").wait(60) == 1
    assert b"CUSTODIET_PARTITIONS" in field.log("one").read_bytes()
