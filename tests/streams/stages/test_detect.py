"""The detect stage over a store that loses what a crash would lose."""

import random
import zlib
from collections.abc import Iterator, Mapping, Sequence

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from detectors.behaviours import bulk_access, repeated_personal_email, sensitive_to_personal, slow_drip
from detectors.calendar import Calendar
from detectors.contract import Evidence, Key
from detectors.durations import parse_duration
from detectors.engine.alerts import content_of
from detectors.engine.engine import Engine
from detectors.engine.facts import Record
from detectors.judging import Rule
from detectors.registry import AnyDetector
from detectors.testing import LATENESS, Mails, document, force
from schemas.detect_rows import MonthRow
from schemas.identity import activity_key
from schemas.records import Activity, Alert, DeadLetter, LateRecord
from schemas.rows import decode_row
from schemas.wire import Wire
from streams.counts import Counts
from streams.stages.chunk import Delivered, Handled
from streams.stages.detect import DetectStage, GenerationMismatchError, partition_counts
from streams.stages.store import MemoryStore
from tests.detectors.engine.histories import DISORDER, history
from tests.detectors.engine.instants import DAY

NOW = 1_800_000_000_000
WIRE = Wire()


class CrashError(Exception):
    """The process died here."""


class CrashingStore:
    """Keeps what was put only when a commit comes through; a crash in a commit keeps some rows of it and loses the others."""

    def __init__(self, rows: dict[bytes, bytes], rnd: random.Random, chance: float) -> None:
        self.durable, self._pending, self._rnd, self._chance = rows, dict[bytes, bytes | None](), rnd, chance

    def get_many(self, keys: Sequence[bytes]) -> list[bytes | None]:
        return [self._pending[key] if key in self._pending else self.durable.get(key) for key in keys]

    def keys(self, prefix: bytes) -> Iterator[bytes]:
        return iter(sorted(key for key in self.durable if key.startswith(prefix)))

    def put_many(self, rows: Mapping[bytes, bytes | None]) -> None:
        self._pending.update(rows)

    async def commit(self) -> None:
        dies = self._rnd.random() < self._chance
        for key, row in self._pending.items():
            if dies and self._rnd.random() < 0.5:
                continue
            if row is None:
                self.durable.pop(key, None)
            else:
                self.durable[key] = row
        self._pending.clear()
        if dies:
            raise CrashError


def stage(*detectors: AnyDetector, config_version: str = "c1", generation: int = 1) -> DetectStage:
    """Return a stage with these detectors, or with both behaviours at their defaults."""
    chosen: Sequence[AnyDetector] = detectors or (
        repeated_personal_email.RepeatedPersonalEmail(repeated_personal_email.Config(), force()),
        sensitive_to_personal.SensitiveToPersonal(sensitive_to_personal.Config(), force()),
    )
    engine = Engine(chosen, calendar=Calendar(), lateness=LATENESS, generation=generation, config_version=config_version)
    named = {detector.id: detector for detector in chosen}
    return DetectStage(wire=WIRE, engine=engine, detectors=named, generation=generation, config_version=config_version)


def delivered(offset: int, record: Record) -> Delivered:
    """Return a record of ``activities`` as Kafka would deliver it."""
    key = activity_key(record.grouping, record.value) if isinstance(record, Activity) else activity_key("officer", record.officer_id)
    return Delivered("activities", 0, offset, NOW, key.encode(), WIRE.encode(record, "activities"))


def published(handled: Handled, seen: dict[str, Alert]) -> None:
    """Lay a chunk's alerts over what a consumer holds."""
    for output in handled.outputs:
        if output.topic == "alerts":
            alert = WIRE.decode(output.value)
            assert isinstance(alert, Alert)
            if alert.alert_id not in seen or alert.revision >= seen[alert.alert_id].revision:
                seen[alert.alert_id] = alert


def active(seen: Mapping[str, Alert]) -> dict[str, Alert]:
    """Return the content of what stands."""
    return {name: content_of(alert) for name, alert in seen.items() if alert.status == "active"}


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(seed=st.integers(0, 2**32))
async def test_crashes_in_the_middle_of_writing_state_change_nothing(seed: int) -> None:
    """Rows half written, outputs lost and chunks read again in other sizes leave the alerts and counts of one undisturbed batch."""
    rnd = random.Random(seed)
    log = [delivered(offset, record) for offset, record in enumerate(history(rnd).log(DISORDER, rnd))]
    whole, batch = MemoryStore(), dict[str, Alert]()
    published(await stage().handle(log, whole, NOW), batch)

    rows, stream, done, judge = dict[bytes, bytes](), dict[str, Alert](), 0, stage()
    while done < len(log):
        upto = min(len(log), done + rnd.randrange(1, 9))
        try:
            handled = await judge.handle(log[done:upto], CrashingStore(rows, rnd, 0.2), NOW)
        except CrashError:
            continue
        if rnd.random() < 0.15:
            continue  # killed before the alerts were published
        published(handled, stream)
        if rnd.random() < 0.15:
            continue  # killed before the acknowledgement
        done = upto
    assert active(stream) == active(batch)
    counts = partition_counts(CrashingStore(rows, rnd, 0), "activities", 0)
    assert counts.ended == counts.read == len(log)


@pytest.mark.parametrize(
    ("spoil", "reason"), [(b"garbage", "wrong-magic"), (b"\xc3\x01" + b"\0" * 8 + b"x", "unknown-schema"), (None, "no-value")]
)
async def test_what_cannot_be_read_is_a_dead_letter_and_the_rest_goes_on(spoil: bytes | None, reason: str) -> None:
    """A poison record is told with reason and position; its neighbours are handled."""
    good = delivered(0, Mails().mail("2026-05-01"))
    poison = Delivered("activities", 0, 1, NOW, b"officer:N1001", spoil)
    store = MemoryStore()
    handled = await stage().handle([good, poison], store, NOW)
    (letter,) = [WIRE.decode(output.value) for output in handled.outputs if output.topic == "dead-letters"]
    assert isinstance(letter, DeadLetter)
    assert (letter.reason, letter.topic, letter.partition, letter.offset, letter.raw) == (reason, "activities", 0, 1, spoil or b"")
    assert handled.counts == Counts(read=2, facts=1, dead_letters=1) == partition_counts(store, "activities", 0)


async def test_a_record_under_another_key_than_its_own_is_a_dead_letter() -> None:
    """A record that some program sent under a wrong key would be judged apart from its like."""
    record = delivered(0, Mails().mail("2026-05-01"))
    handled = await stage().handle([Delivered("activities", 0, 0, NOW, b"officer:other", record.value)], MemoryStore(), NOW)
    assert [output.topic for output in handled.outputs] == ["dead-letters"]


async def test_an_event_from_the_future_moves_no_clock() -> None:
    """More than 24 h ahead of its producer's clock is a dead letter; what comes after it is not late."""
    ahead = delivered(0, Mails().mail(NOW + DAY + 1, "ahead"))
    handled = await stage().handle([ahead, delivered(1, Mails().mail("2026-05-01"))], MemoryStore(), NOW)
    assert handled.counts == Counts(read=2, facts=1, dead_letters=1)


async def test_a_late_activity_is_told_and_told_again_when_its_chunk_comes_again() -> None:
    """A fact more than the lateness behind its key's clock goes to late-records, also when the first attempt at that was lost."""
    mails = Mails()
    log = [delivered(0, mails.mail("2026-05-20")), delivered(1, mails.mail("2026-05-05", "late"))]
    store, judge = MemoryStore(), stage()
    first = await judge.handle(log, store, NOW)
    again = await judge.handle(log, store, NOW)
    for handled in (first, again):
        (late,) = [WIRE.decode(output.value) for output in handled.outputs if output.topic == "late-records"]
        assert isinstance(late, LateRecord)
        assert (late.offset, late.late_by) == (1, DAY)
    assert first.counts == Counts(read=2, facts=1, late=1)
    assert again.counts == Counts(redelivered=2)


async def test_an_activity_exactly_at_the_lateness_is_not_late() -> None:
    """The bound itself is within."""
    mails = Mails()
    handled = await stage().handle([delivered(0, mails.mail("2026-05-20")), delivered(1, mails.mail("2026-05-06"))], MemoryStore(), NOW)
    assert handled.counts == Counts(read=2, facts=2)


async def test_other_detectors_or_configuration_need_a_new_generation() -> None:
    """State made with one configuration refuses another, and says what to run."""
    store = MemoryStore()
    await stage().handle([delivered(0, Mails().mail("2026-05-01"))], store, NOW)
    with pytest.raises(GenerationMismatchError, match="CUSTODIET_GENERATION=2"):
        await stage(config_version="c2").handle([delivered(1, Mails().mail("2026-05-02"))], store, NOW)


async def test_a_partition_of_another_configuration_is_refused_before_its_first_chunk() -> None:
    """The check needs no record; a partition without state passes."""
    store = MemoryStore()
    stage(config_version="c2").check(store, "activities", 0)
    await stage().handle([delivered(0, Mails().mail("2026-05-01"))], store, NOW)
    stage().check(store, "activities", 0)
    with pytest.raises(GenerationMismatchError):
        stage(config_version="c2").check(store, "activities", 0)


class Raising(sensitive_to_personal.SensitiveToPersonal):
    """A detector with a bug that one mail brings out."""

    def select(self, activity: Activity, key: Key) -> Evidence | None:
        if activity.subject == "boom":
            raise ZeroDivisionError
        return super().select(activity, key)


async def test_a_detector_that_raises_leaves_nothing_written() -> None:
    """The runtime can do the chunk again record by record, as if it had never been tried."""
    store, judge = MemoryStore(), stage(Raising(sensitive_to_personal.Config(), force()))
    with pytest.raises(ZeroDivisionError):
        await judge.handle([delivered(0, Mails().mail("2026-05-01", subject="boom"))], store, NOW)
    assert store.rows == {}


async def test_only_rows_within_reach_stay() -> None:
    """Four years of a mail a day leave no more rows than what is within lateness and twice the reach."""
    rules = (Rule(window=parse_duration("7d"), measure="count", threshold=50),)
    judge = stage(repeated_personal_email.RepeatedPersonalEmail(repeated_personal_email.Config(rules=rules), force()))
    store, mails = MemoryStore(), Mails()
    start = mails.mail("2022-01-01").occurred_at
    for day in range(4 * 365):
        await judge.handle([delivered(day, mails.mail(start + day * DAY))], store, NOW)
    assert len([key for key in store.rows if key.startswith(b"m")]) <= 3


async def test_file_events_that_were_let_go_leave_a_month_that_mails_keep() -> None:
    """A month's row is written anew when most of it is gone, and not again after that."""
    detectors = (
        slow_drip.SlowDrip(slow_drip.Config(), force()),
        bulk_access.BulkAccess(bulk_access.Config(), force()),
    )
    mails = Mails()
    opened = [mails.file(f"2026-01-05T09:{minute:02}", document=document(f"{minute}.docx", marking="SECRET")) for minute in range(40)]
    log = [mails.mail("2026-01-06"), *opened, *(mails.mail(f"2026-{month:02}-15") for month in (3, 5, 6, 7, 8))]
    store, judge, sizes = MemoryStore(), stage(*detectors), []
    for offset, record in enumerate(log):
        await judge.handle([delivered(offset, record)], store, NOW)
        (row,) = store.get_many([b"m%s\x00202601" % delivered(0, log[0]).key])
        assert row is not None
        sizes.append(len(decode_row(zlib.decompress(row), MonthRow).activities))
    assert max(sizes) == 41
    assert sizes[-2:] == [1, 1]
