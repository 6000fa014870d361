"""Fault points strike once, at the chunk and in the role they are meant for."""

import pytest

from streams.errors import UsageError
from streams.runtime.faults import Faults, Point


def struck(fault: str | None, role: str, points: list[Point]) -> list[int]:
    """Return at which of the points the worker would have died."""
    deaths: list[int] = []
    at = 0
    faults = Faults(fault, role, lambda: deaths.append(at))
    for at, point in enumerate(points):  # noqa: B007 - read by the lambda
        faults.at(point)
    return deaths


CHUNKS: list[Point] = ["before-state", "after-state", "after-output"] * 3


@pytest.mark.parametrize(("fault", "at"), [("before-state:1", [0]), ("after-state:2", [4]), ("after-output:3:detect", [8])])
def test_a_fault_strikes_at_its_chunk(fault: str, at: list[int]) -> None:
    """The n-th time at the named point, and never again."""
    assert struck(fault, "detect", CHUNKS) == at


def test_a_fault_of_another_role_does_not_strike() -> None:
    """One environment serves three workers."""
    assert struck("after-state:1:enrich", "detect", CHUNKS) == []


@pytest.mark.parametrize("fault", [None, ""])
def test_without_a_fault_nothing_strikes(fault: str | None) -> None:
    """As in production."""
    assert struck(fault, "detect", CHUNKS) == []


@pytest.mark.parametrize("fault", ["sometimes:1", "after-state", "after-state:0", "after-state:x", "after-state:1:detect:2"])
def test_a_fault_that_is_none_is_refused(fault: str) -> None:
    """A test that believes it kills must not pass because it does not."""
    with pytest.raises(UsageError, match="CUSTODIET_FAULT"):
        Faults(fault, "detect")
