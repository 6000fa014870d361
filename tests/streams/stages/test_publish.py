"""The index stage over a sink that keeps alerts in memory."""

from collections.abc import Sequence

import pytest

from schemas.records import Alert, DeadLetter, Reason
from schemas.wire import Wire
from streams.sinks.contract import Rejected, Written
from streams.stages.chunk import Delivered, Handled
from streams.stages.publish import IndexStage

WIRE = Wire()
NOW = 1_700_000_000_000


class Kept:
    """Keeps the highest revision of each alert, rejects what it is told to."""

    def __init__(self, reject: Sequence[str] = ()) -> None:
        """Start empty."""
        self.alerts: dict[str, Alert] = {}
        self.writes: list[list[Alert]] = []
        self._reject = reject

    async def write(self, alerts: Sequence[Alert]) -> Written:
        """Keep, see AlertSink."""
        self.writes.append(list(alerts))
        bad = tuple(Rejected(each.alert_id, each.revision, "mapping-error", "no") for each in alerts if each.alert_id in self._reject)
        good = [each for each in alerts if each.alert_id not in self._reject]
        stale = [each for each in good if each.alert_id in self.alerts and self.alerts[each.alert_id].revision > each.revision]
        self.alerts.update({each.alert_id: each for each in good if each not in stale})
        return Written(len(good) - len(stale), len(stale), bad)


def alert(name: str, revision: int) -> Alert:
    """Give an alert."""
    return Alert(
        alert_id=name,
        detector="d",
        detector_version=1,
        grouping="officer",
        key="officer:1",
        revision=revision,
        change="opened",
        severity="low",
        score=1,
        reasons=(Reason(code="c", points=1, words="w"),),
        first_at=0,
        last_at=0,
        evidence_count=1,
    )


def delivered(*values: bytes | None) -> list[Delivered]:
    """Give a chunk of these values, from offset 10 on."""
    return [Delivered("alerts", 2, 10 + number, NOW, b"k", value) for number, value in enumerate(values)]


def letters(handled: Handled) -> list[DeadLetter]:
    """Give the dead letters among the outputs."""
    assert {output.topic for output in handled.outputs} <= {"dead-letters"}
    return [WIRE.decode(output.value, DeadLetter) for output in handled.outputs]


async def test_alerts_reach_the_sink() -> None:
    """Each alert of a chunk is kept and counted as a fact."""
    kept = Kept()
    handled = await IndexStage(WIRE, kept).handle(delivered(*(WIRE.encode(alert(name, 1), "alerts") for name in "ab")), NOW)
    assert set(kept.alerts) == {"a", "b"}
    assert (handled.counts.read, handled.counts.facts, handled.outputs) == (2, 2, [])


@pytest.mark.parametrize("revisions", [(1, 3, 2), (3, 2, 1), (1, 2, 3)])
async def test_highest_revision_of_a_chunk_is_sent_alone(revisions: tuple[int, ...]) -> None:
    """Of several revisions of an alert in one chunk the highest is written, wherever it stands."""
    kept = Kept()
    chunk = delivered(*(WIRE.encode(alert("a", revision), "alerts") for revision in revisions))
    handled = await IndexStage(WIRE, kept).handle(chunk, NOW)
    assert [[each.revision for each in write] for write in kept.writes] == [[3]]
    assert (handled.counts.facts, handled.counts.duplicates) == (1, 2)


async def test_older_revision_than_the_sink_knows_is_a_duplicate() -> None:
    """A replay of an old revision changes nothing and is counted."""
    kept = Kept()
    stage = IndexStage(WIRE, kept)
    await stage.handle(delivered(WIRE.encode(alert("a", 5), "alerts")), NOW)
    handled = await stage.handle(delivered(WIRE.encode(alert("a", 4), "alerts")), NOW)
    assert kept.alerts["a"].revision == 5
    assert (handled.counts.facts, handled.counts.duplicates) == (0, 1)


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (b"garbage", "wrong-magic"),
        (WIRE.encode(alert("a", 1), "alerts")[:-3], "truncated"),
        (b"\xc3\x01" + b"\x00" * 20, "unknown-schema"),
        (WIRE.encode(DeadLetter(reason="r", detail="d", raw=b"", at=0), "dead-letters"), "wrong-type"),
    ],
)
async def test_unreadable_record_is_a_dead_letter_and_the_rest_goes_on(value: bytes, reason: str) -> None:
    """What is no alert becomes a dead letter with reason, position and bytes; its neighbours are kept."""
    kept = Kept()
    handled = await IndexStage(WIRE, kept).handle(delivered(WIRE.encode(alert("b", 1), "alerts"), value), NOW)
    (letter,) = letters(handled)
    assert (letter.reason, letter.topic, letter.partition, letter.offset, letter.raw, letter.at) == (reason, "alerts", 2, 11, value, NOW)
    assert handled.outputs[0].key == b"alerts:2:11"
    assert set(kept.alerts) == {"b"}


async def test_rejected_alert_is_a_dead_letter() -> None:
    """An alert that the sink will never take is a dead letter with the sink's reason and the bytes that came."""
    chunk = delivered(*(WIRE.encode(alert(name, 1), "alerts") for name in "ab"))
    handled = await IndexStage(WIRE, Kept(reject="a")).handle(chunk, NOW)
    (letter,) = letters(handled)
    assert (letter.reason, letter.detail, letter.offset, letter.raw) == ("mapping-error", "no", 10, chunk[0].value)


async def test_record_without_value_is_discarded() -> None:
    """A tombstone is read and discarded, not taken for an error."""
    handled = await IndexStage(WIRE, Kept()).handle(delivered(None), NOW)
    assert (handled.counts.read, handled.counts.discarded, handled.outputs) == (1, 1, [])


async def test_counts_add_up() -> None:
    """Every record of a mixed chunk ends once."""
    encoded = [WIRE.encode(alert(name, revision), "alerts") for name, revision in (("a", 1), ("a", 2), ("b", 1), ("c", 1))]
    handled = await IndexStage(WIRE, Kept(reject="b")).handle(delivered(*encoded, None, b"x"), NOW)
    assert handled.counts.ended == handled.counts.read == 6
