"""What was announced of the keys of one partition: the newest that the compacted topic ``alerts`` holds of each alert."""

from aiokafka.partitioner import DefaultPartitioner

from schemas.identity import activity_key
from schemas.records import Alert
from schemas.wire import Wire, WireError
from streams.runtime.names import Names
from streams.runtime.reading import read_to_end
from streams.settings import Settings


def partition_of(alert: Alert, partitions: int) -> int:
    """Return the partition of ``activities`` in which an alert's key lies: where the producer's own partitioner puts it."""
    every = list(range(partitions))
    return int(DefaultPartitioner()(activity_key(alert.grouping, alert.key).encode(), every, every))


async def announced(settings: Settings, wire: Wire, partition: int) -> dict[str, Alert]:
    """Read the whole topic; return, by id, the alert of highest revision of each whose key belongs to ``partition``. Raises KafkaError."""
    topic = Names(settings.topic_prefix, settings.generation).topic("alerts")
    found: dict[str, Alert] = {}
    async for record in read_to_end(settings, [topic]):
        if record.value is None:
            continue
        try:
            alert = wire.decode(record.value, Alert)
        except WireError:
            continue  # no consumer can read it either
        if partition_of(alert, settings.partitions) != partition:
            continue
        known = found.get(alert.alert_id)
        if known is None or alert.revision >= known.revision:
            found[alert.alert_id] = alert
    return found
