"""JSON in every shape that exports come in, whole and broken."""

import io
import json
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.sources.raw import Found
from streams.sources.shapes import json_rows, json_window
from streams.sources.shapes.json_rows import json_rows as read_rows

_ROWS = [{"id": number, "text": 'a "quoted" [bracket] {brace} \\ ' + "x" * number} for number in range(5)]


class _Dribble:
    """Gives content a few bytes at a time, so that every boundary falls somewhere."""

    def __init__(self, data: bytes, size: int) -> None:
        self._file = io.BytesIO(data)
        self._size = size

    def read(self, size: int) -> bytes:
        return self._file.read(min(size, self._size))


def _fits(row: Mapping[str, object]) -> bool:
    return "id" in row


def _read(data: bytes | str, size: int = 1 << 20) -> list[Found]:
    return list(read_rows(_Dribble(data.encode() if isinstance(data, str) else data, size), _fits))


def _good(found: list[Found]) -> list[Any]:
    return [one.row for one in found if one.row is not None]


def _bad(found: list[Found]) -> list[str]:
    return [one.error.reason for one in found if one.error is not None]


_SHAPES = {
    "array": json.dumps(_ROWS),
    "pretty array": json.dumps(_ROWS, indent=2),
    "table of a query": json.dumps(
        {"tables": [{"columns": [{"name": "id"}, {"name": "text"}], "rows": [[row["id"], row["text"]] for row in _ROWS]}]}
    ),
    "arrays in an array": json.dumps([_ROWS[:2], _ROWS[2:]]),
    "array with an element a line": "[\n" + ",\n".join(json.dumps(row) for row in _ROWS) + "\n]\n",
    "lines": "\n".join(json.dumps(row) for row in _ROWS),
    "lines with commas and blank ones": ",\r\n\r\n".join(json.dumps(row) for row in _ROWS) + ",\r\n",
    "page": json.dumps({"@odata.context": "https://x.example/$metadata", "value": _ROWS, "@odata.nextLink": "https://x.example/2"}),
    "pretty page": json.dumps({"@odata.context": "c", "@odata.count": 5, "value": _ROWS}, indent=4),
    "pages a line": "\n".join(json.dumps({"@odata.context": "c", "value": rows}) for rows in (_ROWS[:2], _ROWS[2:])),
    "old page": json.dumps({"d": {"results": _ROWS, "__next": "x"}}),
    "arrays one after the other": json.dumps(_ROWS[:3]) + "\n" + json.dumps(_ROWS[3:]),
    "objects over several lines": "\n".join(json.dumps(row, indent=2) for row in _ROWS),
    "records": json.dumps({"records": _ROWS}),
    "hunting answer": json.dumps(
        {
            "Stats": {"ExecutionTime": 0.1, "use": {"cache": {"memory": {"hits": 5, "of": [{"a": ["]}"]}]}}}},
            "Schema": [{"Name": "id", "Type": "Int64"}, {"Name": "text", "Type": "String"}],
            "Results": _ROWS,
        }
    ),
    "pretty hunting answer": json.dumps({"@odata.context": "c", "schema": [{"name": "id", "type": "Long"}], "results": _ROWS}, indent=2),
    "hunting answers a line": "\n".join(json.dumps({"Stats": {"a": {}}, "Schema": [], "Results": rows}) for rows in (_ROWS[:2], _ROWS[2:])),
}


@pytest.mark.parametrize("size", [1, 7, 1 << 20])
@pytest.mark.parametrize("shape", _SHAPES)
def test_every_shape_gives_its_records(shape: str, size: int) -> None:
    """Whatever holds the records and however the bytes arrive, each comes out once and in order."""
    found = _read(_SHAPES[shape], size)
    assert _good(found) == _ROWS
    assert _bad(found) == []


@pytest.mark.parametrize("data", ["[]", "[ ]\n", '{"value": []}', "", "\n\n"])
def test_nothing_gives_nothing(data: str) -> None:
    """An empty export has no record and no dead letter."""
    assert _read(data) == []


def test_records_know_their_lines() -> None:
    """A record's line is the one that it begins in, counted from 1."""
    assert [one.line for one in _read(_SHAPES["array with an element a line"])] == [2, 3, 4, 5, 6]
    assert [one.line for one in _read(_SHAPES["lines"])] == [1, 2, 3, 4, 5]


def test_raw_is_the_text_of_the_record() -> None:
    """What a dead letter would carry is the record's own bytes."""
    assert [json.loads(one.raw) for one in _read(_SHAPES["pretty array"])] == _ROWS


@pytest.mark.parametrize(
    "broken",
    [
        '{"id": 9, "text": nope}',
        '{"id": 9, "text": "unclosed}',
        '{"id": 9, "text": "missing brace"',
        '{"id": 9, "inner": {"name": "x"',
        '{"id": 9, "list": [1, 2',
        '{"id": 9 "text": "no comma"}',
        '{"id": 9}}',
        "nonsense",
    ],
)
def test_a_broken_element_costs_no_other(broken: str) -> None:
    """The elements before and after it are read; the broken one is a dead letter."""
    items = [json.dumps(row) for row in _ROWS]
    found = _read("[" + ",\n".join([*items[:2], broken, *items[2:]]) + "]")
    assert [row for row in _good(found) if row["id"] != 9] == _ROWS
    assert len(_bad(found)) == 1


def test_a_broken_first_element_costs_no_other() -> None:
    """The way back is found by what a record looks like."""
    found = _read('[{"id": 9, "x": "unclosed, {"id": 0, "text": "a"}, {"id": 1, "text": "b"}]')
    assert [row["id"] for row in _good(found)] == [0, 1]
    assert len(_bad(found)) == 1


def test_a_broken_line_costs_no_other() -> None:
    """Lines stand alone."""
    found = _read('{"id": 1}\n{"id": 2\n[3]\n7\n"text"\n{"id": 4}\n')
    assert [row["id"] for row in _good(found)] == [1, 4]
    assert _bad(found) == ["bad-json", "not-an-object", "not-an-object", "not-an-object"]
    assert [one.line for one in found if one.error is not None] == [2, 3, 4, 5]


def test_array_that_is_cut_short_says_so() -> None:
    """Neither a cut element nor a cut after one passes in silence."""
    assert _bad(_read('[{"id": 1}, {"id": 2')) == ["truncated", "truncated"]
    found = _read('[{"id": 1}, ')
    assert len(_good(found)) == 1
    assert _bad(found) == ["truncated"]


def test_eight_bit_text_is_read_as_windows_1252() -> None:
    """An export that is not UTF-8 keeps its names."""
    assert _good(_read(b'{"id": 1, "text": "caf\xe9"}')) == [{"id": 1, "text": "café"}]


def test_lone_surrogates_can_be_encoded_afterwards() -> None:
    """What JSON allows and UTF-8 does not is replaced."""
    rows = _good(_read('{"id": 1, "te\\ud800xt": ["\\udc00"]}'))
    assert rows == [{"id": 1, "te?xt": ["?"]}]


def test_deep_nesting_is_a_dead_letter() -> None:
    """No depth makes the reader fall over."""
    assert _bad(_read('{"id": 1, "a": ' + "[" * 100_000 + "]" * 100_000 + "}\n")) == ["bad-json"]


@pytest.mark.parametrize("shape", ["[%s, %s]", "%s\n%s\n"])
def test_a_record_beyond_the_bound_costs_no_other(shape: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A record that is too long is a dead letter with its beginning; the next is read."""
    monkeypatch.setattr(json_rows, "MAX_RECORD", 1 << 20)
    monkeypatch.setattr(json_window, "MAX_RECORD", 1 << 20)
    long = json.dumps({"id": 1, "text": "x" * (3 << 20), "parts": [{"name": "y"}] * 1000})
    found = _read('{"id": 0}\n' * (shape[0] != "[") + shape % (long, '{"id": 2}'))
    assert _good(found)[-1] == {"id": 2}
    assert "too-long" in _bad(found)
    assert all(len(one.raw) <= 1 << 20 for one in found)


_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**40), 2**40) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=8,
)


_OBJECTS = st.dictionaries(st.text(min_size=1, max_size=5), _VALUES, max_size=4)


@given(st.lists(_OBJECTS, max_size=6), st.sampled_from([None, 2]), st.integers(1, 40))
def test_any_array_of_objects_is_read_as_json_reads_it(rows: list[dict[str, Any]], indent: int | None, size: int) -> None:
    """Finding the ends of elements agrees with a JSON parser, wherever the bytes are cut."""
    assert _good(_read(json.dumps(rows, indent=indent, ensure_ascii=False), size)) == rows
