"""Windows event XML, one ``<Event>`` at a time, in constant memory: with a root element, without one, or one a line.

Here the text is only cut; a document type between the events reaches no parser. What stands between events and is no root, no
declaration and no comment is a dead letter.
"""

import re
from collections.abc import Iterator

from streams.sources.limits import MAX_RAW, MAX_RECORD
from streams.sources.raw import Found, broken
from streams.sources.shapes.content import ByteSource
from streams.sources.shapes.json_text import decode_text

XML = "xml"
"""The only field of such a row: the text of one event."""

_READ = 256 * 1024
_KEPT = 8  # bytes that may be the beginning of a tag that goes on in what is read next
_OPENING = re.compile(rb"<Event(?=[\s>])")
_CLOSING = re.compile(rb"</Event\s*>")
_NOTHING = re.compile(rb"<\?xml[^<>]*\?>|<!--.*?-->|</?Events(?:\s[^<>]*)?>|\xef\xbb\xbf|[\s-]+", re.DOTALL)


def begins_event_xml(head: bytes) -> bool:
    """Whether a file that begins so is XML."""
    return re.match(rb"(?:-\s*)?<[?!A-Za-z]", head.lstrip()) is not None


def event_xml_rows(source: ByteSource) -> Iterator[Found]:
    """Yield every event of ``source``. Raises SourceError only where ``source`` itself can be read no further."""
    window = _Window(source)
    while window.fill():
        opening = window.find(_OPENING)
        if opening is not None:
            yield from _between(*window.take(opening.start()))
            yield _event(window)
        elif not window.ended and window.ahead <= MAX_RAW:
            window.read()  # a comment or the tag of a root may go on
        else:
            yield from _between(*window.take(window.ahead - (0 if window.ended else _KEPT)))


def _event(window: "_Window") -> Found:
    """Cut the event that begins here: at its end, or where the next one begins before that."""
    searched = 1
    while True:
        closing = window.find(_CLOSING, searched)
        following = window.find(_OPENING, searched, closing.start() if closing is not None else None)
        if following is not None:
            return broken(*window.take(following.start()), "truncated", "another event begins within this one")
        if closing is not None:
            number, data = window.take(closing.end())
            return Found(number, data, {XML: decode_text(data)})
        if window.ended:
            return broken(*window.take(window.ahead), "truncated", "the file ends within an event")
        if window.ahead > MAX_RECORD:
            return broken(*window.take(window.ahead - _KEPT), "too-long", f"an event of more than {MAX_RECORD} bytes")
        searched = max(1, window.ahead - _KEPT - 64)
        window.read()


def _between(number: int, data: bytes) -> Iterator[Found]:
    rest = _NOTHING.sub(b"", data)
    if rest:
        yield broken(number, data[:MAX_RAW], "bad-xml", f"no event: {decode_text(rest[:60])!r}")


class _Window:
    """Bytes not yet taken, and the line that they begin in."""

    def __init__(self, source: ByteSource) -> None:
        self._source = source
        self._buffer = bytearray()
        self._line = 1
        self.ended = False

    @property
    def ahead(self) -> int:
        """How many bytes are held."""
        return len(self._buffer)

    def fill(self) -> bool:
        """Hold enough to see a tag; False when nothing is left."""
        while not self.ended and len(self._buffer) <= _KEPT:
            self.read()
        return bool(self._buffer)

    def read(self) -> None:
        """Hold more."""
        data = self._source.read(_READ)
        self.ended = not data
        self._buffer += data

    def find(self, pattern: re.Pattern[bytes], start: int = 0, end: int | None = None) -> re.Match[bytes] | None:
        """Return where ``pattern`` is next."""
        return pattern.search(self._buffer, start, len(self._buffer) if end is None else end)

    def take(self, count: int) -> tuple[int, bytes]:
        """Return the line and the bytes, held no longer."""
        data = bytes(self._buffer[:count])
        del self._buffer[:count]
        number = self._line + (data[: len(data) - len(data.lstrip())].count(b"\n"))
        self._line += data.count(b"\n")
        return number, data
