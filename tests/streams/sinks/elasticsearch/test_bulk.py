"""Bulk bodies and what their answers mean."""

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.records import Alert
from streams.sinks.elasticsearch.bulk import MOST_WORDS, Item, Verdict, batches, body, error_of, verdict

ALERT = Alert(
    alert_id="a",
    detector="d",
    detector_version=1,
    grouping="officer",
    key="officer:1",
    revision=7,
    change="opened",
    severity="low",
    score=1,
    first_at=0,
    last_at=0,
    evidence_count=1,
)


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (200, Verdict.WRITTEN),
        (201, Verdict.WRITTEN),
        (409, Verdict.STALE),
        (429, Verdict.AGAIN),
        (500, Verdict.AGAIN),
        (503, Verdict.AGAIN),
        (401, Verdict.AGAIN),
        (403, Verdict.AGAIN),
        (404, Verdict.AGAIN),
        (400, Verdict.REJECTED),
        (413, Verdict.REJECTED),
    ],
)
def test_status_has_its_verdict(status: int, expected: Verdict) -> None:
    """A conflict is a success, what mends itself or is mended by a person is tried again, the rest is the alert's own fault."""
    assert verdict(status) is expected


@given(sizes=st.lists(st.integers(1, 50), max_size=30), most_bytes=st.integers(1, 100), most_items=st.integers(1, 5))
def test_batches_are_bounded_and_lose_nothing(sizes: list[int], most_bytes: int, most_items: int) -> None:
    """Every item travels once and in order; a batch over the bound in bytes holds one item alone."""
    items = [Item(ALERT, {"n": number}, size) for number, size in enumerate(sizes)]
    cut = list(batches(items, most_bytes, most_items))
    assert [item for batch in cut for item in batch] == items
    for batch in cut:
        assert 1 <= len(batch) <= most_items
        assert len(batch) == 1 or sum(item.size for item in batch) <= most_bytes


def test_batch_is_filled_to_the_bound() -> None:
    """Two items that fill the bound exactly travel together; one byte more parts them."""
    assert len(list(batches([Item(ALERT, {}, 5), Item(ALERT, {}, 5)], most_bytes=10))) == 1
    assert len(list(batches([Item(ALERT, {}, 5), Item(ALERT, {}, 6)], most_bytes=10))) == 2


def test_body_names_id_and_revision_and_stamps_the_time() -> None:
    """The action carries id and revision as an external version; the document's own stamp is left as it was."""
    item = Item(ALERT, {"event": {"id": "a", "ingested": "old"}, "tags": ["t"]}, 1)
    action, document = (orjson.loads(line) for line in body([item], "now"))
    assert action == {"index": {"_id": "a", "version": 7, "version_type": "external_gte"}}
    assert document == {"event": {"id": "a", "ingested": "now"}, "tags": ["t"]}
    assert item.document["event"]["ingested"] == "old"


def test_error_tells_its_cause() -> None:
    """The words of an error hold its type, reason and cause."""
    error = {"type": "document_parsing_exception", "reason": "no", "caused_by": {"type": "x", "reason": "y"}}
    assert error_of({"error": error}) == "document_parsing_exception: no (x: y)"
    assert error_of({"error": {"type": "t", "reason": "r"}}) == "t: r"
    assert error_of({}) == "None"


def test_error_is_bounded_and_encodable() -> None:
    """Words quoted from a document are cut, and half a surrogate pair in them does no harm."""
    assert error_of({"error": {"type": "t", "reason": "\ud800" + "x" * 5000}}).encode()[:4] == b"t: ?"
    assert len(error_of({"error": {"type": "t", "reason": "x" * 5000}})) == MOST_WORDS
