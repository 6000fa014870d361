"""Topics as the catalogue describes them: created, shown, and refused where they contradict it."""

from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager, closing
from dataclasses import dataclass, field
from typing import Any, Final, cast

from kafka import KafkaAdminClient
from kafka.admin import ConfigResource, ConfigResourceType
from kafka.errors import KafkaError, TopicAlreadyExistsError

from schemas.catalogue import Catalogue, catalogue
from schemas.topics import MAX_RECORD_BYTES
from streams.errors import CustodietError
from streams.runtime.connection import admin_options
from streams.runtime.names import Names
from streams.runtime.sender import OVERHEAD_BYTES
from streams.settings import Settings

STATEFUL: Final = ("enrich", "detect")
"""The roles that keep state, and so have a changelog."""

CHANGELOG: Final[Mapping[str, str]] = {
    "cleanup.policy": "compact",
    "max.message.bytes": str(MAX_RECORD_BYTES + OVERHEAD_BYTES),
    "message.timestamp.type": "LogAppendTime",
    # A worker that was away for less than this sees every deletion when it comes back with an old local copy.
    "delete.retention.ms": str(7 * 24 * 60 * 60 * 1000),
    "min.cleanable.dirty.ratio": "0.3",
    "segment.bytes": str(64 * 1024 * 1024),
}


class TopicsError(CustodietError):
    """Topics are missing or contradict the catalogue."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A topic as it should be, by its name at the broker."""

    name: str
    partitions: int
    config: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Seen:
    """A topic as it is; ``config`` holds what is set for the topic itself."""

    partitions: int
    replication: int
    config: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Finding:
    """One topic, wanted and seen. ``seen`` is None for a topic that is missing."""

    wanted: Wanted
    seen: Seen | None
    differences: Mapping[str, tuple[str, str]] = field(default_factory=dict)

    @property
    def partitions_differ(self) -> bool:
        """Whether the partition count is wrong, which nothing mends: keys would move."""
        return self.seen is not None and self.seen.partitions != self.wanted.partitions


def limits(names: Names, known: Catalogue | None = None) -> dict[str, int]:
    """Return the most bytes of a record by topic at the broker."""
    return {names.topic(name): topic.max_bytes - OVERHEAD_BYTES for name, topic in (known or catalogue()).topics.items()}


def wanted(settings: Settings, known: Catalogue | None = None) -> list[Wanted]:
    """Return every topic of an installation: those of the catalogue and the changelogs of this generation."""
    names = Names(settings.topic_prefix, settings.generation)
    topics = [
        Wanted(names.topic(name), settings.partitions if topic.partitioned else 1, topic.config)
        for name, topic in (known or catalogue()).topics.items()
    ]
    return topics + [Wanted(names.changelog(role), settings.partitions, CHANGELOG) for role in STATEFUL]


class Admin(AbstractContextManager["Admin"]):
    """A connection for administration; CustodietError says that no broker answers."""

    def __init__(self, settings: Settings) -> None:
        """Connect."""
        self._settings = settings
        try:
            self._client: Any = cast("Any", KafkaAdminClient)(**admin_options(settings))
        except (KafkaError, OSError) as error:
            raise CustodietError(f"no Kafka broker answers at {settings.kafka}: {error}") from error

    def __exit__(self, *_: object) -> None:
        """Disconnect."""
        with closing(self._client):
            pass

    def compare(self, topics: Iterable[Wanted]) -> list[Finding]:
        """Return each topic as it is beside how it should be."""
        wanted_ = list(topics)
        seen = self._seen([topic.name for topic in wanted_])
        return [_finding(topic, seen.get(topic.name)) for topic in wanted_]

    def create(self, findings: Iterable[Finding]) -> list[str]:
        """Create the topics that are missing; return their names."""
        missing = [finding.wanted for finding in findings if finding.seen is None]
        for topic in missing:
            options = {
                "num_partitions": topic.partitions,
                "replication_factor": self._settings.replication,
                "configs": dict(topic.config),
            }
            try:
                self._client.create_topics({topic.name: options}, wait_for_metadata=True)
            except TopicAlreadyExistsError:
                continue  # somebody else was quicker
            except KafkaError as error:
                raise TopicsError(f"cannot create topic {topic.name}: {error}") from error
        return [topic.name for topic in missing]

    def alter(self, finding: Finding) -> None:
        """Set the configuration of an existing topic to what it should be."""
        values = {name: want for name, (want, _) in finding.differences.items()}
        self._client.alter_configs([_resource(finding.wanted.name, values)])

    def _seen(self, topics: list[str]) -> dict[str, Seen]:
        described = [topic for topic in self._client.describe_topics(topics) if topic["error_code"] == 0]
        if not described:
            return {}
        asked = [_resource(topic["name"]) for topic in described]
        configs: Mapping[str, Mapping[str, Any]] = self._client.describe_configs(asked).get("topic", {})
        return {
            topic["name"]: Seen(
                partitions=len(topic["partitions"]),
                replication=min(len(partition["replica_nodes"]) for partition in topic["partitions"]),
                config={name: entry["value"] for name, entry in configs.get(topic["name"], {}).items()},
            )
            for topic in described
        }


def check(findings: Iterable[Finding]) -> None:
    """Raise TopicsError when a topic is missing or has another partition count than the settings say."""
    findings = list(findings)
    wrong = [
        f"topic {finding.wanted.name} has {finding.seen.partitions} partitions and CUSTODIET_PARTITIONS says {finding.wanted.partitions}"
        for finding in findings
        if finding.seen is not None and finding.partitions_differ
    ]
    if wrong:
        raise TopicsError(
            "\n".join(wrong) + "\nThe count is chosen once, since with another one keys would move away from their state: set "
            "CUSTODIET_PARTITIONS to what the topics have, or begin anew under another CUSTODIET_TOPIC_PREFIX"
        )
    missing = [finding.wanted.name for finding in findings if finding.seen is None]
    if missing:
        raise TopicsError(f"missing topics: {', '.join(missing)}; run `custodiet topics apply`")


def _resource(topic: str, values: Mapping[str, str] | None = None) -> Any:
    return cast("Any", ConfigResource)(ConfigResourceType.TOPIC, topic, configs=values)


def _finding(topic: Wanted, seen: Seen | None) -> Finding:
    if seen is None:
        return Finding(topic, None)
    differences = {name: (want, seen.config.get(name, "(default)")) for name, want in topic.config.items() if seen.config.get(name) != want}
    return Finding(topic, seen, differences)
