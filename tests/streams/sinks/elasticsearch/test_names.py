"""Names of indices and aliases."""

import pytest

from streams.errors import UsageError
from streams.sinks.elasticsearch.names import Names


def test_names_stand_under_the_prefix() -> None:
    """Everything that one installation makes bears its prefix."""
    names = Names("t1-")
    assert (names.alerts, names.active, names.marks) == ("t1-custodiet-alerts", "t1-custodiet-alerts-active", "t1-custodiet-marks")
    assert names.index("alerts", 2) == "t1-custodiet-alerts-v2"


@pytest.mark.parametrize(
    ("index", "version"),
    [
        ("custodiet-alerts-v1", 1),
        ("custodiet-alerts-v12", 12),
        ("custodiet-alerts-v", None),
        ("custodiet-alerts-vx", None),
        ("t1-custodiet-alerts-v1", None),
        ("custodiet-marks-v1", None),
    ],
)
def test_version_is_read_from_a_name(index: str, version: int | None) -> None:
    """Only an index of the family under this prefix has a version."""
    assert Names().version("alerts", index) == version


@pytest.mark.parametrize("prefix", ["_x", "-x", ".x"])
def test_prefix_that_no_index_can_have_is_refused(prefix: str) -> None:
    """What Elasticsearch would refuse later is refused at once."""
    with pytest.raises(UsageError, match="letter or a digit"):
        Names(prefix)
