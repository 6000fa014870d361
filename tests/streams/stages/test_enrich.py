"""The enrich stage, one behaviour at a time: what is united, what is set aside, what is counted, what leaves."""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest

from detectors.contract import Detector
from detectors.registry import AnyDetector
from schemas.records import (
    Activity,
    AddressListEntry,
    Attachment,
    DeadLetter,
    FileEvent,
    Grouping,
    Kind,
    LateRecord,
    MailEvent,
    Officer,
    Record,
    SettingEvent,
)
from schemas.wire import Wire
from streams.counts import Counts
from streams.enrichment.reference import Reference
from streams.stages import expiry
from streams.stages.chunk import Delivered, Handled
from streams.stages.enrich import EnrichStage, partition_counts
from streams.stages.store import MemoryStore
from streams.stages.unions import ROW_BYTES

DAY = 86_400_000
AT = 1_700_000_000_000
NOW = AT + 400 * DAY
JOIN = timedelta(days=7)
WIRE = Wire()
FORCE = "northmoor.police.example"
JO, SAM = f"jo.hale@{FORCE}", f"sam.birch@{FORCE}"
REFERENCE = Reference.build(
    [Officer(officer_id="o1", name="Jo Hale", addresses=(JO,)), Officer(officer_id="o2", name="Sam Birch", addresses=(SAM,))],
    [],
    [AddressListEntry(list="own", pattern=FORCE), AddressListEntry(list="protected", pattern="federation.example")],
)


class Wants:
    """As much of a detector as the stage looks at."""

    def __init__(self, grouping: Grouping, *kinds: Kind) -> None:
        """Want these kinds under this grouping."""
        self.grouping = grouping
        self.kinds = frozenset(kinds)
        self.actions = Detector.actions


def wanting(*wants: Wants) -> Mapping[str, AnyDetector]:
    """Return the wants as detectors."""
    return {str(number): each for number, each in enumerate(wants)}  # type: ignore[misc] # no more of a detector is looked at


MAIL_ONLY = wanting(Wants("officer", "mail"))


class Run:
    """A stage over a store, fed record by record or in chunks, that keeps what comes out."""

    def __init__(self, topic: str = "mail-events", detectors: Mapping[str, AnyDetector] = MAIL_ONLY, **options: Any) -> None:
        """Start at offset 0 of an empty partition."""
        self.topic = topic
        self.stage = EnrichStage(WIRE, lambda: REFERENCE, detectors, options.pop("generation", 0), JOIN, **options)
        self.store = MemoryStore()
        self.log: list[Delivered] = []

    def append(self, *values: Record | bytes | None) -> list[Delivered]:
        """Append records to the log."""
        start = len(self.log)
        for value in values:
            data = WIRE.encode(value, self.topic) if isinstance(value, Record) else value
            self.log.append(Delivered(self.topic, 3, len(self.log), NOW, b"key", data))
        return self.log[start:]

    async def feed(self, *values: Record | bytes | None) -> Handled:
        """Append records and handle them as one chunk."""
        return await self.stage.handle(self.append(*values), self.store, NOW)

    @property
    def total(self) -> Counts:
        """The partition's counts."""
        return partition_counts(self.store, self.topic, 3)


def records(handled: Handled, topic: str = "activities") -> list[Any]:
    """Return what was sent to a topic."""
    return [WIRE.decode(output.value) for output in handled.outputs if output.topic == topic]


def trace(number: int = 1, at: int = AT, recipient: str = "kim@gmail.com", message_id: str = "m@x", **said: Any) -> MailEvent:
    """Return a row of the message trace."""
    plain: dict[str, Any] = {"feed": "m365-message-trace", "sender": JO, "recipients": (recipient,), "subject": "Rota"}
    return MailEvent(**(plain | {"record_id": str(number), "message_id": message_id, "occurred_at": at} | said))


def audit(number: int = 2, at: int = AT + 1_000, message_id: str = "<M@X>", **said: Any) -> MailEvent:
    """Return a Send of the audit log."""
    plain: dict[str, Any] = {"feed": "m365-audit", "sender": JO, "account": JO, "subject": "Rota"}
    plain |= {"attachments": (Attachment(name="a.pdf", size=1),)}
    return MailEvent(**(plain | {"record_id": str(number), "message_id": message_id, "occurred_at": at} | said))


def standing(activities: Iterable[Activity]) -> dict[tuple[str, str, str], Activity]:
    """Return the highest revision of each activity that is not void."""
    held: dict[tuple[str, str, str], Activity] = {}
    for activity in activities:
        key = activity.activity_id, activity.grouping, activity.value
        if key not in held or held[key].revision <= activity.revision:
            held[key] = activity
    return {key: activity for key, activity in held.items() if not activity.void}


@pytest.mark.parametrize("facts", [(trace(), audit()), (audit(), trace())])
async def test_recipients_and_attachments_meet_whichever_comes_first(facts: tuple[MailEvent, MailEvent]) -> None:
    """The trace's recipient and the audit log's attachment are one activity."""
    run = Run()
    first = await run.feed(facts[0])
    second = await run.feed(facts[1])
    (activity,) = standing([*records(first), *records(second)]).values()
    assert [each.address for each in activity.addresses] == ["kim@gmail.com"]
    assert [each.name for each in activity.documents] == ["a.pdf"]
    assert (activity.content, activity.occurred_at, activity.revision) == (True, AT, 2)
    assert {(source.feed, source.record_id) for source in activity.sources} == {("m365-message-trace", "1"), ("m365-audit", "2")}


async def test_outputs_are_keyed_by_grouping_and_value() -> None:
    """The key is what detection groups by; the revision counts generations and offsets."""
    run = Run(detectors=wanting(Wants("officer", "mail"), Wants("address", "mail")), generation=3)
    handled = await run.feed(None, trace())
    assert [output.key for output in handled.outputs if output.topic == "activities"] == [b"officer:o1", b"address:kim@gmail.com"]
    assert {activity.revision for activity in records(handled)} == {3 * 2**40 + 2}


async def test_a_federation_recipient_in_a_later_row_withholds() -> None:
    """The next revision of the same activity has neither subject nor names nor that address."""
    run = Run()
    (before,) = records(await run.feed(trace(), audit()))
    (after,) = records(await run.feed(trace(3, recipient="rep@federation.example")))
    assert (before.subject, before.documents[0].name, before.withheld) == ("Rota", "a.pdf", False)
    assert (after.subject, after.documents[0].name, after.withheld) == (None, None, True)
    assert [each.address for each in after.addresses] == ["kim@gmail.com", None]
    assert after.activity_id == before.activity_id
    assert after.revision > before.revision


async def test_a_delegate_that_a_later_record_names_takes_the_activity_over() -> None:
    """When a merge changes the officer the old key gets the activity once more, void."""
    run = Run()
    (before,) = records(await run.feed(trace()))
    after = {activity.value: activity for activity in records(await run.feed(audit(account=SAM)))}
    assert (before.value, set(after)) == ("o1", {"o1", "o2"})
    assert (after["o1"].void, after["o1"].activity_id, after["o1"].subject) == (True, before.activity_id, None)
    assert (after["o2"].void, after["o2"].reasons) == (False, ("delegate",))


async def test_a_message_id_that_is_used_again_is_another_mail() -> None:
    """Two mails of one Message-ID, two days apart, are two activities."""
    run = Run()
    first = records(await run.feed(trace()))
    second = records(await run.feed(trace(2, AT + 2 * DAY)))
    assert [each.reasons for each in (*first, *second)] == [(), ("message-id-reused",)]
    assert len(standing([*first, *second])) == 2


async def test_a_record_seen_twice_is_a_duplicate() -> None:
    """The same record, in the same chunk or a later one, changes nothing and is counted."""
    run = Run()
    first = await run.feed(trace(), trace())
    second = await run.feed(trace())
    assert (first.counts, second.counts) == (Counts(read=2, facts=1, duplicates=1), Counts(read=1, duplicates=1))
    assert second.outputs == []


async def test_one_record_id_with_other_words_is_another_fact() -> None:
    """A feed that says something new under an old id is heard."""
    run = Run()
    handled = await run.feed(trace(), trace(recipient="lee@gmail.com"))
    assert handled.counts.facts == 2
    assert [each.address for each in records(handled)[-1].addresses] == ["kim@gmail.com", "lee@gmail.com"]


async def test_what_cannot_matter_is_discarded_and_moves_the_clock() -> None:
    """A mail among colleagues is counted as discarded, and tells the time."""
    run = Run()
    handled = await run.feed(trace(1, AT + 7 * DAY + 1, SAM), trace(2, AT))
    assert handled.counts == Counts(read=2, discarded=1, late=1)
    (late,) = records(handled, "late-records")
    assert (late.offset, late.clock, late.late_by) == (1, AT + 7 * DAY + 1, 1)


async def test_only_protected_recipients_are_a_fact_that_is_never_written() -> None:
    """A mail to the federation alone is counted and not published."""
    handled = await Run().feed(trace(recipient="rep@federation.example"), audit())
    assert (handled.counts, handled.outputs) == (Counts(read=2, facts=2), [])


@pytest.mark.parametrize(("behind", "late"), [(7 * DAY, False), (7 * DAY + 1, True)])
async def test_late_is_more_than_the_join_horizon_behind_the_clock(behind: int, *, late: bool) -> None:
    """A fact exactly J behind is taken; a millisecond more and it is set aside under its own key, with how late it is."""
    run = Run()
    await run.feed(trace(1, AT, message_id="other"))
    handled = await run.feed(audit(2, AT - behind), trace(3, AT - behind))
    assert (handled.counts.late, bool(records(handled))) == ((2, False) if late else (0, True))
    if late:
        letters = [output for output in handled.outputs if output.topic == "late-records"]
        assert [output.key for output in letters] == [b"key", b"key"]
        assert WIRE.decode(letters[1].value) == LateRecord(
            topic="mail-events",
            partition=3,
            offset=2,
            key="key",
            raw=run.log[2].value or b"",
            occurred_at=AT - behind,
            clock=AT,
            late_by=1,
        )


async def test_a_late_record_of_a_known_mail_is_late_all_the_same() -> None:
    """A union that is still held takes no fact beyond the horizon: it would be a revision from facts that may be incomplete."""
    run = Run()
    await run.feed(trace(1, AT), trace(2, AT + 8 * DAY, message_id="other"))
    handled = await run.feed(audit(3, AT))
    assert (handled.counts.late, records(handled)) == (1, [])


async def test_a_late_copy_of_a_known_record_is_a_duplicate() -> None:
    """Between J and 2 J behind the clock a held record is known again; after that it is late."""
    run = Run()
    await run.feed(trace(1, AT), trace(2, AT + 14 * DAY, message_id="other"))
    assert (await run.feed(trace(1, AT))).counts.duplicates == 1
    assert (await run.feed(trace(3, AT + 14 * DAY + 1, message_id="third"), trace(1, AT))).counts.late == 1


async def test_rows_leave_the_state() -> None:
    """Months of mails leave no more rows than the last weeks have, and none is asked for in vain."""
    run = Run()
    for day in range(120):
        await run.feed(*(trace(day * 10 + each, AT + day * DAY, message_id=f"{day}-{each}") for each in range(3)))
    assert run.total.facts == 360
    assert len(run.store.rows) <= 3 * 18 + 18 + 2


async def test_no_chunk_works_off_more_than_its_share(monkeypatch: pytest.MonkeyPatch) -> None:
    """After a long silence the rows that are due leave over several chunks, and all do."""
    monkeypatch.setattr(expiry, "LEAST_WORK", 10)
    run = Run()
    for day in range(10):
        await run.feed(*(trace(day * 100 + each, AT + day, message_id=f"{day}-{each}") for each in range(20)))
    sizes = []
    for later in range(12):
        await run.feed(trace(5_000 + later, AT + 300 * DAY + later, message_id=f"later-{later}"))
        sizes.append(len(run.store.rows))
    assert sizes[0] > 200
    assert all(before - after <= 22 for before, after in pairwise(sizes))
    assert sizes[-1] <= 12 * 2 + 1


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (None, "no-value"),
        (b"", "truncated"),
        (b"{}", "wrong-magic"),
        (b"\xc3\x01" + b"\x00" * 8, "unknown-schema"),
        (WIRE.encode(trace(), "mail-events") + b"x", "over-long"),
        (WIRE.encode(trace(), "mail-events")[:-4], "truncated"),
        (SettingEvent(feed="f", record_id="1", occurred_at=AT, account=JO, setting="x"), "wrong-type"),
        (trace(1, NOW + DAY + 1), "clock-skew"),
    ],
)
async def test_what_cannot_be_read_is_a_dead_letter(value: Any, reason: str) -> None:
    """Reason, position and bytes are kept, the neighbours are handled, and the clock is not moved."""
    run = Run()
    handled = await run.feed(trace(1), value, trace(2, message_id="other"))
    assert handled.counts == Counts(read=3, facts=2, dead_letters=1)
    (letter,) = records(handled, "dead-letters")
    assert isinstance(letter, DeadLetter)
    assert (letter.reason, letter.topic, letter.partition, letter.offset, letter.at) == (reason, "mail-events", 3, 1, NOW)
    assert letter.raw == (run.log[1].value or b"")
    assert [output.key for output in handled.outputs if output.topic == "dead-letters"] == [b"mail-events:3:1"]


async def test_a_clock_of_just_a_day_ahead_is_believed() -> None:
    """24 h ahead of production is still a fact."""
    assert (await Run().feed(trace(1, NOW + DAY))).counts.facts == 1


@pytest.mark.parametrize(
    ("topic", "event", "kind"),
    [
        ("file-events", FileEvent(feed="f", record_id="1", occurred_at=AT, account=JO, path="/x", name="x", action="open"), "file"),
        ("setting-events", SettingEvent(feed="f", record_id="1", occurred_at=AT, account=JO, setting="ForwardTo"), "setting"),
    ],
)
async def test_files_and_settings_are_written_where_a_detector_takes_them(topic: str, event: Record, kind: Kind) -> None:
    """One activity a record, duplicates known; without a detector a discard, and what cannot be read is a dead letter all the same."""
    run = Run(topic, wanting(Wants("officer", kind)))
    handled = await run.feed(event, event, b"junk")
    assert handled.counts == Counts(read=3, facts=1, duplicates=1, dead_letters=1)
    assert [(each.kind, each.value, each.revision) for each in records(handled)] == [(kind, "o1", 1)]
    handled = await Run(topic).feed(event, b"junk", trace())
    assert handled.counts == Counts(read=3, discarded=1, dead_letters=2)


async def test_a_redelivered_chunk_changes_nothing_and_is_published_again() -> None:
    """Activities with their old revisions, dead letters and late records: all of it may not have arrived."""
    run = Run()
    await run.feed(trace(1, AT + 8 * DAY, message_id="other"))
    chunk = run.append(trace(2, AT + 8 * DAY), audit(3, AT + 8 * DAY), trace(4, AT, message_id="old"), b"junk", trace(5, AT, SAM))
    first = await run.stage.handle(chunk, run.store, NOW)
    rows, total = dict(run.store.rows), run.total
    for part in (chunk, chunk[:2], chunk[2:]):
        await run.stage.handle(part, run.store, NOW)
    again = await run.stage.handle(chunk, run.store, NOW)
    assert again.outputs == first.outputs
    assert (again.counts, run.total.five()) == (Counts(redelivered=5), total.five())
    assert set(run.store.rows) == set(rows)


async def test_an_activity_that_is_too_large_is_a_dead_letter() -> None:
    """The fact that makes it so is refused, counted once and set aside again on redelivery; what stood before stands."""
    run = Run(most_bytes=700)
    first = await run.feed(trace())
    chunk = run.append(audit(attachments=tuple(Attachment(name=f"{number}{'x' * 200}.pdf") for number in range(5))))
    handled = await run.stage.handle(chunk, run.store, NOW)
    assert (first.counts, handled.counts) == (Counts(read=1, facts=1), Counts(read=1, dead_letters=1))
    (letter,) = records(handled, "dead-letters")
    assert (letter.reason, letter.offset) == ("too-large", 1)
    again = await run.stage.handle(chunk, run.store, NOW)
    assert records(again, "dead-letters") == [letter]
    assert run.total == Counts(read=2, facts=1, dead_letters=1, redelivered=1)


async def test_a_row_for_each_of_thousands_of_recipients_stays_within_bounds() -> None:
    """A mail with a row a recipient is a broadcast whose state is bounded; own and protected recipients are not lost in the crowd."""
    run = Run(detectors=wanting(Wants("officer", "mail"), Wants("address", "mail")))
    await run.feed(trace(1, recipient="jo.hale77@gmail.com"), trace(2, recipient="rep@federation.example"))
    handled = Handled()
    for start in range(10, 6_010, 2_000):
        handled = await run.feed(*(trace(number, recipient=f"m{number}@supplier.example") for number in range(start, start + 2_000)))
    activity = next(each for each in records(handled) if each.grouping == "officer")
    assert (activity.broadcast, activity.withheld, activity.addresses[0].address) == (True, True, "johale77@gmail.com")
    assert "truncated" in activity.reasons
    assert max(map(len, run.store.rows.values())) < 2 * ROW_BYTES
    assert run.total == Counts(read=6_002, facts=6_002)


async def test_one_mail_of_a_hundred_thousand_recipients_counts_them_all() -> None:
    """A single record says how many there were before most are left out."""
    recipients = tuple(f"m{number}@supplier.example" for number in range(100_000))
    (activity,) = records(await Run().feed(audit(recipients=recipients)))
    assert (activity.external_count, activity.broadcast, len(activity.addresses)) == (100_000, True, 100)


async def test_an_enormous_message_id_is_a_key_like_others() -> None:
    """A Message-ID of a megabyte unites its facts under a short name."""
    run = Run()
    handled = await run.feed(trace(message_id="x" * 1_000_000), audit(message_id=f"<{'X' * 1_000_000}>"))
    (activity,) = records(handled)
    assert (len(activity.sources), len(activity.message_id) < 100) == (2, True)


async def test_a_buried_record_is_counted_and_passed() -> None:
    """What raised is a dead letter of its own reason, once; the partition goes on after it."""
    run = Run()
    (delivered,) = run.append(trace())
    for counts in (Counts(read=1, dead_letters=1), Counts(redelivered=1)):
        handled = await run.stage.bury(delivered, "bug", "it raised", run.store, NOW)
        assert handled.counts == counts
        assert [(letter.reason, letter.offset) for letter in records(handled, "dead-letters")] == [("bug", 0)]
    assert (await run.feed(trace(2, message_id="n"))).counts.facts == 1
    assert run.total == Counts(read=2, facts=1, dead_letters=1, redelivered=1)


async def test_an_empty_chunk_is_nothing() -> None:
    """No records, no writes."""
    run = Run()
    assert await run.stage.handle([], run.store, NOW) == Handled()
    assert run.store.rows == {}


async def test_corrected_reference_data_acts_on_what_comes_after() -> None:
    """A redelivery after a correction keeps the old revision; the next fact of the mail carries the new lists."""
    run = Run()
    (before,) = records(await run.feed(trace(recipient="clerk@supplier.example"), audit()))
    entries = [AddressListEntry(list="own", pattern=FORCE), AddressListEntry(list="personal", pattern="supplier.example")]
    corrected = Reference.build([Officer(officer_id="o1", name="Jo Hale", addresses=(JO,))], [], entries)
    run.stage = EnrichStage(WIRE, lambda: corrected, MAIL_ONLY, 0, JOIN)
    (again,) = records(await run.stage.handle(run.log, run.store, NOW))
    (after,) = records(await run.feed(trace(9, recipient="x@supplier.example")))
    assert [each.revision for each in (before, again, after)] == [2, 2, 3]
    assert [each.addresses[0].class_ for each in (before, after)] == ["external", "personal"]


def test_a_join_horizon_below_a_day_is_refused() -> None:
    """One mail's facts may lie 24 h apart, so a state that forgets sooner would tear mails."""
    with pytest.raises(ValueError, match="at least 24 h"):
        EnrichStage(WIRE, lambda: REFERENCE, MAIL_ONLY, 0, timedelta(hours=23))
