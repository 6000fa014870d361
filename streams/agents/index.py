"""The index agent: alerts -> Elasticsearch. It keeps no state: the sink holds the highest revision of each alert."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from schemas.records import Millis
from schemas.wire import Wire
from streams.counts import Counts
from streams.runtime.chunks import Chunk
from streams.runtime.worker import Worker
from streams.sinks.elasticsearch.sink import ElasticsearchSink, sink_of
from streams.stages.chunk import Delivered, Handled
from streams.stages.dead_letters import dead_letter
from streams.stages.publish import IndexStage
from streams.stages.store import Store


class Stateless:
    """The index stage as a stage with a store that it has no use for."""

    def __init__(self, stage: IndexStage, wire: Wire) -> None:
        """Wrap the stage."""
        self._stage = stage
        self._wire = wire

    async def handle(self, chunk: Sequence[Delivered], _: Store, now: Millis) -> Handled:
        """Keep the alerts of a chunk."""
        return await self._stage.handle(chunk, now)

    async def bury(self, delivered: Delivered, reason: str, detail: str, store: Store, now: Millis) -> Handled:  # noqa: ARG002 - no state
        """Make a dead letter of an alert."""
        return Handled([dead_letter(self._wire, delivered, reason, detail, now)], Counts(read=1, dead_letters=1))


def declare(worker: Worker) -> None:
    """Declare the agent on a worker. Raises UsageError for credentials that contradict each other."""
    sink = sink_of(worker.settings)
    worker.beside(_closed_after(sink))
    stage = Stateless(IndexStage(worker.wire, sink), worker.wire)

    @worker.agent("alerts")
    async def index(chunks: AsyncIterator[Chunk]) -> None:
        async for chunk in chunks:
            async with worker.work(chunk) as work:
                handled = await work.handle(stage)
                await work.send(handled.outputs)
                chunk.acknowledge()


@asynccontextmanager
async def _closed_after(sink: ElasticsearchSink) -> AsyncIterator[None]:
    try:
        yield
    finally:
        await sink.close()
