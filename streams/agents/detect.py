"""The detect agent: activities -> alerts. A generation after the first takes over from those before it once it has caught up."""

import asyncio
from collections.abc import AsyncIterator

import structlog

from detectors.engine.engine import Engine
from schemas.records import Millis
from streams.config import default_config, read_config
from streams.counts import Counts
from streams.runtime.announced import announced
from streams.runtime.chunks import Chunk
from streams.runtime.connection import client_options
from streams.runtime.duty import Work
from streams.runtime.elsewhere import Elsewhere, NotKnownYetError
from streams.runtime.worker import Worker
from streams.stages.detect import DetectStage, partition_counts
from streams.stages.store import Store
from streams.stages.takeover import Takeover, Told

log = structlog.get_logger(__name__)

_ASK_AGAIN_SECONDS = 0.5


def declare(worker: Worker) -> None:
    """Declare the agent on a worker. Raises UsageError for a wrong configuration of the force."""
    config = default_config() if worker.force_config is None else read_config(worker.force_config)
    detectors = config.enabled_detectors()
    generation = worker.settings.generation
    engine = Engine(
        detectors.values(),
        calendar=config.calendar,
        lateness=config.allowed_lateness,
        generation=generation,
        config_version=config.version,
    )
    elsewhere = Elsewhere(client_options(worker.settings))
    worker.beside(elsewhere)

    async def ends(topic: str, partition: int) -> int:
        place = (worker.names.topic(topic), partition)
        while True:
            try:
                return (await elsewhere.ends([place]))[place]
            except NotKnownYetError:
                await asyncio.sleep(_ASK_AGAIN_SECONDS)

    stage = DetectStage(
        wire=worker.wire, engine=engine, detectors=detectors, generation=generation, config_version=config.version, ends=ends
    )
    succession = _Succession(worker)

    def told(store: Store, topic: str, partition: int) -> tuple[Counts, Millis | None]:
        stage.check(store, topic, partition)  # when the partition comes to this worker, before its first chunk
        return partition_counts(store, topic, partition), None

    worker.keep_state(told)

    @worker.agent("activities")
    async def detect(chunks: AsyncIterator[Chunk]) -> None:
        async for chunk in chunks:
            async with worker.work(chunk) as work:
                handled = await work.handle(stage)
                await work.send(handled.outputs)
                await succession.follow(work)
                chunk.acknowledge()


class _Succession:
    """Does what is owed to earlier generations: nothing to the first; see ``streams.stages.takeover``."""

    def __init__(self, worker: Worker) -> None:
        self._worker = worker
        self._takeover = Takeover(worker.wire, worker.settings.generation)
        self._looked_after: set[int] = set()

    async def follow(self, work: Work) -> None:
        """Take over a partition when that is due; look once in this process for what an older worker announced after that."""
        topic, partition = self._worker.names.logical(work.chunk.topic), work.chunk.partition
        if self._worker.settings.generation == 1 or partition in self._looked_after:
            return
        due = self._takeover.due(work.store, topic, partition)
        if not due and self._takeover.waits(work.store, topic, partition):
            return
        told = Told()
        known = await announced(self._worker.settings, self._worker.wire, partition)
        for outputs in self._takeover.outputs(work.store, topic, partition, known, told):
            await work.send(outputs)
        if due:
            await self._takeover.finish(work.store, topic, partition)
        self._looked_after.add(partition)
        if due or told.withdrawn:
            log.info("generation-took-over", partition=partition, published=told.published, withdrawn=told.withdrawn, left=told.left)
