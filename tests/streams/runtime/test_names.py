"""Names at the broker and on disk."""

from pathlib import Path

import pytest

from streams.errors import UsageError
from streams.runtime.names import Names


def test_a_prefix_goes_before_everything() -> None:
    """Two installations on one broker never meet."""
    names = Names("t1-", 2)
    assert names.topic("alerts") == "t1-alerts"
    assert names.logical("t1-alerts") == "alerts"
    assert names.group("detect") == "t1-custodiet-detect-g2"
    assert names.changelog("detect") == "t1-custodiet-detect-g2-state-changelog"


def test_generations_share_topics_and_nothing_else() -> None:
    """A new generation reads the same log beside the old one."""
    one, two = Names("", 1), Names("", 2)
    assert one.topic("activities") == two.topic("activities")
    assert one.group("detect") != two.group("detect")
    assert one.datadir(Path("/d"), "detect", "w") != two.datadir(Path("/d"), "detect", "w")


def test_workers_of_one_machine_have_directories_of_their_own() -> None:
    """RocksDB takes one process a directory."""
    names = Names("", 1)
    assert names.datadir(Path("/d"), "detect", "a") != names.datadir(Path("/d"), "detect", "b")


@pytest.mark.parametrize("worker", ["", "../up", "a/b", ".hidden", "x" * 65, "a b"])
def test_a_worker_name_that_makes_no_directory_is_refused(worker: str) -> None:
    """It would leave the data directory."""
    with pytest.raises(UsageError, match="worker name"):
        Names("", 1).datadir(Path("/d"), "detect", worker)
