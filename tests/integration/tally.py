"""A worker with the simplest stage that has state, for tests to start and kill: it keeps what it saw and sends it on.

Run as `python tally.py ROLE NAME`; settings come from the environment. The state has one row a key, holding the numbers seen under it
with their offsets, so that a redelivery changes nothing; and one head row a partition with the counts.
"""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Sequence
from typing import TypeVar

import msgspec

from schemas.records import Millis
from schemas.wire import Wire
from streams import logs
from streams.counts import Counts
from streams.errors import CustodietError
from streams.runtime.chunks import Chunk
from streams.runtime.worker import Worker, serve
from streams.settings import from_environment
from streams.stages.chunk import Delivered, Handled, Output
from streams.stages.dead_letters import dead_letter
from streams.stages.store import Store

T = TypeVar("T")

SOURCE, TARGET = "mail-events", "activities"


class Row(msgspec.Struct):
    """The numbers seen under a key, by offset."""

    seen: dict[int, int] = {}


class Head(msgspec.Struct):
    """How far a partition is, and the counts."""

    through: int = -1
    counts: dict[str, int] = {}


def head_key(topic: str, partition: int) -> bytes:
    """Return the key of a partition's head row."""
    return f"head:{topic}:{partition}".encode()


class TallyStage:
    """Notes the number in each record; a record that says ``raise`` is one that a stage chokes on."""

    async def handle(self, chunk: Sequence[Delivered], store: Store, _: Millis) -> Handled:
        """See the stages."""
        handled = Handled()
        mark = head_key(chunk[0].topic, chunk[0].partition)
        head = read(store.get_many([mark])[0], Head)
        keys = sorted({b"k:" + (record.key or b"") for record in chunk})
        rows = {key: read(row, Row) for key, row in zip(keys, store.get_many(keys), strict=True)}
        for record in chunk:
            if record.offset <= head.through:
                handled.counts.redelivered += 1
            elif record.value:
                handled.counts.read += 1
                handled.counts.facts += 1
            else:
                handled.counts.read += 1
                handled.counts.dead_letters += 1
            if record.value:
                value = record.value.decode()
                if value == "raise":
                    raise ValueError("chokes")
                if value == "refuse":
                    raise CustodietError("this state is of another generation")
                rows[b"k:" + (record.key or b"")].seen[record.offset] = int(value)
                handled.outputs.append(Output(TARGET, record.key or b"", record.value))
        head.through = max(head.through, chunk[-1].offset)
        head.counts = {name: head.counts.get(name, 0) + more for name, more in handled.counts.as_dict().items()}
        store.put_many({key: msgspec.json.encode(row) for key, row in rows.items()})
        await store.commit()
        store.put_many({mark: msgspec.json.encode(head)})
        await store.commit()
        return handled

    async def bury(self, delivered: Delivered, reason: str, detail: str, store: Store, now: Millis) -> Handled:
        """See the stages: a record without a value is counted as a dead letter."""
        hollow = Delivered(delivered.topic, delivered.partition, delivered.offset, delivered.timestamp, delivered.key, None)
        handled = await self.handle([hollow], store, now)
        return Handled([*handled.outputs, dead_letter(Wire(), delivered, reason, detail, now)], handled.counts)


def read(row: bytes | None, kind: type[T]) -> T:
    """Decode a row, or make an empty one."""
    return kind() if row is None else msgspec.json.decode(row, type=kind)


def totals(store: Store, topic: str, partition: int) -> tuple[Counts, Millis | None]:
    """Return a partition's counts from its state."""
    return Counts(**read(store.get_many([head_key(topic, partition)])[0], Head).counts), None


def declare(worker: Worker) -> None:
    """Declare the agent."""
    stage = TallyStage()
    worker.keep_state(totals)

    @worker.agent(SOURCE)
    async def tally(chunks: AsyncIterator[Chunk]) -> None:
        async for chunk in chunks:
            async with worker.work(chunk) as work:
                handled = await work.handle(stage)
                await work.send(handled.outputs)
                chunk.acknowledge()


def main() -> None:
    """Run the worker."""
    settings = from_environment()
    logs.configure(settings.log_level, settings.log_format)
    worker = Worker(sys.argv[1], settings, sys.argv[2])
    declare(worker)
    try:
        asyncio.run(serve(worker))
    except CustodietError as error:
        sys.stderr.write(f"error: {error}\n")
        sys.stderr.flush()
        os._exit(error.exit_code)


if __name__ == "__main__":
    main()
