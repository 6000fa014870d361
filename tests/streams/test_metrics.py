"""Metrics: what a worker tells, and what a program that waits can sum."""

import socket
import urllib.request
from typing import get_args

from prometheus_client import generate_latest

from streams.counts import Counts
from streams.metrics import Metric, Metrics


def value(metrics: Metrics, name: str, **labels: str) -> float | None:
    """Return a sample."""
    return metrics.registry.get_sample_value(name, {"role": "enrich", **labels})


def test_every_metric_is_told_under_its_name() -> None:
    """The names are a short closed list."""
    told = {metric.name for metric in Metrics("enrich").registry.collect()}
    assert told == set(get_args(Metric))


def test_counters_add_up_and_the_state_is_set() -> None:
    """The state is exact across restarts, so it is never added to."""
    metrics = Metrics("enrich")
    for _ in range(2):
        metrics.ended("mail-events", 1, Counts(read=3, facts=2, late=1))
        metrics.state("mail-events", 1, Counts(read=30, facts=30), 5_000)
    place = {"topic": "mail-events", "partition": "1"}
    assert value(metrics, "custodiet_records_total", **place, end="read") == 6
    assert value(metrics, "custodiet_state_records", **place, end="read") == 30
    assert value(metrics, "custodiet_state_records", **place, end="late") == 0
    assert value(metrics, "custodiet_partition_clock_seconds", **place) == 5


def test_partitions_that_another_worker_may_hold_are_no_longer_told_of() -> None:
    """A sum over all workers would count them twice."""
    metrics = Metrics("enrich")
    metrics.state("mail-events", 1, Counts(read=30), None)
    metrics.committed({("mail-events", 1): 7})
    metrics.gone()
    metrics.committed({("mail-events", 2): 9})
    assert value(metrics, "custodiet_state_records", topic="mail-events", partition="1", end="read") is None
    assert value(metrics, "custodiet_committed_offset", topic="mail-events", partition="1") is None
    assert value(metrics, "custodiet_committed_offset", topic="mail-events", partition="2") == 9


def test_two_workers_in_one_process_do_not_share_their_figures() -> None:
    """Each has a registry of its own."""
    one, other = Metrics("enrich"), Metrics("enrich")
    one.dead_letter("bug")
    assert value(other, "custodiet_dead_letters_total", reason="bug") is None


def test_metrics_are_served_where_the_settings_say() -> None:
    """And nowhere with port 0."""
    metrics = Metrics("enrich")
    metrics.serve("127.0.0.1", 0)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    metrics.serve("127.0.0.1", port)
    metrics.unhealthy("mail-events", broken=True)
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=5) as answer:
        assert b'custodiet_feed_unhealthy{role="enrich",topic="mail-events"} 1.0' in answer.read()
    assert generate_latest(metrics.registry)
