"""What an agent owes each chunk, with a stage that misbehaves and a broker that is a list."""

import asyncio
from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from aiokafka.errors import KafkaError
from structlog.testing import capture_logs

from schemas.records import DeadLetter, Millis
from schemas.wire import Wire
from streams.counts import Counts
from streams.errors import CustodietError
from streams.metrics import Metrics
from streams.runtime.chunks import Chunk
from streams.runtime.duty import BROKEN, RAW_BYTES, Duty, Tools
from streams.runtime.faults import Faults
from streams.runtime.lease import Fenced
from streams.runtime.names import Names
from streams.runtime.sender import RecordTooLarge, ToSend
from streams.runtime.table_store import StateFault
from streams.stages.chunk import Delivered, Handled, Output
from streams.stages.dead_letters import dead_letter
from streams.stages.store import Store

WIRE = Wire()


class Ended(BaseException):
    """The process would have ended."""


class Broker:
    """Takes records of at most 1,000 bytes, and dead letters of any size."""

    def __init__(self) -> None:
        self.sent: list[ToSend] = []

    def check(self, record: ToSend) -> None:
        if len(record.value or b"") > 1_000 and not record.topic.endswith("dead-letters"):
            raise RecordTooLarge(record.topic, len(record.value or b""), 1_000)

    async def send(self, records: Sequence[ToSend]) -> list[int]:
        self.sent += records
        return list(range(len(records)))


class Stage:
    """Passes records on; raises what ``trouble`` holds for a value, each time it meets it."""

    def __init__(self, **trouble: BaseException) -> None:
        self.trouble = {value.encode(): error for value, error in trouble.items()}
        self.calls: list[int] = []

    async def handle(self, chunk: Sequence[Delivered], _: Store, __: Millis) -> Handled:
        self.calls.append(len(chunk))
        for record in chunk:
            if record.value in self.trouble:
                raise self.trouble[record.value]
        outputs = [Output("activities", record.key or b"", record.value or b"") for record in chunk]
        return Handled(outputs, Counts(read=len(chunk), facts=len(chunk)))

    async def bury(self, delivered: Delivered, reason: str, detail: str, store: Store, now: Millis) -> Handled:  # noqa: ARG002
        return Handled([dead_letter(WIRE, delivered, reason, detail, now)], Counts(read=1, dead_letters=1))


class Fetched:
    """A fetched record."""

    def __init__(self, offset: int, value: bytes) -> None:
        self.offset, self.value, self.key, self.timestamp = offset, value, b"k%d" % offset, 1


class Bench:
    """A duty with everything around it faked."""

    def __init__(self) -> None:
        self.broker = Broker()
        self.metrics = Metrics("detect")
        self.codes: list[int] = []
        tools: Any = Tools("detect", Names("p-", 1), WIRE, self.broker, self.metrics, Faults(None, "detect"), self.end, lambda: 42)  # type: ignore[arg-type]
        self.duty = Duty(tools)

    def end(self, code: int) -> None:
        self.codes.append(code)
        raise Ended

    async def do(self, stage: Stage, *values: str) -> tuple[Chunk, Counts]:
        chunk = Chunk("p-mail-events", 0, [Fetched(offset, value.encode()) for offset, value in enumerate(values)], 1, 1)
        async with self.duty.work(chunk) as work:
            handled = await work.handle(stage)
            await work.send(handled.outputs)
            chunk.acknowledge()
        return chunk, work.counts

    def letters(self) -> list[DeadLetter]:
        return [WIRE.decode(record.value or b"", DeadLetter) for record in self.broker.sent if record.topic == "p-dead-letters"]

    def metric(self, name: str, **labels: str) -> float | None:
        return self.metrics.registry.get_sample_value(name, {"role": "detect", **labels})


@pytest.fixture
def bench() -> Iterator[Bench]:
    """Give a bench; what is logged is of no interest."""
    with capture_logs():
        yield Bench()


async def test_a_chunk_is_handled_once_and_its_output_sent_under_the_prefix(bench: Bench) -> None:
    """The way it goes when nothing goes wrong."""
    stage = Stage()
    chunk, counts = await bench.do(stage, "a", "b")
    assert chunk.acknowledged
    assert stage.calls == [2]
    assert [(record.topic, record.value) for record in bench.broker.sent] == [("p-activities", b"a"), ("p-activities", b"b")]
    assert counts == Counts(read=2, facts=2)
    assert bench.metric("custodiet_records_total", topic="mail-events", partition="0", end="facts") == 2


async def test_the_record_that_raises_is_a_dead_letter_and_the_others_are_handled(bench: Bench) -> None:
    """One crafted record does not stop a partition."""
    stage = Stage(bad=ValueError("chokes"))
    chunk, counts = await bench.do(stage, "a", "bad", "c")
    assert chunk.acknowledged
    assert stage.calls == [3, 1, 1, 1]
    assert counts == Counts(read=3, facts=2, dead_letters=1)
    (letter,) = bench.letters()
    assert (letter.reason, letter.topic, letter.partition, letter.offset, letter.raw) == ("bug", "mail-events", 0, 1, b"bad")
    assert "chokes" in letter.detail
    assert bench.metric("custodiet_dead_letters_total", reason="bug") == 1


async def test_a_record_whose_state_is_too_large_says_so(bench: Bench) -> None:
    """It is no bug of the stage."""
    await bench.do(Stage(bad=RecordTooLarge("state", 5_000_000, 4_000_000)), "bad")
    (letter,) = bench.letters()
    assert letter.reason == "too-large"


async def test_an_output_that_is_too_large_is_a_dead_letter_with_its_beginning(bench: Bench) -> None:
    """It would kill the producer."""
    chunk, _ = await bench.do(Stage(), "x" * (RAW_BYTES + 10), "b")
    assert chunk.acknowledged
    (letter,) = bench.letters()
    assert letter.reason == "too-large"
    assert letter.raw == b"x" * RAW_BYTES
    assert [record.value for record in bench.broker.sent if record.topic == "p-activities"] == [b"b"]


@pytest.mark.parametrize("fault", [StateFault("full disk"), KafkaError(), Fenced("moved on"), MemoryError()])
async def test_what_cannot_be_handled_ends_the_process_and_blames_no_record(bench: Bench, fault: Exception) -> None:
    """Uncommitted work is read again by whoever comes next."""
    with pytest.raises(Ended):
        await bench.do(Stage(bad=fault), "a", "bad")
    assert bench.codes == [BROKEN]
    assert bench.broker.sent == []


async def test_a_refusal_of_the_stage_ends_the_process_with_its_code(bench: Bench) -> None:
    """Another generation's state, say."""
    with pytest.raises(Ended):
        await bench.do(Stage(bad=CustodietError("of another generation")), "bad")
    assert bench.codes == [1]


async def test_a_fault_outside_the_stage_ends_the_process(bench: Bench) -> None:
    """Nothing leaves an agent's loop."""
    chunk = Chunk("p-mail-events", 0, [Fetched(0, b"a")], 1, 1)
    with pytest.raises(Ended):
        async with bench.duty.work(chunk):
            raise KeyError("forgotten")
    assert bench.codes == [BROKEN]
    assert not chunk.acknowledged


async def test_a_worker_that_stops_leaves_its_chunk(bench: Bench) -> None:
    """It is not acknowledged and comes again."""
    chunk = Chunk("p-mail-events", 0, [Fetched(0, b"a")], 1, 1)
    with pytest.raises(asyncio.CancelledError):
        async with bench.duty.work(chunk):
            raise asyncio.CancelledError
    assert bench.codes == []
    assert not chunk.acknowledged


async def test_a_topic_of_dead_letters_is_told_as_unhealthy(bench: Bench) -> None:
    """The worker goes on."""
    await bench.do(Stage(bad=ValueError("no")), *["bad"] * 250)
    assert bench.metric("custodiet_feed_unhealthy", topic="mail-events") == 1
    await bench.do(Stage(), *["a"] * 250)
    assert bench.metric("custodiet_feed_unhealthy", topic="mail-events") == 0
