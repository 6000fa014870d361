"""Each format's corpus: every row parses to the expected events, discard or error, compared field by field."""

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from streams.errors import SourceError
from streams.sources.formats import FORMATS
from streams.sources.outcome import Discard

_HERE = Path(__file__).parent
_CASES = [
    pytest.param(name, case, id=f"{name}: {case['name']}")
    for name in sorted(FORMATS)
    for case in json.loads((_HERE / name / "cases.json").read_text(encoding="utf-8"))
]


def _outcome(name: str, row: dict[str, Any]) -> dict[str, Any]:
    try:
        parsed = FORMATS[name].parse(row)
    except SourceError as error:
        return {"error": error.reason}
    if isinstance(parsed, Discard):
        return {"discard": parsed.reason}
    return {"events": [{"type": type(event).__name__, **_filled(msgspec.to_builtins(event))} for event in parsed]}


def _filled(fields: dict[str, Any]) -> dict[str, Any]:
    return {name: list(value) if isinstance(value, tuple) else value for name, value in fields.items() if value not in (None, [], ())}


@pytest.mark.parametrize(("name", "case"), _CASES)
def test_row_parses_to_what_is_expected(name: str, case: dict[str, Any]) -> None:
    """The row gives exactly the events, the discard or the error that its corpus says."""
    assert _outcome(name, case["row"]) == case["expected"]


@pytest.mark.parametrize("name", sorted(FORMATS))
def test_corpus_rows_look_like_their_own_format(name: str) -> None:
    """Rows that parse are recognised by their own format and by no other."""
    for case in json.loads((_HERE / name / "cases.json").read_text(encoding="utf-8")):
        if "error" not in case["expected"]:
            assert [known for known, format_ in FORMATS.items() if format_.fits(case["row"])] == [name], case["name"]
