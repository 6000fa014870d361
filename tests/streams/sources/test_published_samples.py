"""Microsoft's own sample records and operation names, as its documentation prints them."""

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from schemas.records import FileEvent
from streams.errors import SourceError
from streams.sources.formats import FORMATS, Input
from streams.sources.load import Load
from streams.sources.outcome import Discard

_PUBLISHED = Path(__file__).parent / "published"
_RECORDS = json.loads((_PUBLISHED / "records.json").read_text(encoding="utf-8"))
_OPERATIONS = json.loads((_PUBLISHED / "sharepoint_operations.json").read_text(encoding="utf-8"))
_AUDIT = FORMATS["m365-audit"]


@pytest.mark.parametrize("sample", _RECORDS, ids=[f"{sample['page']}: {sample['row']['Operation']}" for sample in _RECORDS])
def test_published_record_parses(sample: dict[str, Any]) -> None:
    """Each printed record gives what is written beside it, field by field."""
    parsed = _AUDIT.parse(sample["row"])
    if isinstance(parsed, Discard):
        assert sample["expected"] == {"discard": parsed.reason}
        return
    shown = [{"type": type(event).__name__, **msgspec.to_builtins(event)} for event in parsed]
    assert [{name: value for name, value in event.items() if value is not None} for event in shown] == sample["expected"]["events"]


def test_published_record_with_broken_escapes_is_one_dead_letter() -> None:
    """The printed AipFileDeleted record is no JSON: it is a dead letter and no guess."""
    letters: list[str] = []
    load = Load([Input(_AUDIT, _PUBLISHED / "aip_file_deleted.json")], 1_800_000_000_000, lambda letter: letters.append(letter.reason))
    assert list(load) == []
    assert letters == ["bad-json"]


@pytest.mark.parametrize(("operation", "action"), _OPERATIONS.items())
def test_published_operation_is_read_as_its_action(operation: str, action: str | None) -> None:
    """Every operation of the published table is a file event with its action, or a discard; none is an error."""
    row = {
        "Id": "1",
        "CreationTime": "2024-03-04T09:15:30",
        "Operation": operation,
        "UserId": "a.ryder@northmoor.police.example",
        "ItemType": "File",
        "ObjectId": "https://northmoor.sharepoint.example/a.docx",
    }
    parsed = _AUDIT.parse(row)
    told = None if isinstance(parsed, Discard) else [event.action for event in parsed if isinstance(event, FileEvent)]
    assert told == (None if action is None else [action])


def test_a_record_without_an_operation_is_an_error() -> None:
    """What is not even an audit record is no discard."""
    with pytest.raises(SourceError, match="Operation"):
        _AUDIT.parse({"AuditData": "{}"})
