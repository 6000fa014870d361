"""Sorting more than memory holds."""

import tempfile
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.errors import CustodietError
from streams.sources import external_sort
from streams.sources.external_sort import ExternalSort


class _Item(msgspec.Struct, frozen=True):
    key: int
    text: str


def _key(item: _Item) -> tuple[object, ...]:
    return (item.key,)


@given(st.lists(st.tuples(st.integers(0, 5), st.text(st.characters(codec="utf-8"), max_size=5))), st.sampled_from([1, 1_000, 10**6]))
def test_order_is_that_of_a_stable_sort(pairs: list[tuple[int, str]], memory: int) -> None:
    """Whatever fits into memory, the order is by key and then as added."""
    items = [_Item(key, text) for key, text in pairs]
    with ExternalSort(_Item, _key, memory) as sort:
        for item in items:
            sort.add(item)
        assert list(sort) == sorted(items, key=_key)


def test_many_runs_are_merged_into_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """The number of files open at once is bounded."""
    monkeypatch.setattr(external_sort, "_MOST_RUNS", 4)
    with ExternalSort(_Item, _key, 1) as sort:
        for number in range(50):
            sort.add(_Item(number * 7 % 50, str(number)))
            assert len(sort._runs) <= 4
        assert [item.key for item in sort] == list(range(50))


def test_folder_that_cannot_be_written_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A full or missing temporary folder ends the command with words."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "none"))
    with ExternalSort(_Item, _key, 1) as sort, pytest.raises(CustodietError, match="TMPDIR"):
        sort.add(_Item(1, ""))
