"""Chunks and the ledger: nothing is committed that was not handled, and nothing that holds no record holds a commit back."""

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.runtime.chunks import Chunk, Ledger, chunks, split

PLACE = ("mail-events", 0)


@dataclass(frozen=True)
class Record:
    """A record as the client fetches it."""

    offset: int
    value: bytes | None = b"x"
    key: bytes | None = b"k"
    timestamp: int = 0


def chunk(first: int, last: int, generation: int = 1) -> Chunk:
    """Make a chunk of records without gaps."""
    return Chunk(*PLACE, [Record(offset) for offset in range(first, last + 1)], size=last - first + 1, generation=generation)


def test_a_chunk_knows_its_offsets_and_gives_its_records_under_the_topics_logical_name() -> None:
    """What stages get carries everything of the record, and the catalogue's name."""
    made = Chunk("t1-mail-events", 3, [Record(7, b"a", b"k", 5), Record(9, None, None, 6)], 2, 1)
    first, last = made.delivered("mail-events")
    assert (made.first, made.last) == (7, 9)
    assert (first.topic, first.partition, first.offset, first.timestamp, first.key, first.value) == ("mail-events", 3, 7, 5, b"k", b"a")
    assert (last.offset, last.key, last.value) == (9, None, None)


@given(st.lists(st.integers(0, 50), min_size=1), st.integers(1, 10), st.integers(1, 60))
def test_split_keeps_every_record_in_order_within_the_bounds(sizes: list[int], most_records: int, most_bytes: int) -> None:
    """Runs are full but for a single record that is larger than the bound."""
    records = [Record(offset, b"x" * size, None) for offset, size in enumerate(sizes)]
    runs = list(split(records, most_records, most_bytes))
    assert [record for run, _ in runs for record in run] == records
    for run, size in runs:
        assert size == sum(len(record.value or b"") for record in run)
        assert len(run) <= most_records
        assert size <= most_bytes or len(run) == 1


def test_chunks_carry_place_and_generation() -> None:
    """All chunks of one fetch share them."""
    made = chunks("t", 2, [Record(0), Record(1), Record(2)], (2, 100), 9)
    assert [(each.topic, each.partition, each.first, each.last, each.generation) for each in made] == [("t", 2, 0, 1, 9), ("t", 2, 2, 2, 9)]


def test_nothing_is_committed_before_the_head_is_acknowledged() -> None:
    """A later chunk that is done first waits for the earlier one."""
    ledger = Ledger()
    first, second = chunk(0, 9), chunk(10, 19)
    for each in (first, second):
        ledger.enter(each)
    second.acknowledge()
    assert ledger.advance(PLACE) is None
    first.acknowledge()
    assert ledger.advance(PLACE) == 20


def test_a_chunk_that_was_dropped_on_the_way_is_never_passed() -> None:
    """What was fetched and never delivered stays at the head."""
    ledger = Ledger()
    done, dropped, later = chunk(0, 9), chunk(10, 19), chunk(20, 29)
    for each in (done, dropped, later):
        ledger.enter(each)
    ledger.reach(PLACE, 30)
    done.acknowledge()
    later.acknowledge()
    assert ledger.advance(PLACE) == 10
    assert ledger.advance(PLACE) is None


def test_offsets_without_records_do_not_hold_a_commit_back() -> None:
    """Compacted records leave gaps, and a transaction leaves a marker at the end."""
    ledger = Ledger()
    made = Chunk(*PLACE, [Record(3), Record(90)], 2, 1)
    ledger.enter(made)
    ledger.reach(PLACE, 95)
    made.acknowledge()
    assert ledger.settled() == [PLACE]
    assert ledger.advance(PLACE) == 95
    assert ledger.settled() == [PLACE]


def test_what_was_fetched_after_the_last_acknowledged_chunk_is_not_passed_by_its_reach() -> None:
    """How far was fetched counts only where nothing waits."""
    ledger = Ledger()
    first, second = chunk(0, 9), chunk(10, 19)
    for each in (first, second):
        ledger.enter(each)
    ledger.reach(PLACE, 20)
    first.acknowledge()
    assert ledger.advance(PLACE) == 10


def test_what_is_forgotten_is_not_committed_even_when_it_is_acknowledged_later() -> None:
    """After a rebalance the records are fetched again, here or elsewhere."""
    ledger = Ledger()
    old = chunk(0, 9)
    ledger.enter(old)
    ledger.reach(PLACE, 10)
    ledger.forget([PLACE])
    old.acknowledge()
    ledger.release(old)
    assert ledger.settled() == []
    assert ledger.advance(PLACE) is None
    assert ledger.outstanding_bytes == 0


def test_only_acknowledged_chunks_make_room() -> None:
    """A chunk that Faust is done with and nobody acknowledged is still outstanding."""
    ledger = Ledger()
    made = chunk(0, 9)
    ledger.enter(made)
    ledger.release(made)
    assert (ledger.outstanding_bytes, ledger.outstanding_chunks) == (10, 1)
    made.acknowledge()
    ledger.release(made)
    ledger.release(made)
    assert (ledger.outstanding_bytes, ledger.outstanding_chunks) == (0, 0)


def test_a_chunk_tells_at_once_that_it_was_handled() -> None:
    """Whoever waits for room need not wait for the next commit."""
    told: list[Chunk] = []
    made = chunk(0, 9)
    made.on_acknowledged = told.append
    made.acknowledge()
    assert told == [made]


@given(st.lists(st.tuples(st.integers(1, 5), st.integers(0, 3)), min_size=1, max_size=20), st.randoms(use_true_random=False))
def test_a_commit_never_passes_a_chunk_that_was_not_handled(runs: list[tuple[int, int]], chance: "st.DrawFn") -> None:
    """Whatever the gaps and the order of acknowledgement, the offset lies at the first unhandled chunk or before."""
    ledger, made, offset = Ledger(), [], 0
    for length, gap in runs:
        offset += gap
        made.append(chunk(offset, offset + length - 1))
        ledger.enter(made[-1])
        offset += length
        ledger.reach(PLACE, offset)
    waiting = list(made)
    chance.shuffle(waiting)  # type: ignore[attr-defined]
    committed = 0
    for each in waiting:
        each.acknowledge()
        ledger.release(each)
        committed = max(committed, ledger.advance(PLACE) or 0)
        unhandled = [other.first for other in made if not other.acknowledged]
        assert committed <= min(unhandled, default=offset)
    assert committed == offset
    assert ledger.outstanding_bytes == 0


def test_partitions_do_not_mix() -> None:
    """Each has its own head."""
    ledger = Ledger()
    one, other = chunk(0, 4), Chunk("mail-events", 1, [Record(0)], 1, 1)
    ledger.enter(one)
    ledger.enter(other)
    other.acknowledge()
    assert ledger.advance(("mail-events", 1)) == 1
    assert ledger.advance(PLACE) is None
    ledger.forget([("mail-events", 1)])
    assert ledger.outstanding_chunks == 1


def test_an_empty_chunk_cannot_be_made() -> None:
    """It would have no offset."""
    with pytest.raises(IndexError):
        Chunk(*PLACE, [], 0, 1)
