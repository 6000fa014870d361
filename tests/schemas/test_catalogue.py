"""The catalogue knows each record by its type, its name and its fingerprint."""

from pathlib import Path

import pytest

from schemas.catalogue import RECORDS, Catalogue, SchemaError, catalogue
from schemas.records import Attachment, MailEvent, Record, Source
from schemas.rows import ROWS, row_versions


@pytest.mark.parametrize("record_type", RECORDS, ids=lambda each: each.__name__)
def test_a_schema_is_found_by_its_fingerprint(record_type: type[Record]) -> None:
    """What a message's header names is the schema that wrote it."""
    schema = catalogue().schema(record_type)
    assert catalogue().by_fingerprint(schema.fingerprint) is schema
    assert (schema.record_type, schema.name, len(schema.fingerprint)) == (record_type, record_type.__name__, 8)
    assert schema.title == f"{schema.name}.v{schema.version}"


def test_no_two_schemas_share_a_fingerprint() -> None:
    """Records and rows of all versions are told apart by eight bytes."""
    schemas = [schema for each in RECORDS for schema in catalogue().versions(each)]
    schemas += [schema for each in ROWS for schema in row_versions(each)]
    assert len({schema.fingerprint for schema in schemas}) == len(schemas)


def test_it_is_read_once() -> None:
    """All share one catalogue."""
    assert catalogue() is catalogue()


def test_what_does_not_travel_is_unknown() -> None:
    """A part of a record, an unknown fingerprint: KeyError."""
    with pytest.raises(KeyError):
        catalogue().schema(Attachment)
    with pytest.raises(KeyError):
        catalogue().versions(Source)
    with pytest.raises(KeyError):
        catalogue().by_fingerprint(b"\x00" * 8)


def folder_of(path: Path, **files: str) -> Path:
    """Return a folder with files under avro/; ``__`` in a name stands for the dot."""
    (path / "avro").mkdir()
    for name, text in files.items():
        (path / "avro" / name.replace("__", ".")).write_text(text, "utf-8")
    return path


def test_a_schema_that_nobody_writes_is_refused(tmp_path: Path) -> None:
    """A file without a record is a mistake, not a reserve."""
    stray = '{"type": "record", "name": "Stray", "fields": []}'
    folder = folder_of(tmp_path, mail_event__v1__avsc=catalogue().schema(MailEvent).json, stray__v1__avsc=stray)
    with pytest.raises(SchemaError, match="stray"):
        Catalogue(folder, [MailEvent])


def test_a_file_of_another_name_is_refused(tmp_path: Path) -> None:
    """A file that names no version is a mistake."""
    with pytest.raises(SchemaError, match=r"mail_event\.avsc"):
        Catalogue(folder_of(tmp_path, mail_event__avsc="{}"), [MailEvent])


def test_a_record_without_a_schema_is_refused(tmp_path: Path) -> None:
    """Every record that travels has a file."""
    with pytest.raises(SchemaError, match=r"mail_event: versions \[\]"):
        Catalogue(folder_of(tmp_path), [MailEvent])
