"""Log lines, one a record."""

import io

import pytest

from streams.sources.shapes import line_rows as module
from streams.sources.shapes.line_rows import begins_lines, line_rows


@pytest.mark.parametrize(
    ("head", "lines"),
    [
        (b"Mar  4 09:15:31 files01 smbd_audit: x", True),
        (b"\n<134>1 2024-03-04T09:15:31.487Z files01 smbd_audit - - - x", True),
        (b"<13>Mar 14 09:15:31 files01 smbd_audit[1]: x", True),
        (b"2024-03-04T09:15:31+00:00 files01 smbd_audit: x", True),
        (b"[2024/03/04 09:15:31.487123,  1] x(do_log)", True),
        (b"2024-03-04T09:15:31Z,a@x.example,b@x.example", False),
        (b"date,client\n2024-03-04", False),
        (b'[{"a": 1}]', False),
        (b"<Event xmlns='x'>", False),
        (b"", False),
    ],
)
def test_logs_are_told_from_tables_and_documents(head: bytes, lines: bool) -> None:  # noqa: FBT001  # a table of cases
    """A header of syslog begins a log; a date in a table does not."""
    assert begins_lines(head) is lines


def test_lines_are_numbered_and_empty_ones_are_none(monkeypatch: pytest.MonkeyPatch) -> None:
    """However much is read at once, each line that says something is a row with its number, without its end."""
    text = b"Mar  4 09:15:31 a\r\n\n  \nMar  4 09:15:32 Zo\xeb\nMar  4 09:15:33 c"
    expected = [(1, "Mar  4 09:15:31 a"), (4, "Mar  4 09:15:32 Zoë"), (5, "Mar  4 09:15:33 c")]
    for size in (1, 3, 1_000):
        monkeypatch.setattr(module, "_READ", size)
        assert [(found.line, found.row and found.row["line"]) for found in line_rows(io.BytesIO(text))] == expected


def test_a_line_that_is_too_long_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is one dead letter, and the next line is read."""
    monkeypatch.setattr(module, "MAX_RECORD", 100)
    monkeypatch.setattr(module, "_READ", 30)
    long, short = line_rows(io.BytesIO(b"x" * 1_000 + b"\nshort\n"))
    assert long.error is not None
    assert long.error.reason == "too-long"
    assert short.row == {"line": "short"}
