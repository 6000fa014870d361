"""Alerts on the shelf read as a list of them would."""

import pytest

from schemas.records import Alert
from streams.scan import shelf
from streams.scan.shelf import Alerts


def alert(number: int) -> Alert:
    """Return some alert."""
    return Alert(
        alert_id=f"a{number}",
        detector="slow-drip",
        detector_version=1,
        grouping="officer",
        key="NM001",
        revision=1,
        change="opened",
        severity="low",
        score=number,
        first_at=0,
        last_at=0,
        evidence_count=1,
    )


@pytest.mark.parametrize("memory", [1, 10**6])
def test_a_shelf_is_a_sequence(monkeypatch: pytest.MonkeyPatch, memory: int) -> None:
    """On disk or in memory: length, order, places from both ends, slices, twice over; past the end is an error."""
    monkeypatch.setattr(shelf, "_IN_MEMORY", memory)
    plain = [alert(number) for number in range(5)]
    kept = Alerts(plain)
    assert len(kept) == 5
    assert list(kept) == list(kept) == plain
    assert (kept[0], kept[-1], kept[1:3]) == (plain[0], plain[-1], plain[1:3])
    assert not Alerts()
    with pytest.raises(IndexError):
        kept[5]
