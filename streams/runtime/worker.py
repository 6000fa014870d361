"""One worker: from waiting for a broker to a clean stop."""

import asyncio
import contextlib
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import AbstractAsyncContextManager
from datetime import timedelta
from pathlib import Path
from typing import Any, Final, TypeAlias, cast

import faust
import structlog
from faust.exceptions import ConsistencyError
from faust.types import TP

from schemas.records import Millis
from schemas.wire import Wire
from streams.counts import Counts
from streams.errors import CustodietError
from streams.metrics import Metrics
from streams.runtime import admin
from streams.runtime.alignment import Alignment
from streams.runtime.app import build
from streams.runtime.chunks import Chunk
from streams.runtime.clock import wall_clock
from streams.runtime.connection import client_options, until_broker
from streams.runtime.duty import BROKEN, Duty, Tools, Work
from streams.runtime.elsewhere import Elsewhere
from streams.runtime.faults import Faults
from streams.runtime.lease import hold
from streams.runtime.names import Names
from streams.runtime.process import alone_in, end_now
from streams.runtime.registry import registry_of
from streams.runtime.sender import Sender
from streams.runtime.stepping import Step
from streams.runtime.table_store import StateTable, TableStore, state_table
from streams.runtime.transport import ChunkedConsumer, ChunkedTransport, ChunkSchema
from streams.settings import Settings
from streams.stages.store import Store

log = structlog.get_logger(__name__)

STOP_SECONDS: Final = 20.0
WATCH_SECONDS: Final = 0.5

Agent: TypeAlias = Callable[[AsyncIterator[Chunk]], Awaitable[None]]
"""An agent: takes chunks one by one for as long as the worker lives."""

Totals: TypeAlias = Callable[[Store, str, int], tuple[Counts, Millis | None]]
"""Reads from a partition's state how its records have ended, and its clock."""


class Worker:
    """What an agent is given: the app to declare itself on, and the work around its stage."""

    def __init__(self, role: str, settings: Settings, name: str = "worker", force_config: Path | None = None) -> None:
        """Prepare, without a connection; raises UsageError for settings that contradict each other."""
        self.role = role
        self.settings = settings
        self.name = name
        self.force_config = force_config or settings.config
        self.names = Names(settings.topic_prefix, settings.generation)
        self.datadir = self.names.datadir(settings.datadir, role, name)
        self.wire = Wire(registry_of(settings))
        self.metrics = Metrics(role)
        self.sender = Sender(client_options(settings), admin.limits(self.names))
        self.app: faust.App = build(role, settings, name, self.datadir)
        self.sources: tuple[str, ...] = ()
        self._lease = cast("ChunkedTransport", self.app.transport).lease
        self._table: StateTable | None = None
        self._totals: Totals | None = None
        self._helpers: list[AbstractAsyncContextManager[Any]] = []
        self._entered = contextlib.AsyncExitStack()
        faults = Faults(settings.fault, role)
        self._duty = Duty(Tools(role, self.names, self.wire, self.sender, self.metrics, faults, end_now, wall_clock))

    def keep_state(self, totals: Totals) -> None:
        """Give the worker state; ``totals`` reads what is told of a partition of it."""
        self._totals = totals
        self._table = state_table(self.app, self.settings.partitions)
        self._table.on_recover(self._tell_all)

    def agent(self, *topics: str) -> Callable[[Agent], Any]:
        """Return a decorator for the one agent of this worker: it gets the chunks of these topics of the catalogue."""
        self.sources = topics
        source = self.app.topic(*(self.names.topic(topic) for topic in topics), schema=ChunkSchema())
        return cast("Callable[[Agent], Any]", self.app.agent(source, name=self.role, concurrency=1))

    def keep_step(self, slack: timedelta) -> None:
        """Have the partitions of all of the agent's topics keep step in event time; declare the agent first."""
        places = frozenset((self.names.topic(topic), number) for topic in self.sources for number in range(self.settings.partitions))
        elsewhere = Elsewhere(client_options(self.settings))
        self.beside(elsewhere)
        cast("ChunkedTransport", self.app.transport).step = Step(places, Alignment(slack // timedelta(milliseconds=1)), elsewhere)

    @contextlib.asynccontextmanager
    async def work(self, chunk: Chunk) -> AsyncIterator[Work]:
        """Give the work on a chunk, with its partition's state; whatever goes wrong inside does not leave it."""
        store = self._store(chunk.partition, chunk.generation)
        async with self._duty.work(chunk, store) as work:
            yield work
        if store is not None:
            self._tell(store, self.names.logical(chunk.topic), chunk.partition)

    def _store(self, partition: int, generation: int) -> TableStore | None:
        if self._table is None:
            return None
        return TableStore(self._table, partition, self.sender, lambda: hold(self._lease, generation))

    def _tell(self, store: Store, topic: str, partition: int) -> None:
        if self._totals is not None:
            counts, clock = self._totals(store, topic, partition)
            self.metrics.state(topic, partition, counts, clock)

    async def _tell_all(self) -> None:
        """Tell what the state of the partitions just assigned holds."""
        self.metrics.gone()
        mine: set[TP] = self.app.assignor.assigned_actives()
        for topic, partition in sorted((self.names.logical(tp.topic), tp.partition) for tp in mine):
            store = self._store(partition, self.app.consumer_generation_id)
            if topic in self.sources and store is not None:
                try:
                    self._tell(store, topic, partition)
                except CustodietError as error:
                    # Faust calls this in the middle of a rebalance, and would take an exception for a crash of its own.
                    log.error("worker-ends", reason=str(error))  # noqa: TRY400 - it is the user's to mend, not ours to trace
                    end_now(error.exit_code)

    def beside(self, helper: AbstractAsyncContextManager[Any]) -> None:
        """Have a helper entered when there is a broker, before the first chunk, and left after the last."""
        self._helpers.append(helper)

    async def prepare(self) -> None:
        """Wait for a broker, check that topics are as they should be, have the state's changelog created, and enter the helpers."""
        await until_broker(self.settings)
        await asyncio.to_thread(self._check_topics)
        await self.sender.start()
        self._entered.push_async_callback(self.sender.stop)
        for helper in self._helpers:
            await self._entered.enter_async_context(helper)

    async def let_go(self) -> None:
        """Leave the helpers and the broker."""
        await self._entered.aclose()

    def _check_topics(self) -> None:
        own = self.names.changelog(self.role)
        changelogs = {self.names.changelog(role) for role in admin.STATEFUL}
        with admin.Admin(self.settings) as connection:
            wanted = [topic for topic in admin.wanted(self.settings) if topic.name not in changelogs - {own}]
            connection.create(finding for finding in connection.compare(wanted) if finding.wanted.name == own)
            admin.check(connection.compare(wanted))

    async def run(self, stop: asyncio.Event) -> None:
        """Work until ``stop`` is set; raises CustodietError for what the user can mend, ends the process for what nobody can."""
        await self.app.start()
        log.info("worker-started", role=self.role, name=self.name, generation=self.settings.generation)
        while not stop.is_set():
            if self.app.crashed:
                self._crashed(self.app.crash_reason)
            committed = cast("ChunkedConsumer", self.app.consumer).committed()
            self.metrics.committed({(self.names.logical(topic), partition): offset for (topic, partition), offset in committed.items()})
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), WATCH_SECONDS)

    async def stop(self) -> None:
        """Let the chunk under way end, commit, and leave the group; a chunk that takes too long is left to whoever comes next."""
        log.info("worker-stopping", role=self.role, name=self.name)
        # Faust does not let itself be cancelled, so that a wait that cancels would wait for ever where the broker is away.
        stopping = asyncio.ensure_future(self.app.stop())
        done, _ = await asyncio.wait({stopping}, timeout=STOP_SECONDS)
        if not done:
            log.warning("worker-stopped-hard", role=self.role, name=self.name, seconds=STOP_SECONDS)
            end_now(0)
        await stopping
        log.info("worker-stopped", role=self.role, name=self.name)

    def _crashed(self, reason: BaseException | None) -> None:
        if isinstance(reason, CustodietError):
            raise reason
        if isinstance(reason, ConsistencyError):
            raise CustodietError(
                f"the local state in {self.datadir} is ahead of its changelog, as after the topics were deleted: remove that directory"
            ) from reason
        log.critical("worker-ends", reason="Faust has crashed", exc_info=reason)
        end_now(BROKEN)


async def serve(worker: Worker) -> None:
    """Run a worker whose agent is declared, until SIGTERM or SIGINT. Raises CustodietError for what the user can mend."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    with alone_in(worker.datadir, worker.name):
        worker.metrics.serve(worker.settings.metrics_host, worker.settings.metrics_port)
        try:
            if await _unless(stop, worker.prepare()):
                await worker.run(stop)
                await worker.stop()
        finally:
            await worker.let_go()


async def _unless(stop: asyncio.Event, work: Coroutine[Any, Any, None]) -> bool:
    """Do the work; give it up and return False when ``stop`` is set before it is done."""
    task, stopped = asyncio.ensure_future(work), asyncio.ensure_future(stop.wait())
    await asyncio.wait({task, stopped}, return_when=asyncio.FIRST_COMPLETED)
    stopped.cancel()
    if task.done():
        await task
        return True
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task
    return False
