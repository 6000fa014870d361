"""Single-object encoding and fingerprints against Apache Avro's own test data."""

import json
import re
from pathlib import Path

import pytest

from schemas.codec import Codec, WireError
from schemas.records import Record
from schemas.versions import fingerprint_of, schema_of
from schemas.wire import Wire

DATA = Path(__file__).parent / "data" / "avro"
CASES = re.findall(
    r"<<INPUT ([^<]*?)\n<<canonical (.*?)\n(?:<<fingerprint (-?\d+))?", (DATA / "schema-tests.txt").read_text("utf-8"), re.DOTALL
)


class TestMessage(Record, frozen=True, kw_only=True):
    """The record that messageV1 holds."""

    __test__ = False

    id: int
    name: str
    tags: tuple[str, ...]


def test_the_message_that_java_wrote_is_read() -> None:
    """Header, fingerprint and body of messageV1 are what we make of its schema and its values."""
    schema = schema_of((DATA / "messageV1" / "test_schema.avsc").read_text("utf-8"), 1, TestMessage, {})
    data = (DATA / "messageV1" / "test_message.bin").read_bytes()
    codec = Codec(TestMessage, schema)
    message = codec.decode(data, 10, schema)
    assert data[:10] == b"\xc3\x01" + schema.fingerprint
    assert message == TestMessage(id=42, name="Bill", tags=("dog_lover", "cat_hater"))
    assert codec.encode(message, data[:10]) == data


@pytest.mark.parametrize(("source", "canonical", "expected"), [case for case in CASES if case[2]], ids=lambda value: value[:40])
def test_fingerprints_are_those_of_every_other_implementation(source: str, canonical: str, expected: str) -> None:
    """CRC-64-AVRO of each schema, and of its canonical form, is what Java computes, little-endian."""
    wanted = int(expected).to_bytes(8, "little", signed=True)
    assert fingerprint_of(source) == wanted
    assert fingerprint_of(canonical) == wanted


def test_there_are_fingerprints_to_compare() -> None:
    """The file of fingerprints was read, not skipped."""
    assert len([case for case in CASES if case[2]]) >= 15
    assert all(json.loads(canonical) is not None for _, canonical, _ in CASES)


@pytest.mark.parametrize("name", sorted(path.name for path in DATA.glob("*.avro*")))
def test_a_container_file_is_no_message(name: str) -> None:
    """An Avro file put into a topic as it is has another magic and is told apart."""
    with pytest.raises(WireError) as caught:
        Wire().decode((DATA / name).read_bytes())
    assert caught.value.reason == "wrong-magic"


def test_a_message_of_another_schema_is_unknown() -> None:
    """A good message whose schema is none of ours is told apart by its fingerprint."""
    with pytest.raises(WireError) as caught:
        Wire().decode((DATA / "messageV1" / "test_message.bin").read_bytes())
    assert caught.value.reason == "unknown-schema"
