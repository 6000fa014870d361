"""The lease: a worker that the group may have given up writes nothing."""

import pytest

from streams.runtime.lease import MARGIN, Fenced, Lease, Standing, hold


class Clock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    """Give a clock."""
    return Clock()


@pytest.fixture
def lease(clock: Clock) -> Lease:
    """Give the lease of a member of generation 3: session 10 s, rebalance 60 s."""
    made = Lease(10.0, 60.0, clock)
    made.joined(3)
    return made


def test_a_member_may_write_within_its_session(lease: Lease, clock: Clock) -> None:
    """Just inside the margin."""
    clock.now += 10 * MARGIN
    assert lease.standing(3) is Standing.HELD


def test_a_member_without_heartbeats_must_wait(lease: Lease, clock: Clock) -> None:
    """Just outside the margin."""
    clock.now += 10 * MARGIN + 0.001
    assert lease.standing(3) is Standing.LATE


def test_a_heartbeat_counts_from_when_it_was_sent(lease: Lease, clock: Clock) -> None:
    """The answer may have been long on its way."""
    clock.now += 6
    lease.renew(101.0)
    clock.now += 3
    assert lease.standing(3) is Standing.LATE
    lease.renew(108.0)
    assert lease.standing(3) is Standing.HELD


def test_an_old_answer_does_not_shorten_the_lease(lease: Lease, clock: Clock) -> None:
    """Heartbeats may overtake each other."""
    clock.now += 7
    lease.renew(106.0)
    lease.renew(101.0)
    assert lease.standing(3) is Standing.HELD


def test_another_generation_is_lost(lease: Lease) -> None:
    """What was fetched before the last rebalance is not written after it."""
    assert lease.standing(2) is Standing.LOST


def test_before_the_first_join_nothing_may_be_written(clock: Clock) -> None:
    """There is no generation to write under."""
    assert Lease(10.0, 60.0, clock).standing(1) is Standing.LOST


def test_an_expelled_member_is_lost_until_it_joins_again(lease: Lease) -> None:
    """The coordinator does not know it."""
    lease.expelled()
    assert lease.standing(3) is Standing.LOST
    lease.joined(4)
    assert lease.standing(4) is Standing.HELD


def test_in_a_rebalance_a_chunk_may_be_finished_but_not_for_ever(lease: Lease, clock: Clock) -> None:
    """Heartbeats go on, yet the group waits only so long."""
    lease.rebalancing()
    for _ in range(45):
        clock.now += 1
        lease.renew(clock.now)
        lease.rebalancing()
        assert lease.standing(3) is Standing.HELD
    clock.now += 1
    lease.renew(clock.now)
    assert lease.standing(3) is Standing.LOST


async def test_hold_waits_for_a_late_heartbeat(lease: Lease, clock: Clock) -> None:
    """The broker was away; the group is as it was."""
    clock.now += 9
    waits = 0

    async def pause(_: float) -> None:
        nonlocal waits
        waits += 1
        if waits == 3:
            lease.renew(clock.now)

    await hold(lease, 3, pause)
    assert waits == 3


async def test_hold_ends_when_the_group_moves_on_meanwhile(lease: Lease, clock: Clock) -> None:
    """The answer to the late heartbeat is that nobody knows the worker."""
    clock.now += 9

    async def pause(_: float) -> None:
        lease.expelled()

    with pytest.raises(Fenced):
        await hold(lease, 3, pause)
