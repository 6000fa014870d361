"""The enrich agent: mail, file and setting events -> activities."""

from collections.abc import AsyncIterator

from schemas.records import Millis
from streams.config import default_config, read_config
from streams.counts import Counts
from streams.runtime.chunks import Chunk
from streams.runtime.reference import ReferenceService
from streams.runtime.worker import Worker
from streams.stages.enrich import EnrichStage
from streams.stages.partition import counts_of, read_partition
from streams.stages.store import Store


def declare(worker: Worker) -> None:
    """Declare the agent on a worker. Raises UsageError for a wrong configuration of the force."""
    config = default_config() if worker.force_config is None else read_config(worker.force_config)
    reference = ReferenceService(worker.settings, worker.wire, config.domains)
    worker.beside(reference)
    worker.keep_state(_told)
    stage = EnrichStage(worker.wire, lambda: reference.current, config.enabled_detectors(), worker.settings.generation, config.join_horizon)

    @worker.agent("mail-events", "file-events", "setting-events")
    async def enrich(chunks: AsyncIterator[Chunk]) -> None:
        async for chunk in chunks:
            async with worker.work(chunk) as work:
                handled = await work.handle(stage)
                await work.send(handled.outputs)
                chunk.acknowledge()

    # A mail may wait the join horizon for its facts, and the key that it goes to allows so much lateness: half of the rest is for us.
    worker.keep_step((config.allowed_lateness - config.join_horizon) / 2)


def _told(store: Store, topic: str, partition: int) -> tuple[Counts, Millis | None]:
    row = read_partition(store, topic, partition)
    return counts_of(row), row.clock
