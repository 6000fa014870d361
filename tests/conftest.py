"""What holds for every test: how hypothesis works, how many damaged inputs the sources are given, what may run side by side."""

import pytest
from hypothesis import HealthCheck, settings
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

# The same examples in each run: a check that fails must fail again for whoever looks into it. No deadline: the machine may be busy.
settings.register_profile(
    "custodiet",
    derandomize=True,
    deadline=None,
    database=None,
    report_multiple_bugs=False,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("custodiet")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let ``--mutations 200000`` give the sources so many damaged inputs between them, and ``--histories 20000`` the engine so many logs.

    The usual numbers keep a run short.
    """
    parser.addoption("--mutations", type=int, default=88_000, help="damaged rows in all for tests/streams/sources/test_mutations.py")
    histories = "for tests/detectors/engine/test_stream_equals_batch.py: "
    parser.addoption("--histories", type=int, default=2000, help=histories + "how many random histories are tried")
    parser.addoption("--first-history", type=int, default=0, help=histories + "the number of the first of them")


class OneStack(LoadScopeScheduling):
    """Any test beside any other, but those on the stack one after the other: some stop Kafka or Elasticsearch."""

    def _split_scope(self, nodeid: str) -> str:
        """Return what must stay in one process."""
        return "stack" if nodeid.startswith("tests/integration/") else nodeid


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> OneStack:
    """Schedule the tests of several processes."""
    return OneStack(config, log)
