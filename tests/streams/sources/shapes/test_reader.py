"""Files read through whatever they are packed and encoded in."""

import bz2
import gzip
import io
import json
import lzma
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from streams.errors import UsageError
from streams.sources.raw import RawRecord
from streams.sources.shapes.reader import read_records

_ROWS = [{"id": str(number), "name": f"Zoë {number}"} for number in range(300)]
_LINES = "\n".join(json.dumps(row, ensure_ascii=False) for row in _ROWS)
_TABLE = "id,name\r\n" + "".join(f"{row['id']},{row['name']}\r\n" for row in _ROWS)


def _read(path: Path) -> list[RawRecord]:
    return list(read_records(path, "feed", lambda row: "id" in row))


@pytest.mark.parametrize("text", [_LINES, _TABLE, json.dumps(_ROWS)])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("packed", ["plain", "gzip", "bzip2", "xz", "zip"])
def test_content_is_read_through_packing_and_encoding(tmp_path: Path, text: str, encoding: str, packed: str) -> None:
    """Nothing is told by the file's name: packing, marks and encodings are found in the content."""
    path = tmp_path / "export.dat"
    data = text.encode(encoding)
    if packed == "gzip":
        data = gzip.compress(data)
    elif packed in ("bzip2", "xz"):
        data = (bz2 if packed == "bzip2" else lzma).compress(data)
    elif packed == "zip":
        held = io.BytesIO()
        with zipfile.ZipFile(held, "w") as archive:
            archive.writestr("folder/", "")
            archive.writestr("folder/export.csv", data)
        data = held.getvalue()
    path.write_bytes(data)
    assert [record.row for record in _read(path)] == _ROWS


def test_members_of_a_zip_are_named(tmp_path: Path) -> None:
    """A record of an archive says which member it came from; members may differ in shape."""
    path = tmp_path / "both.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.json", '{"id": "1"}')
        archive.writestr("b.csv", "id\n2\n".replace("id", "id,x").replace("2\n", "2,3\n"))
    assert [(record.file, record.line) for record in _read(path)] == [(f"{path}!a.json", 1), (f"{path}!b.csv", 2)]


@pytest.mark.parametrize("compress", [gzip.compress, lzma.compress, lambda data: bz2.compress(data, 1)], ids=["gzip", "xz", "bzip2"])
def test_cut_archive_gives_what_it_holds_and_says_so(tmp_path: Path, compress: Callable[[bytes], bytes]) -> None:
    """The records before the cut are kept, and the cut is a dead letter."""
    path = tmp_path / "cut"
    data = compress(("\n".join(json.dumps({"id": str(number), "x": number * 7919 % 104729}) for number in range(20_000))).encode())
    path.write_bytes(data[: len(data) // 2])
    found = _read(path)
    assert len([record for record in found if record.row is not None]) > 5_000
    assert found[-1].error is not None
    assert found[-1].error.reason == "truncated"


@pytest.mark.parametrize("compress", [gzip.compress, lzma.compress, bz2.compress], ids=["gzip", "xz", "bzip2"])
def test_damaged_archive_says_so(tmp_path: Path, compress: Callable[[bytes], bytes]) -> None:
    """A damaged archive is a dead letter and no crash."""
    path = tmp_path / "damaged"
    data = bytearray(compress(_LINES.encode()))
    data[len(data) // 2] ^= 0xFF
    path.write_bytes(bytes(data))
    assert _read(path)[-1].error is not None


def test_office_document_is_refused_by_name(tmp_path: Path) -> None:
    """A workbook is no export; the message says what to do."""
    path = tmp_path / "export.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("[Content_Types].xml", "<x/>")
    with pytest.raises(UsageError, match="export the data as CSV"):
        _read(path)


def test_missing_file_is_refused(tmp_path: Path) -> None:
    """A file that cannot be opened is the user's business, not a dead letter."""
    with pytest.raises(UsageError, match="cannot read"):
        _read(tmp_path / "none.csv")


def test_bytes_read_are_reported(tmp_path: Path) -> None:
    """Progress adds up to the size of the file itself, packed or not."""
    path = tmp_path / "export.gz"
    path.write_bytes(gzip.compress(_LINES.encode()))
    seen: list[int] = []
    assert len(list(read_records(path, "feed", lambda row: "id" in row, seen.append))) == len(_ROWS)
    assert sum(seen) == path.stat().st_size


@pytest.mark.parametrize("shape", ["lines", "array"])
def test_envelopes_of_search_engines_are_taken_off(tmp_path: Path, shape: str) -> None:
    """A document of Elasticsearch and a result of Splunk give the record that they hold; another field of that name stays."""
    rows: list[dict[str, object]] = [
        {"_index": "x", "_source": _ROWS[0]},
        {"preview": False, "result": _ROWS[1]},
        {"id": "3", "result": {"id": "4"}},
        {"_source": {"event": {"original": json.dumps(_ROWS[2])}}},
        {"@timestamp": "x", "message": json.dumps(_ROWS[3])},
        {"id": "5", "message": "{not JSON}"},
    ]
    path = tmp_path / "export.json"
    path.write_text("\n".join(map(json.dumps, rows)) if shape == "lines" else json.dumps(rows))
    assert [record.row for record in _read(path)] == [_ROWS[0], _ROWS[1], rows[2], _ROWS[2], _ROWS[3], rows[5]]
