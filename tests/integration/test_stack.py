"""The fixtures that every integration test stands on."""

import contextlib
import json
import urllib.request

from kafka import KafkaAdminClient
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
