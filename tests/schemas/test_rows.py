"""Changelog rows: what an older version wrote is read, and a row holds the newest version of what it embeds."""

import json
from importlib.resources import files
from pathlib import Path

import msgspec
import pytest

from schemas.catalogue import RECORDS, catalogue
from schemas.records import Record
from schemas.rows import ROWS, WireError, decode_row, encode_row, row_versions
from schemas.versions import newest, snake

GOLDEN = Path(__file__).parent / "golden"
STATE = files("schemas") / "state"
TYPES = {snake(each.__name__): each for each in ROWS}
WRITTEN = sorted(path.name for path in GOLDEN.glob("*_row.v*.hex"))


def value(name: str) -> Record:
    """Return the row that all golden bytes of this name hold."""
    return msgspec.json.decode((GOLDEN / f"{name}.json").read_bytes(), type=TYPES[name])


def golden(file: str) -> bytes:
    """Return what was once written."""
    return bytes.fromhex((GOLDEN / file).read_text("ascii"))


@pytest.mark.parametrize("file", WRITTEN)
def test_what_was_once_written_is_read(file: str) -> None:
    """The bytes of every version that ever wrote this row are read as the row of today."""
    name = file.split(".", maxsplit=1)[0]
    assert decode_row(golden(file), TYPES[name]) == value(name)


@pytest.mark.parametrize("name", TYPES)
def test_the_newest_version_writes_what_it_wrote(name: str) -> None:
    """A released schema is not changed in place: its bytes stay the same; write_golden.py writes what is missing."""
    version = newest(row_versions(TYPES[name])).version
    assert encode_row(value(name)) == golden(f"{name}.v{version}.hex")


@pytest.mark.parametrize("name", TYPES)
def test_every_version_has_its_golden_bytes(name: str) -> None:
    """No version of a row goes untested."""
    assert [f"{name}.v{schema.version}.hex" for schema in row_versions(TYPES[name])] == [
        file for file in WRITTEN if file.startswith(f"{name}.")
    ]


def test_every_file_is_a_row() -> None:
    """No schema lies under state/ that no row type is written by."""
    assert {file.name.split(".")[0] for file in STATE.iterdir()} == set(TYPES)


@pytest.mark.parametrize("name", TYPES)
def test_a_row_embeds_the_newest_records(name: str) -> None:
    """When a record gets a new version, every row that holds it gets one too; else what is new would be lost in the state."""
    version = newest(row_versions(TYPES[name])).version
    pins = json.loads((STATE / f"{name}.v{version}.avsc").read_text("utf-8")).get("embeds", {})
    now = {f"custodiet.{each.__name__}": catalogue().schema(each).version for each in RECORDS}
    assert pins == {each: now[each] for each in pins}


@pytest.mark.parametrize("name", TYPES)
def test_a_damaged_row_is_an_error_with_a_name(name: str) -> None:
    """A row cut short, too long, of another type or of no type is a WireError: state is never guessed at."""
    data = encode_row(value(name))
    for damaged in (data[:-1], data + b"\x00", data[:9], b"", b"\x00" * 12, data[:2] + b"\x00" * 8 + data[10:]):
        with pytest.raises(WireError):
            decode_row(damaged, TYPES[name])
    other = next(each for each in TYPES if each != name)
    with pytest.raises(WireError, match="no version of"):
        decode_row(data, TYPES[other])


@pytest.mark.parametrize("name", TYPES)
def test_a_golden_row_fills_every_field(name: str) -> None:
    """The golden rows say something in each field, so that no field goes untested; a new one is added to the .json."""
    plain = msgspec.to_builtins(value(name))
    assert not [field.encode_name for field in msgspec.structs.fields(TYPES[name]) if not plain[field.encode_name]]
