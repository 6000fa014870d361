"""The examples that people read are what the code writes and reads, today and as it once was."""

import json
from importlib.resources import files
from pathlib import Path

import pytest

from schemas.catalogue import RECORDS, catalogue
from schemas.public import dumps, from_public, loads, to_public
from schemas.records import Record
from schemas.versions import snake
from schemas.wire import Wire

GOLDEN = Path(__file__).parent / "golden"
TYPES = {snake(each.__name__): each for each in RECORDS}
EXAMPLES = sorted(file.name for file in (files("schemas") / "examples").iterdir())
WRITTEN = sorted(path.name for path in GOLDEN.glob("*.v*.*.hex"))
WIRE = Wire()


def text(name: str) -> str:
    """Return an example as it lies there."""
    return (files("schemas") / "examples" / name).read_text("utf-8")


def record_of(name: str) -> Record:
    """Return an example's record."""
    return loads(text(name), TYPES[name.split(".", maxsplit=1)[0]])


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_is_what_is_written(name: str) -> None:
    """The public form of an example's record is the example, field for field, laid out for reading."""
    assert json.dumps(to_public(record_of(name)), indent=2, ensure_ascii=False) + "\n" == text(name)


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_survives_the_wire(name: str) -> None:
    """Encoded and decoded, an example is the same record and the same public form."""
    record = record_of(name)
    read = WIRE.decode(WIRE.encode(record, "any"), type(record))
    assert read == record
    assert to_public(read) == json.loads(text(name))
    assert from_public(json.loads(dumps(read)), type(record)) == record


@pytest.mark.parametrize("record_type", RECORDS, ids=lambda each: each.__name__)
def test_every_record_has_an_example(record_type: type[Record]) -> None:
    """No record is without an example."""
    assert [name for name in EXAMPLES if name.split(".")[0] == snake(record_type.__name__)]


@pytest.mark.parametrize("name", WRITTEN)
def test_what_was_once_written_is_read(name: str) -> None:
    """The bytes that any version wrote for an example are read as the example's record of today."""
    record, _, case, _ = name.split(".")
    assert WIRE.decode(bytes.fromhex((GOLDEN / name).read_text("ascii"))) == record_of(f"{record}.{case}.json")


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_newest_version_writes_what_it_wrote(name: str) -> None:
    """A released schema is not changed in place: its bytes stay the same; write_golden.py writes what is missing."""
    record, case, _ = name.split(".")
    version = catalogue().schema(TYPES[record]).version
    assert WIRE.encode(record_of(name), "any").hex() + "\n" == (GOLDEN / f"{record}.v{version}.{case}.hex").read_text("ascii")


@pytest.mark.parametrize("name", EXAMPLES)
def test_examples_name_nobody(name: str) -> None:
    """Examples hold invented people, the invented force and reserved domains; of real ones only the mail provider's own."""
    words = text(name).replace('"', " ").replace("<", " ").replace(">", " ").split()
    domains = {word.rpartition("@")[2].rstrip(",#2") for word in words if "@" in word}
    assert all(domain.endswith(".example") or domain == "gmail.com" for domain in domains)
