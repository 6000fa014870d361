"""The detect agent: activities -> alerts."""

from collections.abc import AsyncIterator

from detectors.engine.engine import Engine
from schemas.records import Millis
from streams.config import default_config, read_config
from streams.counts import Counts
from streams.runtime.chunks import Chunk
from streams.runtime.worker import Worker
from streams.stages.detect import DetectStage, partition_counts
from streams.stages.store import Store


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
    stage = DetectStage(wire=worker.wire, engine=engine, detectors=detectors, generation=generation, config_version=config.version)

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
                chunk.acknowledge()
