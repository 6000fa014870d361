"""CSV as PowerShell, the portals and Excel write it, one record at a time, with the lines that each came from.

The separator is told from the header; ``#TYPE …`` and ``sep=`` lines before it and repeated headers (joined exports) are no records.
A log of Exchange names its columns in a comment, ``#Fields: a,b``: there every line that begins with ``#`` is a comment, and each
``#Fields:`` holds for the lines after it. Where that line was lost, the columns may still be known. A quote that is never closed costs
the line that it is in and no more.
"""

import csv
from collections import deque
from collections.abc import Iterator
from contextlib import suppress

from streams.sources.limits import MAX_RECORD
from streams.sources.raw import Found, broken
from streams.sources.shapes.content import ByteSource
from streams.sources.shapes.headless import columns_of
from streams.sources.shapes.json_text import decode_text

_READ = 256 * 1024
_SEPARATORS = ",;\t|"
_FIELDS = "#fields:"
_EVENT_VIEWER = ["Date and Time", "Source", "Event ID", "Task Category"]
_MARK = "\ufeff"  # begins each of the logs that were joined

csv.field_size_limit(MAX_RECORD)


def csv_rows(source: ByteSource) -> Iterator[Found]:
    """Yield every record of ``source``. Raises SourceError only where ``source`` itself can be read no further."""
    lines = _Lines(source)
    header, separator, commented = _header(lines)
    yield from lines.refused()
    if not header:
        return
    reader = csv.reader(lines, delimiter=separator, strict=True)
    while True:
        try:
            row = next(reader)
        except StopIteration:
            yield from lines.refused()
            return
        except (csv.Error, _TooLong) as error:
            number, raw = lines.give_back_all_but_first()
            yield broken(number, raw, "bad-csv", f"{error}")
            reader = csv.reader(lines, delimiter=separator, strict=True)
            continue
        yield from lines.refused()
        first = lines.taken[0][1].lstrip(_MARK)
        if commented and first.startswith("#"):
            header = _named(first, separator) or header
            lines.give_back_all_but_first()  # a quote in a comment opens nothing
            reader = csv.reader(lines, delimiter=separator, strict=True)
            continue
        found = _record(lines, header, row)
        if found is None:
            lines.forget()
            continue
        if found.error is not None and len(lines.taken) > 1:  # a stray quote joined lines that are records of their own
            number, raw = lines.give_back_all_but_first()
            found = broken(number, raw, "bad-csv", "a quote is opened and not closed in its record")
            reader = csv.reader(lines, delimiter=separator, strict=True)
        lines.forget()
        yield found


class _TooLong(Exception):  # noqa: N818  # never leaves this module
    """A quoted record outgrew MAX_RECORD."""


class _Lines:
    """The lines of the content as text; remembers those that the record being read was made of."""

    def __init__(self, source: ByteSource) -> None:
        self._source = source
        self._buffer = bytearray()
        self._ended = False
        self._end = b"\n"
        self._number = 0
        self._again: deque[tuple[int, str]] = deque()
        self._refused: list[Found] = []
        self.taken: list[tuple[int, str]] = []
        self._size = 0

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        if self._size > MAX_RECORD:
            message = f"a quote is opened and not closed within {MAX_RECORD} bytes"
            raise _TooLong(message)
        line = self._again.popleft() if self._again else self._read()
        self.taken.append(line)
        self._size += len(line[1])
        return line[1]

    def forget(self) -> None:
        """Begin a new record."""
        self.taken.clear()
        self._size = 0

    def give_back_all_but_first(self) -> tuple[int, bytes]:
        """Return the first line of the record, to be read no more; the others will be read again."""
        first, *others = self.taken or [(self._number, "")]
        self._again.extendleft(reversed(others))
        self.forget()
        return first[0], first[1].encode()

    def give_back(self) -> None:
        """Have the lines of the record read again."""
        self._again.extendleft(reversed(self.taken))
        self.forget()

    def raw(self) -> tuple[int, bytes]:
        """Return the record's first line number and its text."""
        return (self.taken[0][0] if self.taken else self._number), "".join(text for _, text in self.taken).encode()

    def refused(self) -> Iterator[Found]:
        """Yield what was left out because it was too long."""
        yield from self._refused
        self._refused.clear()

    def _read(self) -> tuple[int, str]:
        while True:
            data = self._next_line()
            if not data:
                raise StopIteration
            self._number += 1
            if len(data) <= MAX_RECORD:
                return self._number, decode_text(data)
            self._refused.append(broken(self._number, data, "too-long", f"a line of more than {MAX_RECORD} bytes"))

    def _next_line(self) -> bytes:
        """Return the next line with its end, cut after the first piece beyond MAX_RECORD; empty at the end of the content."""
        searched = 0
        kept: bytes | None = None
        while True:
            end = self._buffer.find(self._end, searched)
            if end < 0 and len(self._buffer) > MAX_RECORD:
                kept = kept or bytes(self._buffer)
                self._buffer.clear()
            if end >= 0 or self._ended:
                line = bytes(self._buffer if end < 0 else self._buffer[: end + 1])
                del self._buffer[: len(line)]
                return kept or line
            searched = len(self._buffer)
            data = self._source.read(_READ)
            self._ended = not data
            if self._number == 0 and not self._buffer and b"\r" in data[:-1] and b"\n" not in data:
                self._end = b"\r"  # a table as Excel saves it for old Macintosh computers
            self._buffer += data


def _header(lines: _Lines) -> tuple[list[str], str, bool]:
    """Return the names of the columns, the separator, and whether lines that begin with ``#`` are comments."""
    separator: str | None = None
    with suppress(csv.Error, _TooLong):
        while True:
            line = next(lines, "")
            if not line:
                break
            bare = line.strip()
            if bare.lower().startswith("sep=") and len(bare) == 5:
                separator = bare[4]
            elif named := _named(bare, ","):
                lines.forget()
                return named, ",", True
            elif bare and not bare.startswith("#"):
                separator = separator or max(_SEPARATORS, key=lambda mark: _outside_quotes(bare).count(mark))
                names = next(csv.reader([bare], delimiter=separator))
                if known := columns_of(names):
                    lines.give_back()
                    return known, separator, True
                lines.forget()
                return _whole([name.strip() for name in names]), separator, False
            lines.forget()
    lines.forget()
    return [], ",", False


def _whole(names: list[str]) -> list[str]:
    """Return the columns, with the one that Windows' Event Viewer fills and does not name."""
    return [*names, "Message"] if names[1:] == _EVENT_VIEWER else names


def _named(line: str, separator: str) -> list[str]:
    """Return the columns that a ``#Fields:`` line names; none for another line."""
    if not line.lower().startswith(_FIELDS):
        return []
    names = next(csv.reader([line[len(_FIELDS) :].strip()], delimiter=separator), [])
    return [name.strip() for name in names]


def _outside_quotes(text: str) -> str:
    return "".join(text.split('"')[::2])


def _record(lines: _Lines, header: list[str], row: list[str]) -> Found | None:
    """Return the record, or None for an empty line and a header that is repeated."""
    number, raw = lines.raw()
    if not any(cell.strip() for cell in row) or [cell.strip() for cell in row] == header or raw.startswith((b"#TYPE ", b"#Fields: ")):
        return None
    if len(row) < len(header) or any(cell for cell in row[len(header) :]):
        return broken(number, raw, "bad-columns", f"{len(row)} columns where the header has {len(header)}")
    return Found(number, raw, dict(zip(header, row, strict=False)))
