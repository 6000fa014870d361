"""Each key is judged with all that it got, and what is found does not hang on where a chunk ends."""

import asyncio
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.config import default_config
from streams.enrichment.reference_files import read_reference
from streams.scan import Scan, judging
from streams.scan.judging import Filed, chunks
from streams.sources.formats import read_input

SAMPLES = Path(__file__).parents[3] / "samples"
EXPORTS = ("audit-search.csv", "message-trace.csv", "defender-hunt.csv")
NOW = 1_800_000_000_000


def found() -> list[dict[str, object]]:
    """Return what the samples give, less what tells how it came about."""
    config = default_config()
    scan = Scan(config, read_reference(SAMPLES / "reference", config.calendar.zone), dead_letter=lambda _: None, now=NOW)
    scanned = asyncio.run(scan.run([read_input(str(SAMPLES / "exports" / name)) for name in EXPORTS]))
    told = ({name: getattr(alert, name) for name in alert.__struct_fields__} for alert in scanned.alerts)
    return [{name: value for name, value in alert.items() if name not in {"revision", "change"}} for alert in told]


@pytest.mark.parametrize("records", [3, 50])
def test_alerts_are_the_same_for_any_size_of_chunk(monkeypatch: pytest.MonkeyPatch, records: int) -> None:
    """A key that is cut into several chunks is judged anew with what it held, as the workers do."""
    whole = found()
    monkeypatch.setattr(judging, "_MOST_RECORDS", records)
    assert whole
    assert found() == whole


def test_a_key_of_which_only_dated_facts_are_known_is_not_judged() -> None:
    """Nobody did anything; the facts of a key with deeds come with them."""
    filed = [Filed(b"a", b"1", dated=True), Filed(b"b", b"2", dated=True), Filed(b"b", b"3"), Filed(b"c", b"4", dated=True)]
    assert list(chunks(filed)) == [(filed[1:3], False)]


def test_a_chunk_ends_where_a_key_ends_and_tells_where_it_cannot(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that a key's state is kept for as long as it is needed, and no longer."""
    monkeypatch.setattr(judging, "_MOST_RECORDS", 2)
    filed = [Filed(b"a", b"1"), Filed(b"b", b"2"), Filed(b"b", b"3"), Filed(b"b", b"4"), Filed(b"c", b"5")]
    assert [([json.loads(each.value) for each in chunk], more) for chunk, more in chunks(filed)] == [
        ([1], False),
        ([2, 3], True),
        ([4], False),
        ([5], False),
    ]


@given(st.lists(st.integers(1, 9), min_size=1, max_size=12), st.integers(1, 5))
def test_every_record_comes_once_in_order_and_only_a_large_key_is_cut(sizes: list[int], most: int) -> None:
    """However large the keys are: what is held between chunks is never more than one key's."""
    filed = [Filed(str(key).zfill(2).encode(), str(n).encode()) for key, size in enumerate(sizes) for n in range(size)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(judging, "_MOST_RECORDS", most)
        found = list(chunks(filed))
    assert [each for chunk, _ in found for each in chunk] == filed
    following = [chunk[0].key for chunk, _ in found[1:]] + [b""]
    for (chunk, more), after in zip(found, following, strict=True):
        assert 0 < len(chunk) <= most
        assert more == (chunk[-1].key == after)
        assert not more or {each.key for each in chunk} == {after}
