"""When is everything that was sent accounted for? When every stage has committed all that lies in its source topics, in their order."""

import time
import urllib.request
from collections.abc import Callable, Iterable, Mapping
from contextlib import closing
from types import MappingProxyType

from kafka import KafkaAdminClient, TopicPartition
from kafka.admin import OffsetSpec
from kafka.errors import KafkaError
from prometheus_client.parser import text_string_to_metric_families

from streams.counts import Counts
from streams.runtime.names import Names

SOURCES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {"enrich": ("mail-events", "file-events", "setting-events"), "detect": ("activities",), "index": ("alerts",)}
)
_POLL_SECONDS = 0.25


class NotSettledError(Exception):
    """Records are still under way after all the time there was."""


def behind(bootstrap: str, names: Names, roles: Iterable[str] = tuple(SOURCES)) -> dict[str, int]:
    """Return how many records each stage has not committed yet, asked in the order in which records go through them."""
    lags = {}
    with closing(KafkaAdminClient(bootstrap_servers=bootstrap)) as admin:
        for role in roles:
            wanted = {names.topic(topic) for topic in SOURCES[role]}
            committed = {place: at.offset for place, at in admin.list_group_offsets(names.group(role))[names.group(role)].items()}
            places = [
                TopicPartition(topic["name"], partition["partition_index"])
                for topic in admin.describe_topics(sorted(wanted))
                for partition in topic["partitions"]
            ]
            ends = admin.list_partition_offsets(dict.fromkeys(places, OffsetSpec.LATEST))
            lags[role] = sum(end.offset - max(committed.get(place, 0), 0) for place, end in ends.items())
    return lags


def wait_until_settled(
    bootstrap: str, names: Names, patience: float, *, told: Callable[[Mapping[str, int]], None] = lambda _: None
) -> None:
    """Return when nothing is behind; ``told`` gets the lags as they go down. Raise NotSettledError after ``patience`` seconds."""
    deadline = time.monotonic() + patience
    while True:
        lags = _lags(bootstrap, names)
        told(lags)
        if lags and not any(lags.values()):
            return
        if time.monotonic() > deadline:
            raise NotSettledError(f"after {patience:.0f} s there are still records under way: {lags}")
        time.sleep(_POLL_SECONDS)


def _lags(bootstrap: str, names: Names) -> dict[str, int]:
    """Return the lags, or nothing while the broker cannot tell: it may be starting, or moving a group."""
    try:
        return behind(bootstrap, names)
    except KafkaError:
        return {}


def worker_counts(metrics_ports: Iterable[int]) -> Counts:
    """Return how every record that these workers' partitions ever held has ended, as their state has it (exact across restarts)."""
    total = Counts()
    for port in metrics_ports:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as answer:
            text = answer.read().decode()
        for family in text_string_to_metric_families(text):
            for sample in family.samples if family.name == "custodiet_state_records" else ():
                name = sample.labels["end"]
                setattr(total, name, getattr(total, name) + int(sample.value))
    return total
