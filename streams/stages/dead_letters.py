"""What could not be read or handled, as the record that says so."""

from schemas.records import DeadLetter, LateRecord, Millis
from schemas.wire import Wire
from streams.stages.chunk import Delivered, Output

DEAD_LETTERS = "dead-letters"
LATE_RECORDS = "late-records"


def position(delivered: Delivered) -> str:
    """Return ``topic:partition:offset``, the key of a dead letter."""
    return f"{delivered.topic}:{delivered.partition}:{delivered.offset}"


def dead_letter(wire: Wire, delivered: Delivered, reason: str, detail: str, now: Millis) -> Output:
    """Return the dead letter of a delivered record, with its bytes and where it stood."""
    letter = DeadLetter(
        reason=reason,
        detail=detail,
        raw=delivered.value or b"",
        topic=delivered.topic,
        partition=delivered.partition,
        offset=delivered.offset,
        schema=wire.schema_named(delivered.value or b""),
        at=now,
    )
    return Output(DEAD_LETTERS, position(delivered).encode(), wire.encode(letter, DEAD_LETTERS))


def late_record(wire: Wire, delivered: Delivered, occurred_at: Millis, clock: Millis, late_by: Millis) -> Output:
    """Return the late record of a delivered record, under the key of its source."""
    late = LateRecord(
        topic=delivered.topic,
        partition=delivered.partition,
        offset=delivered.offset,
        key=(delivered.key or b"").decode("utf-8", "replace"),
        raw=delivered.value or b"",
        occurred_at=occurred_at,
        clock=clock,
        late_by=late_by,
    )
    return Output(LATE_RECORDS, delivered.key or b"", wire.encode(late, LATE_RECORDS))
