"""CSV as PowerShell, the portals and Excel write it, whole and broken."""

import csv
import io
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.sources.raw import Found
from streams.sources.shapes import csv_rows
from streams.sources.shapes.csv_rows import csv_rows as read_rows


class _Source:
    def __init__(self, data: bytes) -> None:
        self._file = io.BytesIO(data)

    def read(self, size: int) -> bytes:
        return self._file.read(min(size, 11))


def _read(data: bytes | str) -> list[Found]:
    return list(read_rows(_Source(data.encode() if isinstance(data, str) else data)))


def _good(found: list[Found]) -> list[Any]:
    return [one.row for one in found if one.row is not None]


def _bad(found: list[Found]) -> list[tuple[int, str]]:
    return [(one.line, one.error.reason) for one in found if one.error is not None]


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_separator_is_told_from_the_header(separator: str, end: str) -> None:
    """Comma, semicolon and tab are read, with either end of line."""
    text = end.join([separator.join(["a", '"b,;"']), separator.join(["1", '"x, ""y"";\t"']), ""])
    assert _good(_read(text)) == [{"a": "1", "b,;": 'x, "y";\t'}]


def test_lines_may_end_as_on_old_macintosh_computers() -> None:
    """A table without a single line feed ends its lines with carriage returns; where there is one, a bare carriage return is text."""
    assert _good(_read('a,b\r1,"x ""y"""\r2,z')) == [{"a": "1", "b": 'x "y"'}, {"a": "2", "b": "z"}]
    assert _good(_read('a,b\r\n1,"x\ry"\r\n')) == [{"a": "1", "b": "x\ry"}]


@pytest.mark.parametrize("first", ["#TYPE Selected.System.Object\n", "sep=,\n", "\n", "#Software: x\n\n"])
def test_lines_before_the_header_are_no_records(first: str) -> None:
    """What Windows PowerShell and Excel write before the header is passed over."""
    assert _good(_read(first + "a,b\n1,2\n")) == [{"a": "1", "b": "2"}]


_LOG = "#Software: Microsoft Exchange Server\n#Version: 15.02\n#Log-type: Message Tracking Log\n#Date: 2024-03-04T00:00:00.000Z\n"


@pytest.mark.parametrize("begin", ["#Fields: a,b", "#fields:a,b", "#Fields: a , b"])
def test_a_log_names_its_columns_in_a_comment(begin: str) -> None:
    """The line after ``#Fields:`` is a record, with its line counted from the beginning of the file."""
    found = _read(f'{_LOG}{begin}\n1,"2, 3"\n')
    assert _good(found) == [{"a": "1", "b": "2, 3"}]
    assert [one.line for one in found] == [6]


def test_joined_logs_may_have_other_columns() -> None:
    """Each ``#Fields:`` holds for what comes after it; a mark in the middle and quotes in comments harm nothing."""
    text = f'{_LOG}#Fields: a,b\n1,2\n\ufeff{_LOG}#Note: x,"open\n#Fields: a,c,b\n3,4,5\n#Date: again\n6,7,8\n'
    found = _read(text)
    assert _good(found) == [{"a": "1", "b": "2"}, {"a": "3", "c": "4", "b": "5"}, {"a": "6", "c": "7", "b": "8"}]


def test_a_comment_in_a_table_without_comments_is_a_record() -> None:
    """Only where a comment names the columns do lines that begin with ``#`` mean nothing."""
    assert _good(_read("a,b\n#1,2\n")) == [{"a": "#1", "b": "2"}]


def test_a_log_that_is_still_written_costs_its_last_line_only() -> None:
    """A line that was cut is a dead letter."""
    found = _read("#Fields: a,b,c\n1,2,3\n4,5")
    assert _good(found) == [{"a": "1", "b": "2", "c": "3"}]
    assert _bad(found) == [(3, "bad-columns")]


def test_joined_exports_repeat_their_header() -> None:
    """A header in the middle is no record."""
    assert _good(_read("a,b\n1,2\na,b\n3,4\n")) == [{"a": "1", "b": "2"}, {"a": "3", "b": "4"}]


def test_record_over_several_lines_keeps_its_first_line() -> None:
    """A quoted line break belongs to the record, and raw is all of it."""
    found = _read('a,b\n1,"x\ny"\n2,z\n')
    assert [(one.line, one.raw) for one in found] == [(2, b'1,"x\ny"\n'), (4, b"2,z\n")]


@pytest.mark.parametrize("line", ["1", "1,2,3"])
def test_wrong_number_of_columns_is_a_dead_letter(line: str) -> None:
    """A row that does not fit its header is not guessed at."""
    found = _read(f"a,b\n{line}\n3,4\n")
    assert _bad(found) == [(2, "bad-columns")]
    assert _good(found) == [{"a": "3", "b": "4"}]


def test_a_stray_quote_costs_its_own_line_only() -> None:
    """A quote that is never closed does not swallow the records after it."""
    found = _read('a,b\n1,"x\n2,y\n3,"z"\n4,w\n')
    assert _bad(found) == [(2, "bad-csv")]
    assert [row["a"] for row in _good(found)] == ["2", "3", "4"]


def test_a_quote_open_to_the_end_costs_its_own_line_only() -> None:
    """Even when nothing closes it."""
    found = _read('a,b\n1,"x\n' + "".join(f"{number},y\n" for number in range(2, 50)))
    assert len(_good(found)) == 48
    assert _bad(found) == [(2, "bad-csv")]


def test_a_quote_open_beyond_the_bound_costs_its_own_line_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """The search for its end is bounded."""
    monkeypatch.setattr(csv_rows, "MAX_RECORD", 200)
    found = _read('a,b\n1,"x\n' + "".join(f"{number},y\n" for number in range(2, 200)))
    assert len(_good(found)) == 198
    assert _bad(found) == [(2, "bad-csv")]


def test_a_line_beyond_the_bound_costs_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is a dead letter with its beginning."""
    monkeypatch.setattr(csv_rows, "MAX_RECORD", 200)
    found = _read("a,b\n1,2\n" + "x" * 5_000 + "\n3,4\n")
    assert [row["a"] for row in _good(found)] == ["1", "3"]
    assert _bad(found) == [(3, "too-long")]


def test_eight_bit_text_and_nul_are_read() -> None:
    """Windows-1252 keeps its letters; NUL is a character like others."""
    assert _good(_read(b"a,b\ncaf\xe9,x\x00y\n")) == [{"a": "café", "b": "x\x00y"}]


def test_a_lone_carriage_return_never_stops_the_reading() -> None:
    """It is part of a field or a dead letter, and the next record is read."""
    assert _good(_read("a,b\n1,x\ry\n3,4\n"))[-1] == {"a": "3", "b": "4"}


@pytest.mark.parametrize("data", ["", "\n", "a,b\n", "a,b"])
def test_no_rows_give_nothing(data: str) -> None:
    """A header alone holds no record."""
    assert _read(data) == []


_CELLS = st.text(st.characters(codec="utf-8", exclude_characters="\r\x00"), max_size=12)


@given(st.lists(st.tuples(st.integers(0, 99).map(str), _CELLS, _CELLS), max_size=6))
def test_what_a_csv_writer_wrote_is_read_back(rows: list[tuple[str, str, str]]) -> None:
    """Quotes, separators and line breaks in cells survive."""
    out = io.StringIO()
    csv.writer(out).writerows([("n", "a", "b"), *rows])
    found = _read(out.getvalue())
    assert [tuple((row or {}).values()) for row in _good(found)] == rows
    assert _bad(found) == []
