"""Framing and codec: what is written is read, and whatever else arrives is a WireError and nothing but a WireError."""

import json
import time
from importlib.resources import files
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from schemas.catalogue import RECORDS, Catalogue, catalogue
from schemas.records import Activity, Alert, Attachment, ClassifiedAddress, DeadLetter, ExceptionFact, MailEvent, Record
from schemas.wire import Wire, WireError

REASONS = {"wrong-magic", "unknown-schema", "truncated", "over-long", "wrong-type"}
MAIL = MailEvent(
    feed="m365-message-trace",
    record_id="1:someone@gmail.com",
    message_id="<1@northmoor.police.example>",
    occurred_at=1_683_015_255_000,
    direction="outbound",
    sender="morgan@northmoor.police.example",
    recipients=("someone@gmail.com", "other@redacted.example"),
    subject="Löschung",
    attachments=(Attachment(name="plan.docx", size=48_213), Attachment(name="plan.pdf", label="OFFICIAL")),
    size=65_536,
)
WIRE = Wire()
ENCODED = WIRE.encode(MAIL, "mail-events")
any_record = st.sampled_from(RECORDS).flatmap(st.from_type)


def reason(data: Any, wire: Wire = WIRE) -> str:
    """Return why bytes are refused."""
    with pytest.raises(WireError) as caught:
        wire.decode(data)
    assert caught.value.reason in REASONS
    assert caught.value.detail
    return caught.value.reason


def outcome(data: bytes, wire: Wire = WIRE) -> type[Record] | str:
    """Return the type of the record that bytes hold, or why they are refused."""
    try:
        return type(wire.decode(data))
    except WireError as error:
        return error.reason


def long(value: int) -> bytes:
    """Return an Avro long."""
    value, out = (value << 1) ^ (value >> 63), b""
    while value > 0x7F:
        out, value = out + bytes([value & 0x7F | 0x80]), value >> 7
    return out + bytes([value])


class Registry:
    """A schema registry in memory that counts how often it is asked."""

    def __init__(self) -> None:
        """Start empty, with ids from 7 on."""
        self.schemas: dict[int, str] = {}
        self.subjects: list[str] = []
        self.asked = 0

    def id_for(self, subject: str, schema_json: str) -> int:
        """Register."""
        self.subjects.append(subject)
        self.schemas[len(self.schemas) + 7] = schema_json
        return len(self.schemas) + 6

    def schema_of(self, schema_id: int) -> str:
        """Look up."""
        self.asked += 1
        return self.schemas[schema_id]


@given(any_record)
def test_what_is_written_is_read(record: Record) -> None:
    """Every record of every type comes back equal, of the same type."""
    assert WIRE.decode(WIRE.encode(record, "any")) == record


@given(any_record)
def test_what_is_written_through_a_registry_is_read(record: Record) -> None:
    """Confluent framing carries the same records, for whoever knows the registry."""
    registry = Registry()
    data = Wire(registry).encode(record, "any")
    assert data[:5] == b"\x00\x00\x00\x00\x07"
    assert Wire(registry).decode(data) == record
    assert data[5:] == WIRE.encode(record, "any")[10:]


def test_the_header_is_magic_and_fingerprint() -> None:
    """The default framing is Avro single-object encoding."""
    assert ENCODED[:10] == b"\xc3\x01" + catalogue().schema(MailEvent).fingerprint


def test_both_framings_are_read_with_a_registry() -> None:
    """A registry changes what is written, not what can be read."""
    registry = Registry()
    wire = Wire(registry)
    assert wire.decode(ENCODED) == wire.decode(wire.encode(MAIL, "mail-events")) == MAIL


def test_the_registry_is_asked_once_an_id_and_once_a_subject() -> None:
    """Ids are remembered; the subject names topic and record, because one topic holds several records."""
    registry = Registry()
    writer, reader = Wire(registry), Wire(registry)
    for _ in range(3):
        reader.decode(writer.encode(MAIL, "mail-events"))
    assert registry.subjects == ["mail-events-custodiet.MailEvent"]
    assert registry.asked == 1


@pytest.mark.parametrize("text", ['"string"', "no schema", '{"type": "record"}', "[]", "5", '{"type": "nonsense"}'])
def test_an_id_of_a_foreign_schema_is_unknown(text: str) -> None:
    """A registry may hold other people's schemas, and nonsense."""
    registry = Registry()
    registry.schemas[9] = text
    assert reason(b"\x00\x00\x00\x00\x09" + ENCODED[10:], Wire(registry)) == "unknown-schema"


def test_an_id_that_the_registry_has_not_is_unknown() -> None:
    """An id that leads nowhere is refused."""
    assert reason(b"\x00\x00\x00\x00\x09" + ENCODED[10:], Wire(Registry())) == "unknown-schema"


def test_an_id_without_a_registry_is_unknown() -> None:
    """Confluent framing cannot be read where no registry is set."""
    assert reason(b"\x00\x00\x00\x00\x09" + ENCODED[10:]) == "unknown-schema"


def test_a_registry_that_is_away_is_no_fault_of_the_bytes() -> None:
    """A fault of the registry passes through: the message must be read again, not set aside."""

    class Away(Registry):
        def schema_of(self, schema_id: int) -> str:
            raise ConnectionError(schema_id)

    with pytest.raises(ConnectionError):
        Wire(Away()).decode(b"\x00\x00\x00\x00\x09")


def test_every_truncation_is_told() -> None:
    """A message cut at any byte is short, in its header or in its body."""
    assert {reason(ENCODED[:length]) for length in range(len(ENCODED))} == {"truncated"}


def test_every_truncation_of_a_confluent_message_is_told() -> None:
    """The same with an id."""
    registry = Registry()
    data = Wire(registry).encode(MAIL, "mail-events")
    assert {reason(data[:length], Wire(registry)) for length in range(len(data))} == {"truncated"}


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"", "truncated"),
        (b"\xc3", "truncated"),
        (b"\xc3\x02" + ENCODED[2:], "wrong-magic"),
        (b"\xc4", "wrong-magic"),
        (b'{"feed": "json"}', "wrong-magic"),
        (ENCODED + b"\x00", "over-long"),
        (ENCODED * 2, "over-long"),
        (b"\xc3\x01" + b"\x00" * 8 + ENCODED[10:], "unknown-schema"),
        (None, "wrong-type"),
        (bytearray(ENCODED), "wrong-type"),
        ("text", "wrong-type"),
    ],
)
def test_each_malformation_has_its_reason(data: Any, expected: str) -> None:
    """The reason says which part of the framing is wrong."""
    assert reason(data) == expected


@given(st.data())
def test_damaged_messages_are_read_or_refused(data: st.DataObject) -> None:
    """Flipped bits, lost and added bytes of any record either mean a record of the same type or raise WireError."""
    record = data.draw(any_record)
    damaged = bytearray(WIRE.encode(record, "any"))
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(10, max(10, len(damaged) - 1)))
        change = data.draw(st.sampled_from(["flip", "drop", "add", "set"]))
        if change == "add" or at >= len(damaged):
            damaged.insert(at, data.draw(st.integers(0, 255)))
        elif change == "drop":
            del damaged[at]
        elif change == "flip":
            damaged[at] ^= 1 << data.draw(st.integers(0, 7))
        else:
            damaged[at] = data.draw(st.sampled_from([0, 1, 127, 128, 255]))
    assert outcome(bytes(damaged)) in {type(record), *REASONS}


@given(st.sampled_from(RECORDS), st.binary(max_size=200))
@example(Activity, b"\x01" * 60)
def test_any_body_is_read_or_refused(record_type: type[Record], body: bytes) -> None:
    """Random bytes behind a good header raise nothing but WireError."""
    assert outcome(b"\xc3\x01" + catalogue().schema(record_type).fingerprint + body) in {record_type, *REASONS}


@given(st.binary(max_size=40))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    """Random bytes raise nothing but WireError, with a registry too."""
    for wire in (WIRE, Wire(Registry())):
        assert reason(data, wire) in REASONS


@pytest.mark.parametrize("count", [10**6, 10**12, 2**63 - 1, -(10**12), -(2**63)])
def test_a_count_without_items_takes_no_time(count: int) -> None:
    """An array that claims a huge number of items is refused when the bytes end, not after that number."""
    head = ENCODED[:10] + long(1) + b"f" + long(1) + b"r" + b"\x00" + long(0) + long(7) + b"unknown" + long(1) + b"s" + b"\x00"
    assert WIRE.decode(head + b"\x00" * 6) == MailEvent(feed="f", record_id="r", occurred_at=0, sender="s")
    before = time.process_time()
    reason(head + long(count) + (long(1) if count < 0 else b""))
    assert time.process_time() - before < 1


def items(schema: Any, named: dict[str, Any]) -> list[Any]:
    """Return the item types of all arrays in a schema."""
    if isinstance(schema, list):
        return [found for branch in schema for found in items(branch, named)]
    if not isinstance(schema, dict):
        return []
    if schema["type"] == "array":
        return [schema["items"], *items(schema["items"], named)]
    return [found for field in schema.get("fields", []) for found in items(field["type"], named)]


@pytest.mark.parametrize("record_type", RECORDS, ids=lambda each: each.__name__)
def test_no_array_holds_items_of_no_size(record_type: type[Record]) -> None:
    """An item takes a byte at least, so a count is bounded by the length of the message: null and empty records would not be."""
    for schema in catalogue().versions(record_type):
        for item in items(json.loads(schema.plain), {}):
            assert item == "string" or (isinstance(item, dict) and item.get("fields"))


@pytest.mark.parametrize(
    ("record", "words"),
    [
        (MailEvent(feed="f", record_id="r", occurred_at=0, sender="s", direction="sideways"), "direction"),  # type: ignore[arg-type]
        (MailEvent(feed="f", record_id="r", occurred_at=-1, sender="s"), "occurred_at"),
        (MailEvent(feed="f", record_id="r", occurred_at=2**62, sender="s"), "occurred_at"),
        (ClassifiedAddress, "class"),
    ],
    ids=["word", "before 1970", "after 2199", "nested word"],
)
def test_a_value_that_is_not_allowed_is_a_wrong_type(record: Any, words: str) -> None:
    """A word outside a field's list, or an instant that no calendar has, is told with the field's name."""
    if record is ClassifiedAddress:
        odd = ClassifiedAddress(address=None, class_="odd")  # type: ignore[arg-type]
        record = Activity(
            activity_id="a", revision=1, kind="mail", grouping="officer", value="v", occurred_at=0, officer_id="o", addresses=(odd,)
        )
    with pytest.raises(WireError, match=words) as caught:
        WIRE.decode(WIRE.encode(record, "any"))
    assert caught.value.reason == "wrong-type"


@pytest.mark.parametrize("bad", [b"\xff\xfe", b"\xed\xa0\x80", b"\xc0\xaf"], ids=["no lead byte", "surrogate", "overlong"])
def test_text_that_is_no_utf8_is_a_wrong_type(bad: bytes) -> None:
    """Strings are UTF-8, strictly."""
    assert reason(ENCODED.replace("Löschung".encode(), bad + b"x" * (9 - len(bad)))) == "wrong-type"


@pytest.mark.parametrize(
    "change",
    [{"subject": "\ud800"}, {"sender": "\udcff"}, {"size": 2**63}, {"sender": None}, {"feed": 5}, {"attachments": "x"}],
    ids=["surrogate", "escaped byte", "huge", "none", "int", "string for list"],
)
def test_what_avro_cannot_hold_is_not_written(change: dict[str, Any]) -> None:
    """A record that no bytes can hold is a WireError at the sender."""
    fields = {name: getattr(MAIL, name) for name in MAIL.__struct_fields__}
    with pytest.raises(WireError) as caught:
        WIRE.encode(MailEvent(**{**fields, **change}), "mail-events")
    assert caught.value.reason == "wrong-type"


def test_a_record_that_has_no_business_in_a_topic_is_a_wrong_type() -> None:
    """A reader that names what it expects is not handed anything else."""
    alert = WIRE.encode(ExceptionFact(exception_id="e", revision=1, officer_id="o", address="a", authorised_by="b"), "activities")
    assert WIRE.decode(alert, (Activity, ExceptionFact))
    with pytest.raises(WireError, match="no business here") as caught:
        WIRE.decode(alert, Alert)
    assert caught.value.reason == "wrong-type"


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (ENCODED, "MailEvent.v1"),
        (ENCODED[:12], "MailEvent.v1"),
        (b"\xc3\x01" + bytes(range(8)), "fingerprint:0001020304050607"),
        (b"\x00\x00\x00\x01\x00", "id:256"),
        (b"\x00\x00", None),
        (b"", None),
        (b"{}", None),
    ],
)
def test_a_dead_letter_can_say_what_its_bytes_claim(data: bytes, name: str | None) -> None:
    """The header alone tells the schema, as far as it goes."""
    assert WIRE.schema_named(data) == name


def test_blocks_with_sizes_are_read() -> None:
    """Arrays in several blocks, with a negative count and a size as some writers make them, mean the same."""
    plain = long(2) + long(1) + b"a" + long(1) + b"b" + long(0)
    blocks = long(-1) + long(2) + long(1) + b"a" + long(1) + long(1) + b"b" + long(0)
    data = WIRE.encode(MailEvent(feed="f", record_id="r", occurred_at=0, sender="s", labels=("a", "b")), "mail-events")
    assert data.count(plain) == 1
    assert WIRE.decode(data.replace(plain, blocks)) == WIRE.decode(data)


class Newer(Record, frozen=True, kw_only=True):
    """DeadLetter as a later version might have it: one field more, one with a default less."""

    reason: str
    detail: str
    raw: bytes
    topic: str | None = None
    partition: int | None = None
    offset: int | None = None
    schema: str | None = None
    file: str | None = None
    line: int | None = None
    at: int
    stage: str = "unknown"


@pytest.fixture(scope="module")
def two_versions(tmp_path_factory: pytest.TempPathFactory) -> Catalogue:
    """Return a catalogue in which DeadLetter has a second version, with a field more and a field less."""
    tmp_path = tmp_path_factory.mktemp("schemas")
    Newer.__name__ = "DeadLetter"
    first = json.loads((files("schemas") / "avro" / "dead_letter.v1.avsc").read_text("utf-8"))
    second = {**first, "fields": [field for field in first["fields"] if field["name"] != "feed"]}
    second["fields"].append({"name": "stage", "type": "string", "default": "unknown", "doc": "New."})
    (tmp_path / "avro").mkdir()
    for number, schema in enumerate((first, second), 1):
        (tmp_path / "avro" / f"dead_letter.v{number}.avsc").write_text(json.dumps(schema), "utf-8")
    return Catalogue(tmp_path, [Newer])


@given(record=st.from_type(DeadLetter))
def test_old_data_is_read_by_the_newest_schema(two_versions: Catalogue, record: DeadLetter) -> None:
    """What version 1 wrote becomes a record of version 2: the new field has its default, the old one is gone."""
    read = Wire(known=two_versions).decode(WIRE.encode(record, "dead-letters"), Newer)
    assert read.stage == "unknown"
    assert (read.raw, read.at, read.topic) == (record.raw, record.at, record.topic)


def test_new_data_is_written_by_the_newest_schema(two_versions: Catalogue) -> None:
    """Two versions have two fingerprints; the newer one is written and read back whole."""
    wire = Wire(known=two_versions)
    record = Newer(reason="r", detail="d", raw=b"\xff", at=5, stage="enrich")
    data = wire.encode(record, "dead-letters")
    assert data[2:10] == two_versions.schema(Newer).fingerprint != two_versions.versions(Newer)[0].fingerprint
    assert wire.decode(data) == record
    assert reason(data) == "unknown-schema"


def test_a_damaged_body_of_an_old_version_is_refused(two_versions: Catalogue) -> None:
    """Resolving an old schema raises nothing else than reading the newest does."""
    data = WIRE.encode(DeadLetter(reason="r", detail="d", raw=b"x", feed="f", at=5), "dead-letters")
    wire = Wire(known=two_versions)
    assert {reason(data[:length], wire) for length in range(10, len(data))} == {"truncated"}
    assert reason(data + b"\x00", wire) == "over-long"
    for at in range(10, len(data)):
        for bit in range(8):
            damaged = data[:at] + bytes([data[at] ^ 1 << bit]) + data[at + 1 :]
            assert outcome(damaged, wire) in {Newer, *REASONS}
