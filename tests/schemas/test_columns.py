"""Columns hold what Wire.decode reads, and leave to it what they cannot hold."""

from typing import Any

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.columns import columns
from schemas.records import Activity, Attachment, DeadLetter, FileEvent, MailEvent, Officer, Record, SettingEvent
from schemas.wire import Wire, WireError

WIRE = Wire()
EVENTS: tuple[type[Record], ...] = (MailEvent, FileEvent, SettingEvent)
MAIL = MailEvent(
    feed="mail-ndjson",
    record_id="1",
    occurred_at=1_683_015_255_000,
    direction="outbound",
    sender="morgan@northmoor.police.example",
    recipients=("someone@gmail.com",),
    subject="Löschung",
    attachments=(Attachment(name="plan.docx", size=48_213),),
)
GOOD = WIRE.encode(MAIL, "mail-events")
PLAIN = WIRE.encode(MailEvent(feed="f", record_id="r", occurred_at=0, sender="s", labels=("a", "b")), "mail-events")
BLOCKS = PLAIN.replace(b"\x04\x02a\x02b\x00", b"\x01\x04\x02a\x02\x02b\x00")

encoded = st.sampled_from(EVENTS).flatmap(lambda each: st.tuples(st.just(each), st.lists(st.from_type(each), max_size=30)))


class Registry:
    """A registry in memory."""

    def __init__(self) -> None:
        """Start empty."""
        self.schemas: dict[int, str] = {}

    def id_for(self, subject: str, schema_json: str) -> int:
        """Register."""
        self.schemas[len(subject)] = schema_json
        return len(subject)

    def schema_of(self, schema_id: int) -> str:
        """Look up."""
        return self.schemas[schema_id]


def rows_of(batch: Any, record_type: type[Record]) -> list[Record]:
    """Return the records of a batch."""
    return [msgspec.convert(row, record_type) for row in batch.to_pylist()]


def outcome(data: bytes | None) -> Record | str:
    """Return what Wire.decode makes of a value."""
    try:
        return WIRE.decode(data)  # type: ignore[arg-type]
    except WireError as error:
        return error.reason


@given(encoded)
def test_good_messages_are_all_in_the_batch(case: tuple[type[Record], list[Record]]) -> None:
    """Messages of the newest schema become one row each, in their order, equal to what Wire.decode reads."""
    record_type, records = case
    found = columns([WIRE.encode(record, "any") for record in records], record_type, WIRE)
    assert found.others == []
    assert found.rows.tolist() == list(range(len(records)))
    assert rows_of(found.batch, record_type) == records


@given(st.data())
def test_damaged_messages_are_rows_or_others(data: st.DataObject) -> None:
    """Whatever was done to some of the messages, every index is a row equal to what Wire.decode reads, or one of the others."""
    record_type = data.draw(st.sampled_from(EVENTS))
    values = [WIRE.encode(record, "any") for record in data.draw(st.lists(st.from_type(record_type), min_size=1, max_size=60))]
    for _ in range(data.draw(st.integers(0, 8))):
        at = data.draw(st.integers(0, len(values) - 1))
        damaged = bytearray(values[at])
        damaged[data.draw(st.integers(0, len(damaged) - 1))] ^= 1 << data.draw(st.integers(0, 7))
        values[at] = bytes(damaged[: data.draw(st.integers(1, len(damaged)))])
    found = columns(values, record_type, WIRE)
    assert sorted([*found.rows.tolist(), *found.others]) == list(range(len(values)))
    assert found.rows.tolist() == sorted(found.rows.tolist())
    assert found.others == sorted(found.others)
    assert rows_of(found.batch, record_type) == [outcome(values[index]) for index in found.rows]


@pytest.mark.parametrize(
    "poison",
    [
        None,
        b"",
        GOOD[:-1],
        GOOD[:12],
        GOOD + b"\x00",
        b"\xc3\x01" + b"\x00" * 8 + GOOD[10:],
        b"\x00\x00\x00\x00\x07" + GOOD[10:],
        b'{"feed": "json"}',
        WIRE.encode(Officer(officer_id="o", name="n"), "officers"),
        GOOD.replace("Löschung".encode(), b"\xff" * 9),
        GOOD.replace(b"outbound", b"sideways"),
        WIRE.encode(msgspec.structs.replace(MAIL, occurred_at=-1), "mail-events"),
        WIRE.encode(msgspec.structs.replace(MAIL, occurred_at=2**60), "mail-events"),
        BLOCKS,
    ],
    ids=[
        "none",
        "empty",
        "truncated",
        "short",
        "over-long",
        "unknown schema",
        "unknown id",
        "wrong magic",
        "another record",
        "no utf-8",
        "word",
        "before 1970",
        "after 2199",
        "blocks",
    ],
)
def test_one_odd_message_leaves_the_others_in_the_batch(poison: bytes | None) -> None:
    """One message that cannot be read in columns costs its near neighbours at the most, not the chunk."""
    values: list[bytes | None] = [GOOD] * 1000
    values[700] = poison
    found = columns(values, MailEvent, WIRE)
    assert 700 in found.others
    assert len(found.others) <= 16
    assert len(found.rows) == found.batch.num_rows == 1000 - len(found.others)
    assert rows_of(found.batch.slice(0, 1), MailEvent) == [MAIL]


def test_blocks_with_sizes_are_good_messages_all_the_same() -> None:
    """What columns leave because it is written in another way is read by Wire.decode."""
    assert BLOCKS != PLAIN
    assert outcome(BLOCKS) == outcome(PLAIN)


@pytest.mark.parametrize("bad", [1, 10, 100, 1000])
def test_the_work_on_bad_messages_is_bounded(bad: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many messages are bad, all of them together are read a few times over, not once for each bad one."""
    read = []
    real = columns.__globals__["deserialize_array"]

    def counted(bodies: list[bytes], schema: str) -> Any:
        read.append(len(bodies))
        return real(bodies, schema)

    monkeypatch.setitem(columns.__globals__, "deserialize_array", counted)
    values = [GOOD] * 1000
    for at in range(0, 1000, 1000 // bad):
        values[at] = GOOD[:-1]
    found = columns(values, MailEvent, WIRE)
    assert len(found.others) <= 16 * bad
    assert sum(read) <= 5 * 1000


def test_confluent_messages_are_read_in_columns_once_their_id_is_known() -> None:
    """The first message of an id goes to Wire.decode, which learns the id; the rest are columns, in their order among the others."""
    registry = Registry()
    wire = Wire(registry)
    values = [wire.encode(MAIL, "mail-events"), GOOD, wire.encode(MAIL, "mail-events")]
    assert columns(values, MailEvent, wire).others == [0, 2]
    wire.decode(values[0])
    found = columns(values, MailEvent, wire)
    assert (found.others, found.rows.tolist()) == ([], [0, 1, 2])
    assert rows_of(found.batch, MailEvent) == [MAIL] * 3


def test_instants_are_integers() -> None:
    """Instants stay int64 milliseconds, whatever a datetime could hold."""
    found = columns([GOOD], MailEvent, WIRE)
    assert found.batch.column("occurred_at").to_numpy(zero_copy_only=False).dtype == np.int64
    assert found.batch.column("occurred_at").to_pylist() == [MAIL.occurred_at]


def test_nothing_in_is_nothing_out() -> None:
    """An empty chunk is an empty batch with all its columns."""
    found = columns([], MailEvent, WIRE)
    assert (found.batch.num_rows, found.rows.tolist(), found.others) == (0, [], [])
    assert found.batch.schema.names == [field.encode_name for field in msgspec.structs.fields(MailEvent)]


@pytest.mark.parametrize("record_type", [Activity, DeadLetter], ids=lambda each: each.__name__)
def test_a_record_that_columns_cannot_check_is_refused(record_type: type[Record]) -> None:
    """A record with allowed words below its top level, or with bytes, is for Wire.decode alone."""
    with pytest.raises(TypeError, match="cannot be read in columns"):
        columns([], record_type, WIRE)
