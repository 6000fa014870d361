"""What the local stack runs: the one place for versions and for the settings that the containers must share."""

KAFKA = "4.3.1"
SCALA = "2.13"
LOG4J = "2.24.3"
ELASTICSEARCH = "9.5.0"

# Maven Central holds no checksum file for the zip, so it is checked here.
ELASTICSEARCH_SHA256 = "db0e275fd790f723eca7bcde96069fd6fed304ad23afdb70c8c09553dd9e8b1b"

KAFKA_JAVA = 17
"""Lowest Java release that runs the broker."""

ELASTICSEARCH_JAVA = 21
"""Lowest Java release that runs Elasticsearch."""

PARTITIONS = 4
"""Partitions of every keyed topic on one machine; a force with real traffic is advised to take 32."""

MAX_MESSAGE_BYTES = 5 * 1024 * 1024
"""The largest record batch the broker takes: a record may have 4 MB, the batch adds its own head."""

BROKER = {
    # Topics come from schemas/topics.yaml by `custodiet topics apply`: one made by a typing error would have the wrong partitions.
    "auto.create.topics.enable": "false",
    "num.partitions": str(PARTITIONS),
    "message.max.bytes": str(MAX_MESSAGE_BYTES),
    "replica.fetch.max.bytes": str(MAX_MESSAGE_BYTES),
    # One broker cannot hold three copies.
    "offsets.topic.replication.factor": "1",
    "transaction.state.log.replication.factor": "1",
    "transaction.state.log.min.isr": "1",
    "share.coordinator.state.topic.replication.factor": "1",
    "share.coordinator.state.topic.min.isr": "1",
    # Workers that start one after another need not wait three seconds for each other.
    "group.initial.rebalance.delay.ms": "100",
}
"""Broker settings that this stack and docker-compose.yml have in common."""

BROKER_SMALL = {
    # Fifty partitions of bookkeeping would make each start slower for nothing.
    "offsets.topic.num.partitions": "8",
    "transaction.state.log.num.partitions": "8",
    # The cleaner's default of 128 MiB is a quarter of the heap below.
    "log.cleaner.dedupe.buffer.size": str(32 * 1024 * 1024),
}
"""Broker settings for a small heap."""

KAFKA_HEAP = "512m"
ELASTICSEARCH_HEAP = "1g"
