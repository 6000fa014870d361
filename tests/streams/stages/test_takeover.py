"""A new generation takes over: whoever keeps the highest revision of each alert ends with what the new one alone would say."""

import random
from collections.abc import Sequence
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from detectors.behaviours import repeated_personal_email, sensitive_to_personal
from detectors.engine.engine import GENERATION_STEP
from detectors.registry import AnyDetector
from detectors.testing import Mails, document, force
from schemas.records import Alert
from streams.stages.chunk import Delivered, Handled, Output
from streams.stages.detect import DetectStage
from streams.stages.store import MemoryStore
from streams.stages.takeover import Takeover, Told
from tests.detectors.engine.histories import DISORDER, history
from tests.streams.stages.test_detect import NOW, WIRE, active, delivered, published, stage

PLACE = ("activities", 0)


def other_detectors(threshold: int) -> tuple[AnyDetector, ...]:
    """Return the detectors of the next generation: another threshold, and one detector fewer."""
    config = {"rules": [{"window": "10d", "measure": "count", "threshold": threshold}]}
    return (repeated_personal_email.RepeatedPersonalEmail(repeated_personal_email.Config.model_validate(config), force()),)


def heir(log: Sequence[Delivered], *detectors: AnyDetector) -> DetectStage:
    """Return the stage of the second generation, which finds the log as it is now when it begins."""

    async def ends(topic: str, partition: int) -> int:
        assert (topic, partition) == PLACE
        return log[-1].offset + 1

    made = stage(*detectors, config_version="c2", generation=2)
    made._ends = ends
    return made


def take_over(store: MemoryStore, seen: dict[str, Alert], first: int | None = None) -> tuple[Told, list[Output]]:
    """Publish what a takeover gives, or only the ``first`` so many before a kill."""
    told, outputs = Told(), list[Output]()
    for some in Takeover(WIRE, 2).outputs(store, *PLACE, dict(seen), told):
        outputs += some
    outputs = outputs[:first]
    published(Handled(outputs), seen)
    return told, outputs


@settings(max_examples=100, suppress_health_check=list(HealthCheck))
@given(seed=st.integers(0, 2**32))
async def test_in_the_end_the_new_generation_alone_is_heard(seed: int) -> None:
    """Whatever the old one had announced, however often the takeover is broken off, and though the old one goes on for a while."""
    rnd = random.Random(seed)
    log = [delivered(offset, record) for offset, record in enumerate(history(rnd).log(DISORDER, rnd))]
    cut = rnd.randrange(1, len(log) + 1)
    detectors = other_detectors(rnd.randrange(2, 6))

    alone = dict[str, Alert]()
    published(await stage(*detectors, config_version="c2", generation=2).handle(log, MemoryStore(), NOW), alone)

    seen, old_store, old = dict[str, Alert](), MemoryStore(), stage()
    published(await old.handle(log[:cut], old_store, NOW), seen)

    store, new, done = MemoryStore(), heir(log[:cut], *detectors), 0
    while done < cut:
        upto = min(cut, done + rnd.randrange(1, 9))
        handled = await new.handle(log[done:upto], store, NOW)
        assert [output for output in handled.outputs if output.topic == "alerts"] == []
        done = upto
    takeover = Takeover(WIRE, 2)
    assert takeover.due(store, *PLACE)
    for _ in range(rnd.randrange(3)):
        take_over(store, seen, first=rnd.randrange(4))
    take_over(store, seen)
    await takeover.finish(store, *PLACE)
    assert not takeover.due(store, *PLACE)
    assert list(store.keys(b"w")) == []
    if cut == len(log):
        assert active(seen) == active(alone)

    # Both go on side by side. What the old one announces by then that the new one does not hold is taken back at the next start.
    for part, judge, rows in rnd.sample([(log[cut:], new, store), (log[cut:], old, old_store)], 2):
        published(await judge.handle(part, rows, NOW), seen)
    take_over(store, seen)
    assert active(seen) == active(alone)


async def _three_mails(*names: str, start: int = 0, **changes: Any) -> tuple[list[Delivered], dict[str, Alert]]:
    mails = [Mails().mail(f"2026-05-0{4 + i}", name, **changes) for i, name in enumerate(names)]
    log = [delivered(start + i, mail) for i, mail in enumerate(mails)]
    seen = dict[str, Alert]()
    published(await stage().handle(log, MemoryStore(), NOW), seen)
    return log, seen


async def test_an_alert_that_stands_as_before_is_no_news() -> None:
    """It is told as extended, so that nobody is paged anew, under a revision above all of the old generation's."""
    log, seen = await _three_mails("a", "b", "c")
    store = MemoryStore()
    await heir(log, *other_detectors(3)).handle(log, store, NOW)
    told, (output,) = take_over(store, seen)
    alert = WIRE.decode(output.value, Alert)
    assert (alert.change, alert.status, told) == ("extended", "active", Told(published=1))
    assert alert.revision > 2 * GENERATION_STEP


async def test_what_the_old_generation_alone_had_is_withdrawn_without_evidence() -> None:
    """Nobody acts on it any more, and what is withheld by now may stand in it."""
    log, seen = await _three_mails("a", "b", "c")
    store = MemoryStore()
    await heir(log, *other_detectors(4)).handle(log, store, NOW)
    told, (output,) = take_over(store, seen)
    alert = WIRE.decode(output.value, Alert)
    assert (alert.status, alert.change, alert.evidence, told) == ("withdrawn", "withdrawn", (), Told(withdrawn=1))


async def test_an_alert_that_rests_on_what_the_log_lost_is_left() -> None:
    """A new generation that began after retention took the first mail cannot say that there were not three."""
    log, seen = await _three_mails("a", "b", "c")
    store = MemoryStore()
    await heir(log, *other_detectors(3)).handle(log[1:], store, NOW)
    told, outputs = take_over(store, seen)
    assert (told, outputs) == (Told(left=1), [])


async def test_an_alert_of_which_everything_is_seen_is_withdrawn_from_a_log_that_lost_other_things() -> None:
    """All of its evidence lies before the new generation, which finds it too little."""
    log, seen = await _three_mails("a", "b", "c", start=7)
    store = MemoryStore()
    await heir(log, *other_detectors(4)).handle(log, store, NOW)
    told, _ = take_over(store, seen)
    assert told == Told(withdrawn=1)


async def test_a_detector_that_is_no_longer_enabled_has_its_alerts_withdrawn() -> None:
    """What nobody judges any more does not stand for ever."""
    log, seen = await _three_mails("a", documents=[document(marking="SECRET")])
    assert {alert.detector for alert in seen.values()} == {sensitive_to_personal.SensitiveToPersonal.id}
    store = MemoryStore()
    await heir(log, *other_detectors(2)).handle(log, store, NOW)
    assert take_over(store, seen)[0] == Told(withdrawn=1)


async def test_a_newer_generation_is_not_spoken_against() -> None:
    """The third has announced; the second, which somebody forgot to stop, takes nothing back."""
    log, seen = await _three_mails("a", "b", "c")
    seen = {name: replace(alert, revision=alert.revision + 2 * GENERATION_STEP) for name, alert in seen.items()}
    store = MemoryStore()
    await heir(log, *other_detectors(4)).handle(log, store, NOW)
    assert take_over(store, seen) == (Told(), [])


async def test_the_first_generation_speaks_at_once() -> None:
    """There is nobody to take over from."""
    log, seen = await _three_mails("a", "b", "c")
    assert len(seen) == 1
    store = MemoryStore()
    await stage().handle(log, store, NOW)
    assert not Takeover(WIRE, 1).due(store, *PLACE)
