"""A union row holds a bounded set of facts that no order changes, and knows what was published of it."""

from random import Random
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from schemas.enrich_rows import HeldFact, UnionRow
from schemas.records import Activity
from schemas.rows import decode_row, encode_row
from streams.stages.unions import MOST_VOID, Union, again, settle, void

FACTS = st.lists(
    st.builds(
        HeldFact,
        name=st.integers(0, 30).map(lambda number: bytes([number]) * 16),
        offset=st.just(1),
        occurred_at=st.just(1),
        event=st.integers(0, 300).map(bytes),
    ),
    max_size=30,
    unique_by=lambda fact: fact.name,
)


def rank(fact: HeldFact) -> int:
    """Rank a fact by its name, some alike."""
    return fact.name[0] % 5


def held(facts: list[HeldFact], splits: Random | None = None) -> tuple[dict[bytes, int], Any]:
    """Return what a union of 1,000 bytes holds after these facts, written and read again between some of them."""
    union = Union(UnionRow(key="k"), rank, 1_000)
    for fact in facts:
        union.add(fact)
        if splits is not None and splits.random() < 0.3:
            union = Union(decode_row(encode_row(union.row()), UnionRow), rank, 1_000)
    return {fact.name: len(fact.event) for fact in union.facts.values()}, union.floor


@given(FACTS, st.integers())
def test_what_is_held_does_not_depend_on_the_order(facts: list[HeldFact], seed: int) -> None:
    """Too many facts leave the same ones behind in any order, with any writes between, and never more bytes than allowed."""
    shuffled = list(facts)
    Random(seed).shuffle(shuffled)
    kept, floor = held(facts)
    assert (kept, floor) == held(shuffled, Random(seed))
    assert sum(kept.values()) <= 1_000
    ordered = sorted(facts, key=lambda fact: (rank(fact), fact.name))
    assert set(kept) == {fact.name for fact in ordered[: len(kept)]}
    assert (floor is None) is (len(kept) == len(facts))


def activity(value: str = "o1", **said: Any) -> Activity:
    """Return an activity of one mail."""
    plain: dict[str, Any] = {"activity_id": "a", "revision": 0, "kind": "mail", "grouping": "officer", "occurred_at": 5}
    return Activity(**(plain | {"value": value, "officer_id": value} | said))


def test_what_is_new_or_changed_gets_the_revision() -> None:
    """The first publication and each change carry the revision of the last fact; what stays as it was is not sent."""
    emitted, published = settle((), [(activity(), b"1")], 10, 0, everything=False)
    assert [each.revision for each in published] == [10]
    emitted, published = settle(emitted, [(activity(), b"1")], 11, 0, everything=False)
    assert published == []
    emitted, published = settle(emitted, [(activity(subject="x"), b"2")], 12, 0, everything=False)
    assert published == [activity(subject="x", revision=12)]
    assert [(each.revision, each.digest) for each in emitted] == [(12, b"2")]


def test_what_is_gone_is_taken_back_once_and_may_return() -> None:
    """A void activity says nothing but which; it is sent once, and what returns is new."""
    emitted, _ = settle((), [(activity(subject="x"), b"1")], 10, 0, everything=False)
    emitted, published = settle(emitted, [(activity("o2"), b"2")], 11, 0, everything=False)
    assert published == [activity("o2", revision=11), activity(revision=11, void=True)]
    emitted, published = settle(emitted, [(activity("o2"), b"2")], 12, 0, everything=False)
    assert published == []
    emitted, published = settle(emitted, [(activity(subject="x"), b"1")], 13, 0, everything=False)
    assert published == [activity(subject="x", revision=13), activity("o2", revision=13, void=True)]


def test_everything_is_sent_again_as_it_was_when_it_may_not_have_arrived() -> None:
    """Old revisions stay, and what was taken back is taken back again."""
    emitted, _ = settle((), [(activity(), b"1"), (activity("o2"), b"2")], 10, 0, everything=False)
    emitted, _ = settle(emitted, [(activity(), b"1")], 11, 0, everything=False)
    emitted, published = settle(emitted, [(activity(), b"1")], 12, 0, everything=True)
    assert published == [activity(revision=10), activity("o2", revision=11, void=True)]
    assert again(emitted, [activity()]) == published
    assert again(emitted, []) == published[1:]


def test_a_revision_never_falls() -> None:
    """A chunk that is cut otherwise after a kill may see an earlier last fact; what was written before stays the higher one."""
    emitted, _ = settle((), [(activity(), b"1")], 10, 0, everything=False)
    _, published = settle(emitted, [(activity(subject="x"), b"2")], 9, 0, everything=True)
    assert [each.revision for each in published] == [10]
    _, published = settle(emitted, [], 9, 0, everything=True)
    assert [each.revision for each in published] == [10]


def test_what_left_with_its_facts_is_not_taken_back() -> None:
    """An activity older than anything that may still come is forgotten, not void."""
    emitted, _ = settle((), [(activity(), b"1")], 10, 0, everything=False)
    assert settle(emitted, [], 11, 6, everything=False) == ((), [])
    assert [each.void for each in settle(emitted, [], 11, 5, everything=False)[1]] == [True]


def test_void_emissions_are_bounded() -> None:
    """The newest of too many are kept; what stands is kept always."""
    emitted, _ = settle((), [(activity(f"o{number}"), b"1") for number in range(MOST_VOID + 10)], 10, 0, everything=False)
    emitted, published = settle(emitted, [(activity("new"), b"1")], 11, 0, everything=False)
    assert len(published) == MOST_VOID + 11
    assert (len(emitted), emitted[0].value, emitted[0].void) == (MOST_VOID + 1, "new", False)
    assert void(emitted[1]) in published


def test_the_mails_that_left_are_remembered_by_their_last_instant() -> None:
    """A union that forgets facts knows when the last of them was, in the row too."""
    facts = [HeldFact(name=bytes([number]) * 16, offset=1, occurred_at=number, event=b"x") for number in (3, 7, 5, 90)]
    union = Union(UnionRow(key="k", facts=tuple(facts)), rank)
    union.forget([fact.name for fact in facts[:3]])
    row = decode_row(encode_row(union.row()), UnionRow)
    assert (row.ended_at, [fact.occurred_at for fact in row.facts]) == (7, [90])
    assert replace(row, ended_at=None).facts == row.facts
