"""Waiting for Elasticsearch."""

import pytest
from structlog.testing import capture_logs

from streams.sinks.elasticsearch.patience import FIRST_SECONDS, MOST_SECONDS, SAY_EVERY_SECONDS, Patience


class Time:
    """A clock that only pauses move."""

    def __init__(self) -> None:
        """Start at nought."""
        self.now = 0.0
        self.pauses: list[float] = []

    async def pause(self, seconds: float) -> None:
        """Let time pass."""
        self.pauses.append(seconds)
        self.now += seconds

    def clock(self) -> float:
        """Tell the time."""
        return self.now


@pytest.mark.parametrize(("jitter", "share"), [(0.0, 0.5), (1.0, 1.0)])
async def test_pauses_double_up_to_a_bound(jitter: float, share: float) -> None:
    """Each pause is twice the one before, between half and the whole of its span, and never over the bound."""
    time = Time()
    patience = Patience(time.pause, time.clock, lambda: jitter)
    for _ in range(40):
        await patience.wait("away", 1)
    assert time.pauses[:3] == pytest.approx([FIRST_SECONDS * share, 2 * FIRST_SECONDS * share, 4 * FIRST_SECONDS * share])
    assert time.pauses[-1] == MOST_SECONDS * share


async def test_waiting_is_told_at_once_and_then_once_a_minute() -> None:
    """Ten minutes of waiting are a line at their start and one a minute, and a line at their end."""
    time = Time()
    patience = Patience(time.pause, time.clock, lambda: 1.0)
    with capture_logs() as lines:
        while time.now < 10 * SAY_EVERY_SECONDS:
            await patience.wait("away", 3)
        patience.over()
    waiting = [line for line in lines if line["event"] == "elasticsearch-waiting"]
    assert 9 <= len(waiting) <= 11
    assert waiting[0]["waited_seconds"] == 0
    assert waiting[0]["alerts"] == 3
    assert [line["event"] for line in lines if line not in waiting] == ["elasticsearch-resumed"]


async def test_no_wait_is_not_told() -> None:
    """Where nothing was waited for, nothing is said."""
    with capture_logs() as lines:
        Patience().over()
    assert lines == []


async def test_wait_starts_afresh_after_a_success() -> None:
    """After a success the next fault is waited for as briefly as the first."""
    time = Time()
    patience = Patience(time.pause, time.clock, lambda: 1.0)
    await patience.wait("away", 1)
    await patience.wait("away", 1)
    patience.over()
    await patience.wait("away", 1)
    assert time.pauses == pytest.approx([FIRST_SECONDS, 2 * FIRST_SECONDS, FIRST_SECONDS])
