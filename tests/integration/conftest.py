"""The real stack for the tests that need it, and names that keep them apart."""

import contextlib
import json
import secrets
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from kafka import KafkaAdminClient

from deploy.local.stack import Stack

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what lies here, so that `-m "not integration"` leaves the stack alone, and run it first.

    It waits more than it works: a second process gets through the rest beside it.
    """
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.integration)
    items.sort(key=lambda item: item.get_closest_marker("integration") is None)


@pytest.fixture(scope="session")
def stack() -> Stack:
    """Give Kafka and Elasticsearch of this checkout, started where they do not run; they are left up for the next run.

    `.kafka` is "127.0.0.1:port", `.elasticsearch` "http://127.0.0.1:port"; `.stop`, `.start` and `.restart` take "kafka" or
    "elasticsearch" and `at_once=True` for a kill. A test that stops one starts it again before it ends.
    """
    # The message of a failed start is for a person: pytest shows what is said here beside it.
    here = Stack(say=print)
    here.start()
    return here


@pytest.fixture
def namespace(stack: Stack) -> Iterator[str]:
    """Give a prefix of this test's own ("t3f9a1c-") for topics, groups and indices; what bears it is removed afterwards."""
    prefix = f"t{secrets.token_hex(3)}-"
    yield prefix
    stack.start()
    _remove_topics(stack.kafka, prefix)
    _remove_indices(stack.elasticsearch, prefix)


def _remove_topics(bootstrap: str, prefix: str) -> None:
    with contextlib.closing(KafkaAdminClient(bootstrap_servers=bootstrap)) as admin:
        mine = [topic for topic in admin.list_topics() if topic.startswith(prefix)]
        if mine:
            admin.delete_topics(mine)


def _remove_indices(address: str, prefix: str) -> None:
    for kind in ("_index_template", "_component_template"):
        listed = _ask("GET", f"{address}/{kind}").get(f"{kind.removeprefix('_')}s", [])
        for name in [entry["name"] for entry in listed if entry["name"].startswith(prefix)]:
            _ask("DELETE", f"{address}/{kind}/{name}")
    # By name, one by one: a deletion by pattern is off by default, as it should be.
    for name in _ask("GET", f"{address}/{prefix}*?expand_wildcards=all"):
        _ask("DELETE", f"{address}/{name}")


def _ask(method: str, address: str) -> dict[str, list[dict[str, str]]]:
    request = urllib.request.Request(address, method=method)
    with urllib.request.urlopen(request, timeout=30) as answer:
        parsed: dict[str, list[dict[str, str]]] = json.load(answer)
    return parsed
