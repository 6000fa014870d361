"""The fixtures that every integration test stands on."""

import contextlib
import json
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from kafka import KafkaAdminClient, KafkaProducer
from kafka.admin import NewTopic

from deploy.local import versions
from deploy.local.stack import Stack


def test_stack_answers(stack: Stack) -> None:
    """Both servers of the stack answer, in the versions asked for."""
    with contextlib.closing(KafkaAdminClient(bootstrap_servers=stack.kafka)) as admin:
        assert [f"{broker['host']}:{broker['port']}" for broker in admin.describe_cluster()["brokers"]] == [stack.kafka]
    with urllib.request.urlopen(f"{stack.elasticsearch}/_nodes", timeout=10) as answer:
        nodes = json.load(answer)["nodes"].values()
    assert [node["version"] for node in nodes] == [versions.ELASTICSEARCH]


def test_topics_of_a_namespace_can_be_made(stack: Stack, namespace: str) -> None:
    """A topic under the test's own prefix gets the stack's number of partitions."""
    with contextlib.closing(KafkaAdminClient(bootstrap_servers=stack.kafka)) as admin:
        admin.create_topics([NewTopic(f"{namespace}made", -1, 1)])
        (described,) = admin.describe_topics([f"{namespace}made"])
    assert len(described["partitions"]) == versions.PARTITIONS


def produced(bootstrap: str, topic: str, size: int) -> int:
    """Write one record of `size` bytes; return its offset."""
    with contextlib.closing(KafkaProducer(bootstrap_servers=bootstrap, max_request_size=versions.MAX_MESSAGE_BYTES)) as producer:
        return int(producer.send(topic, b"x" * size, partition=0).get(60).offset)


@pytest.fixture(scope="module")
def second_checkout(stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """Give the stack of another checkout, with the same jars."""
    checkout = tmp_path_factory.mktemp("checkout")
    programs = checkout / ".state" / "programs"
    programs.mkdir(parents=True)
    for fetched in (stack.folder / "programs").iterdir():
        (programs / fetched.name).symlink_to(fetched)
    second = Stack(checkout)
    yield second
    second.wipe(everything=True)


@pytest.fixture
def second_kafka(second_checkout: Stack) -> Stack:
    """Run the broker of another checkout beside this one's."""
    second_checkout.start("kafka")
    return second_checkout


def test_second_checkout_runs_beside_the_first(stack: Stack, second_kafka: Stack) -> None:
    """Two checkouts have brokers of their own, and stopping one leaves the other alone."""
    assert second_kafka.kafka != stack.kafka
    second_kafka.stop()
    assert not second_kafka.services["kafka"].running
    assert stack.services["kafka"].ready


def test_kafka_keeps_records_when_restarted(second_kafka: Stack) -> None:
    """Stopped in order or killed, and started again, the broker has the same address and the same records."""
    address = second_kafka.kafka
    with contextlib.closing(KafkaAdminClient(bootstrap_servers=address)) as admin:
        admin.create_topics([NewTopic("kept", -1, 1)])
    assert produced(address, "kept", 10) == 0
    for at_once, offset in ((False, 1), (True, 2)):
        second_kafka.restart("kafka", at_once=at_once)
        assert second_kafka.kafka == address
        # The largest record that custodiet sends must pass, too.
        assert produced(address, "kept", 4_000_000) == offset


def test_elasticsearch_keeps_documents_when_restarted(stack: Stack, namespace: str) -> None:
    """Stopped and started again, Elasticsearch has the same address and the same documents; it runs as no root."""
    address = stack.elasticsearch
    document = f"{address}/{namespace}kept/_doc/1"
    written = urllib.request.Request(f"{document}?refresh=true", b'{"kept": true}', {"Content-Type": "application/json"}, method="PUT")
    with urllib.request.urlopen(written, timeout=30) as answer:
        assert answer.status == 201
    stack.restart("elasticsearch")
    assert stack.elasticsearch == address
    with urllib.request.urlopen(document, timeout=30) as answer:
        assert json.load(answer)["_source"] == {"kept": True}
    owners = {Path(f"/proc/{process.pid}").stat().st_uid for process in stack.services["elasticsearch"].state.processes}
    assert owners.isdisjoint({0})
