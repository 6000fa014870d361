"""What a chunk says before anything is remembered of it: the clock that each record meets, and what never gets that far."""

from typing import Any

from schemas.records import AddressListEntry, MailEvent
from schemas.wire import Wire
from streams.enrichment.reference import Reference
from streams.enrichment.wanted import Wanted
from streams.stages.chunk import Delivered
from streams.stages.intake import Intake, take_in

WIRE = Wire()
DAY = 86_400_000
FORCE = "northmoor.police.example"
REFERENCE = Reference.build([], [], [AddressListEntry(list="own", pattern=FORCE)])
WANTED = Wanted(frozenset({("mail", "officer")}))


def mail(at: int, recipient: str = "kim@gmail.com") -> bytes:
    """Return a mail of this instant."""
    event = MailEvent(feed="f", record_id=str(at), occurred_at=at, sender=f"jo@{FORCE}", recipients=(recipient,))
    return WIRE.encode(event, "mail-events")


def taken(*values: bytes | None, through: int = -1, clock: int | None = None, wanted: Wanted = WANTED) -> Intake:
    """Take in a chunk whose first offset is 10, produced at instant 1,000."""
    chunk = [Delivered("mail-events", 0, 10 + number, 1_000, b"k", value) for number, value in enumerate(values)]
    return take_in(chunk, WIRE, REFERENCE, wanted, through, clock)


def clocks(intake: Intake) -> list[tuple[int, int | None]]:
    """Return offset and clock of what was kept."""
    return [(kept.delivered.offset, kept.clock) for kept in intake.kept]


def test_each_record_meets_the_highest_instant_before_it() -> None:
    """The clock moves record by record and never back."""
    intake = taken(mail(5), mail(9), mail(7), mail(8))
    assert (clocks(intake), intake.clock) == ([(10, None), (11, 5), (12, 9), (13, 9)], 9)


def test_discarded_records_move_the_clock_and_dead_ones_do_not() -> None:
    """What cannot matter still tells the time; what cannot be read or believed does not."""
    intake = taken(mail(5, f"sam@{FORCE}"), b"junk", mail(1_000 + DAY + 1), None, mail(3))
    assert (clocks(intake), intake.clock) == ([(14, 5)], 5)
    assert [(dead.delivered.offset, dead.reason) for dead in intake.dead] == [(11, "wrong-magic"), (12, "clock-skew"), (13, "no-value")]


def test_redelivered_records_move_no_clock() -> None:
    """What was applied before has moved the clock before."""
    intake = taken(mail(50), mail(5), mail(6), through=10, clock=2)
    assert (clocks(intake), intake.clock) == ([(10, 2), (11, 2), (12, 5)], 6)


def test_what_columns_cannot_hold_is_kept_all_the_same() -> None:
    """A record in another framing goes through the same predicate, in its place."""

    class Registry:
        def id_for(self, subject: str, schema_json: str) -> int:
            self.text = (subject, schema_json)
            return 7

        def schema_of(self, schema_id: int) -> str:
            return {7: self.text[1]}[schema_id]

    wire = Wire(Registry())
    event = MailEvent(feed="f", record_id="1", occurred_at=6, sender=f"jo@{FORCE}", recipients=("kim@gmail.com",))
    values: list[Any] = [mail(5), wire.encode(event, "mail-events"), mail(4)]
    chunk = [Delivered("mail-events", 0, number, 1_000, b"k", value) for number, value in enumerate(values)]
    intake = take_in(chunk, wire, REFERENCE, WANTED, -1, None)
    assert clocks(intake) == [(0, None), (1, 5), (2, 6)]
    assert intake.kept[1].event == event


def test_without_a_detector_of_mail_nothing_is_kept() -> None:
    """Records are still read and counted, and tell the time."""
    intake = taken(mail(5), b"junk", wanted=Wanted(frozenset({("file", "officer")})))
    assert (intake.kept, len(intake.dead), intake.clock) == ([], 1, 5)
