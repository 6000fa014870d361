"""Partitions keep step in event time."""

from dataclasses import dataclass, field
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from streams.runtime.alignment import Alignment, event_time, header
from streams.runtime.chunks import Place

SLACK = 10
A, B = ("mail-events", 0), ("mail-events", 1)


@dataclass
class Record:
    """A record as the Kafka client hands it over."""

    offset: int
    at: int | None = None
    timestamp: int = 1_790_000_000_000
    key: bytes | None = b"k"
    value: bytes | None = b"v"
    headers: list[tuple[str, bytes]] = field(init=False)

    def __post_init__(self) -> None:
        """Tell the event time in the header."""
        self.headers = [] if self.at is None else [header(self.at)]


def records(*times: int | None) -> list[Record]:
    """Return records at these event times."""
    return [Record(offset, at) for offset, at in enumerate(times)]


def times(taken: dict[Place, list[Any]]) -> dict[Place, list[int | None]]:
    """Return the event times of what was taken."""
    return {place: [record.at for record in run] for place, run in taken.items()}


def test_the_header_tells_any_instant() -> None:
    """Instants before 1970 too."""
    assert [event_time(Record(0, at)) for at in (-5, 0, 1_777_000_000_000, None)] == [-5, 0, 1_777_000_000_000, None]


def test_a_header_from_the_future_tells_nothing() -> None:
    """One crafted record must not set the pace of all partitions."""
    produced = 1_790_000_000_000
    day = 24 * 3_600_000
    assert event_time(Record(0, produced + day)) == produced + day
    assert event_time(Record(0, produced + day + 1)) is None


def test_nothing_is_handed_on_without_a_grant() -> None:
    """The first record waits until the others were asked."""
    alignment = Alignment(SLACK)
    alignment.hold(A, records(0))
    assert alignment.take() == {}
    assert alignment.waiting()


def test_a_partition_goes_as_far_as_the_slack_ahead_of_the_last() -> None:
    """exact_slack is handed on, one more is not."""
    alignment = Alignment(SLACK)
    alignment.hold(A, records(0, 5, 10, 11))
    alignment.hold(B, records(3, 40))
    assert alignment.grant({})
    assert times(alignment.take()) == {A: [0, 5, 10], B: [3]}
    assert alignment.grant({})
    assert times(alignment.take()) == {A: [11]}


def test_a_partition_elsewhere_holds_the_others_back() -> None:
    """What another worker has not committed yet counts as still to come."""
    alignment = Alignment(SLACK)
    alignment.hold(A, records(50))
    assert alignment.grant({B: 0})
    assert alignment.take() == {}
    assert not alignment.grant({B: 0})
    assert alignment.grant({B: 45})
    assert times(alignment.take()) == {A: [50]}


def test_a_record_that_tells_no_event_time_waits_only_for_those_before_it() -> None:
    """Other producers than ingest need not know of the header."""
    alignment = Alignment(SLACK)
    alignment.hold(A, records(None, 99, None))
    alignment.hold(B, records(0))
    assert times(alignment.take()) == {A: [None]}
    assert alignment.grant({})
    assert times(alignment.take()) == {B: [0]}
    assert alignment.grant({})
    assert times(alignment.take()) == {A: [99, None]}


def test_what_is_forgotten_is_not_handed_on() -> None:
    """After a rebalance it will be fetched again."""
    alignment = Alignment(SLACK)
    alignment.hold(A, records(0))
    alignment.hold(B, records(0))
    alignment.forget([A])
    assert alignment.grant({})
    assert times(alignment.take()) == {B: [0]}


def test_a_partition_of_which_much_is_held_need_not_be_fetched() -> None:
    """Memory stays bounded however far ahead a partition is."""
    alignment = Alignment(SLACK)
    alignment.hold(A, [Record(0, 0, value=b"x" * 2_000_000)])
    alignment.hold(B, records(0))
    assert alignment.full() == {A}
    alignment.grant({})
    alignment.take()
    assert alignment.full() == set()


@given(st.lists(st.lists(st.integers(0, 300), max_size=20), min_size=1, max_size=4))
def test_everything_is_handed_on_once_and_never_far_ahead(logs: list[list[int]]) -> None:
    """Whatever partitions hold, in order of event time, no record goes before one that is more than the slack earlier."""
    alignment = Alignment(SLACK)
    for number, log in enumerate(logs):
        alignment.hold(("mail-events", number), records(*sorted(log)))
    order: list[int] = []
    while alignment.waiting():
        assert alignment.grant({})
        order += [record.at for run in alignment.take().values() for record in run if isinstance(record, Record) and record.at is not None]
    assert sorted(order) == sorted(at for log in logs for at in log)
    latest = -1
    for at in order:
        assert latest <= at + SLACK
        latest = max(latest, at)
