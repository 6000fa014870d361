"""The enrich agent as one writes it on stock Faust: one event at a time, a plain table, sends awaited for each event.

It is what the enrich worker is measured against; ``python -m benchmarks.rig.stock``, settings from the environment. The stage, the
reference data, the table's store and its options, the topics and their configuration are the worker's own. What differs:

* Faust's own consumer and commits, and the stage is handed chunks of one record;
* one record is decoded by fastavro and sieved by itself, since Arrow is slower for one record;
* rows go into the table by ``table[key] = row``, whose changelog record nobody waits for: less durable than the worker's.

With ``--lean`` the table sees only what can matter: nothing is kept of all other events, not even that they were read.
"""

import argparse
import asyncio
import json
import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import faust
import numpy as np
from yarl import URL

from schemas.columns import Columns
from schemas.records import MailEvent, Record
from schemas.wire import Wire
from streams import logs
from streams.config import default_config
from streams.counts import Counts
from streams.enrichment.sieve import can_matter
from streams.enrichment.wanted import Wanted
from streams.runtime import admin
from streams.runtime.clock import wall_clock
from streams.runtime.names import TABLE, Names
from streams.runtime.reference import ReferenceService
from streams.runtime.table_store import CACHE_BYTES, WRITE_BUFFER_BYTES
from streams.settings import Settings, from_environment
from streams.stages import intake
from streams.stages.chunk import Delivered
from streams.stages.enrich import EnrichStage

SOURCE: Final = "mail-events"


def one_by_one(values: Sequence[bytes | None], record_type: type[Record], wire: Wire) -> Columns:  # noqa: ARG001 - as what it replaces
    """Stand in for ``schemas.columns.columns``: leave every record to ``Wire.decode``."""
    return Columns(None, np.empty(0, dtype=np.int64), list(range(len(values))))


class PlainStore:
    """See streams.stages.store.Store; Faust sends the changelog in its own time and flushes it before it commits offsets."""

    def __init__(self, table: Any) -> None:
        """Work on the table, in the partition of the event under way."""
        self._table = table

    def get_many(self, keys: Sequence[bytes]) -> list[bytes | None]:
        """See Store."""
        return [self._table.get(key) for key in keys]

    def keys(self, prefix: bytes) -> Iterator[bytes]:
        """See Store."""
        return iter(sorted(key for key in self._table if key.startswith(prefix)))

    def put_many(self, rows: Mapping[bytes, bytes | None]) -> None:
        """See Store."""
        for key, row in rows.items():
            if row is None:
                self._table.pop(key, None)
            else:
                self._table[key] = row

    async def commit(self) -> None:
        """Return at once: stock Faust gives nothing to wait for."""


class Stock:
    """The app with its agent, which ends after ``count`` events or ``seconds``, whichever comes first."""

    def __init__(self, settings: Settings, count: int, seconds: float, *, lean: bool) -> None:
        """Declare everything."""
        self._settings = settings
        self._count, self._seconds, self._lean = count, seconds, lean
        self._names = Names(settings.topic_prefix, settings.generation)
        self._wire = Wire()
        self._reference = ReferenceService(settings, self._wire)
        config = default_config()
        detectors = config.enabled_detectors()
        self._wanted = Wanted.of(detectors.values())
        self._stage = EnrichStage(self._wire, lambda: self._reference.current, detectors, settings.generation, config.join_horizon)
        self._app = _app(settings, f"{settings.topic_prefix}stock-g{settings.generation}")
        self._table = _table(self._app, settings.partitions)
        self._outputs = {
            name: self._app.topic(self._names.topic(name), key_type=bytes, value_type=bytes, value_serializer="raw")
            for name in ("activities", "dead-letters", "late-records")
        }
        source = self._app.topic(self._names.topic(SOURCE), key_type=bytes, value_type=bytes, value_serializer="raw")
        self._app.agent(source, name="enrich", concurrency=1)(self._enrich)
        self.counts = Counts()
        self.handled = self.sent = 0
        self.began = self.ended = 0.0
        self.done = asyncio.Event()

    async def run(self) -> None:
        """Work until the agent is done."""
        self._settings.datadir.mkdir(parents=True, exist_ok=True)
        _create_changelog(self._settings, self._table.changelog_topic_name)
        async with self._reference:
            await self._app.start()
            self._app.producer.buffer.max_messages = 100_000  # at its default of 100 the consumer stops for every few events
            await self.done.wait()

    async def _enrich(self, stream: Any) -> None:
        store = PlainStore(self._table)
        async for event in stream.events():
            self.began = self.began or time.perf_counter()
            await self._one(event.message, store)
            self.handled += 1
            self.ended = time.perf_counter()
            if self.handled == self._count or self.ended - self.began > self._seconds:
                self.done.set()
                await asyncio.sleep(3600)

    async def _one(self, message: Any, store: PlainStore) -> None:
        if self._lean:
            mail = self._wire.decode(message.value, MailEvent)
            if not can_matter(mail, self._reference.current, self._wanted):
                return
        produced = int(message.timestamp * 1000)
        delivered = Delivered(SOURCE, message.partition, message.offset, produced, message.key, message.value)
        handled = await self._stage.handle([delivered], store, wall_clock())
        for output in handled.outputs:
            await (await self._outputs[output.topic].send(key=output.key, value=output.value))
        self.sent += len(handled.outputs)
        self.counts.add(handled.counts)


def _app(settings: Settings, name: str) -> faust.App:
    return faust.App(
        name,
        broker=[URL(f"kafka://{server}") for server in settings.kafka.split(",")],
        datadir=str(settings.datadir / name),
        store="rocksdb://",
        autodiscover=False,
        web_enabled=False,
        web_tables_enabled=False,
        broker_commit_interval=settings.commit_interval,
        consumer_auto_offset_reset="earliest",
        stream_buffer_maxsize=100_000,  # far above the default: stock Faust sleeps a second whenever it is nearly full
        stream_recovery_delay=0.0,
        table_standby_replicas=0,
        topic_allow_declare=False,
        topic_disable_leader=True,
        topic_partitions=settings.partitions,
        reply_create_topic=False,
        worker_redirect_stdouts=False,
    )


def _table(app: faust.App, partitions: int) -> Any:
    options = {
        "driver": "rocksdict",
        "block_cache_size": CACHE_BYTES // partitions,
        "write_buffer_size": WRITE_BUFFER_BYTES,
        "max_write_buffer_number": 2,
    }
    return app.Table(TABLE, key_type=bytes, value_type=bytes, partitions=partitions, options=options)


def _create_changelog(settings: Settings, name: str) -> None:
    with admin.Admin(settings) as connection:
        connection.create(connection.compare([admin.Wanted(name, settings.partitions, admin.CHANGELOG)]))


def main() -> None:
    """Run it, say what it came to in one line of JSON, and wait to be ended."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, required=True)
    parser.add_argument("--seconds", type=float, required=True)
    parser.add_argument("--lean", action="store_true")
    given = parser.parse_args()
    settings = from_environment()
    logs.configure("warning", settings.log_format)
    intake.columns = one_by_one  # type: ignore[attr-defined] # one record alone pays for Arrow and gets nothing for it

    async def run() -> None:
        stock = Stock(settings, given.count, given.seconds, lean=given.lean)
        await stock.run()
        figures = {"handled": stock.handled, "seconds": stock.ended - stock.began, "sent": stock.sent, **stock.counts.as_dict()}
        print(json.dumps({"event": "stock-done", **figures}), flush=True)
        await asyncio.sleep(3600)

    asyncio.run(run())


if __name__ == "__main__":
    main()
