"""The state on the real broker: the local copy is never ahead of the changelog, and partitions do not mix."""

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from deploy.local.stack import Stack
from tests.integration.field import Field


@pytest.fixture
def field(stack: Stack, namespace: str, tmp_path: Path) -> Iterator[Field]:
    """Give a field with its topics."""
    with Field(stack.kafka, namespace, tmp_path) as ready:
        yield ready


def changelog_of(field: Field, partition: int) -> dict[bytes, bytes]:
    """Return what recovery would make of a partition."""
    return {key: row for (of, key), row in field.changelog().items() if of == partition}


def test_local_copy_and_changelog_are_equal_when_a_worker_stops(field: Field) -> None:
    """Row by row, in every partition."""
    field.send_numbers(range(2_000))
    worker = field.start("one")
    field.until_committed()
    assert field.stop(worker) == 0
    for partition in range(field.settings.partitions):
        rows = changelog_of(field, partition)
        assert rows
        assert field.local("one", partition) == rows


@pytest.mark.parametrize("fault", ["after-state:3", "before-state:4"])
def test_a_killed_worker_leaves_no_row_that_the_changelog_lacks(field: Field, fault: str) -> None:
    """Such a row would be taken for known when its record comes again, and would never reach whoever recovers from the changelog."""
    field.send_numbers(range(4_000))
    field.start("one", CUSTODIET_FAULT=fault).wait(60)
    for partition in range(field.settings.partitions):
        assert field.local("one", partition).items() <= changelog_of(field, partition).items()


def test_rows_of_one_key_in_several_partitions_do_not_mix(field: Field) -> None:
    """Each partition sees its own."""
    for partition in range(field.settings.partitions):
        field.send([(b"same", b"%d" % partition)], partition)
    worker = field.start("one")
    field.until_committed()
    assert field.stop(worker) == 0
    assert {partition: list(seen.values()) for (partition, _), seen in field.tallied().items()} == {
        partition: [partition] for partition in range(field.settings.partitions)
    }


def test_a_partition_that_comes_back_is_brought_up_to_date(field: Field) -> None:
    """What another worker wrote meanwhile is replayed over the old local copy."""
    field.send_numbers(range(1_000))
    worker = field.start("one")
    field.until_committed()
    assert field.stop(worker) == 0
    field.send_numbers(range(1_000, 2_000))
    other = field.start("two")
    field.until_committed()
    assert field.stop(other) == 0
    field.send_numbers(range(2_000, 3_000))
    worker = field.start("one")
    field.until_committed()
    assert field.stop(worker) == 0
    field.holds()
    for partition in range(field.settings.partitions):
        local = field.local("one", partition)
        assert local == changelog_of(field, partition)
        (head,) = (row for key, row in local.items() if key.startswith(b"head:"))
        assert msgspec.json.decode(head)["counts"]["redelivered"] == 0
