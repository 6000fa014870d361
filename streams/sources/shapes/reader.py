"""Read a file's records whatever shape holds them: JSON, CSV, event XML or log lines, plain, gzipped or zipped, UTF-8 or UTF-16.

It takes constant memory.
"""

from collections.abc import Generator, Iterator
from pathlib import Path

from streams.errors import SourceError
from streams.sources.limits import MAX_RAW, MAX_RECORD
from streams.sources.raw import Found, RawRecord, broken
from streams.sources.shapes.content import ByteSource, Content, OnBytes, open_content
from streams.sources.shapes.csv_rows import csv_rows
from streams.sources.shapes.envelopes import opened
from streams.sources.shapes.event_xml_rows import begins_event_xml, event_xml_rows
from streams.sources.shapes.json_rows import Fits, json_rows
from streams.sources.shapes.line_rows import begins_lines, line_rows

__all__ = ["MAX_RAW", "MAX_RECORD", "RawRecord", "read_records"]

_PEEK = 4096


def read_records(path: Path, feed: str, fits: Fits, on_bytes: OnBytes | None = None) -> Generator[RawRecord]:
    """Yield every record of ``path``, broken ones with their error. Raises UsageError when the file cannot be opened."""
    with open_content(path, on_bytes) as contents:
        for content in contents:
            for found in _guarded(content, lambda row: fits(opened(row))):
                row = None if found.row is None else opened(found.row)
                yield RawRecord(feed, content.name, found.line, found.raw, row, found.error)


def _guarded(content: Content, fits: Fits) -> Iterator[Found]:
    """Yield what was read up to where the content can be read no further, then say that it cannot."""
    line = 1
    source = _Peeked(content.source)
    for found in _rows(source, fits):
        line = found.line
        yield found
    if source.error is not None:
        yield broken(line, b"", source.error.reason, f"{source.error.detail}; read up to about line {line}")


def _rows(source: "_Peeked", fits: Fits) -> Iterator[Found]:
    head = source.head()
    if begins_lines(head):
        return line_rows(source)
    if begins_event_xml(head):
        return event_xml_rows(source)
    if head.lstrip()[:1] in (b"{", b"["):
        return json_rows(source, fits)
    return csv_rows(source)


class _Peeked:
    """A source whose beginning can be looked at, and that ends where it can be read no further; ``error`` then says why."""

    def __init__(self, source: ByteSource) -> None:
        self._source = source
        self._held = b""
        self.error: SourceError | None = None

    def head(self) -> bytes:
        """Return the beginning, at least as far as its first character that is no blank."""
        while len(self._held.lstrip()) == 0 and (data := self._more(_PEEK)):
            self._held += data
        return self._held

    def read(self, size: int) -> bytes:
        """Return the next bytes."""
        if self._held:
            data, self._held = self._held[:size], self._held[size:]
            return data
        return self._more(size)

    def _more(self, size: int) -> bytes:
        if self.error is not None:
            return b""
        try:
            return self._source.read(size)
        except SourceError as error:
            self.error = error
            return b""
