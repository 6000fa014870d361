"""A store that is larger than memory answers as the one in memory does."""

import asyncio

from hypothesis import given
from hypothesis import strategies as st

from streams.stages.spill_store import SpillStore
from streams.stages.store import MemoryStore

KEYS = st.sampled_from([b"", b"a", b"aa", b"ab", b"b", b"\xff", b"\x00"])
ROWS = st.dictionaries(KEYS, st.none() | st.binary(max_size=300))
ALL = [b"", b"a", b"aa", b"ab", b"b", b"\xff", b"\x00"]


@given(st.lists(ROWS, max_size=30), st.sampled_from([0, 400, 1_000, 10**9]))
def test_rows_are_the_same_wherever_they_lie(writes: list[dict[bytes, bytes | None]], memory: int) -> None:
    """Whatever is written, overwritten and deleted, with all, some or none of it on disk."""
    plain = MemoryStore()
    with SpillStore(memory) as store:
        for rows in writes:
            for each in (plain, store):
                each.put_many(rows)
            asyncio.run(store.commit())
            assert store.get_many(ALL) == plain.get_many(ALL)
            for prefix in (b"", b"a"):
                assert list(store.keys(prefix)) == list(plain.keys(prefix))


def test_what_is_over_the_bound_leaves_memory() -> None:
    """No more than the bound is held, and all is still there."""
    with SpillStore(100_000) as store:
        for number in range(2_000):
            store.put_many({b"%d" % number: b"x" * 500})
        assert store._size <= 100_000
        assert len(store._rows) < 200
        assert store.get_many([b"0", b"1999", b"2000"]) == [b"x" * 500, b"x" * 500, None]
