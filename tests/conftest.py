"""What holds for every test: how hypothesis works, and how many damaged inputs the sources are given."""

import pytest
from hypothesis import HealthCheck, settings

# The same examples in each run: a check that fails must fail again for whoever looks into it. No deadline: the machine may be busy.
settings.register_profile(
    "custodiet",
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("custodiet")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let ``--mutations 200000`` give the sources so many damaged inputs between them; the usual number keeps a run short."""
    parser.addoption("--mutations", type=int, default=88_000, help="damaged rows in all for tests/streams/sources/test_mutations.py")
