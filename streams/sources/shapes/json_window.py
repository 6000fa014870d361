"""A window that moves over JSON text and finds where a value ends, without parsing it."""

import re

from streams.sources.limits import MAX_RECORD
from streams.sources.shapes.content import ByteSource

_READ = 256 * 1024
# A whole string, a bracket, or a quote whose string does not end within the window. Possessive, so that a long string costs no memory.
_TOKEN = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"|[\[\]{}"]', re.DOTALL)
_BLANK = re.compile(rb"[\s,]*+")
_SCALAR_END = re.compile(rb"[\s,\]}\[{]")
_OPENERS = b"{["
_QUOTE = ord('"')


class Window:
    """Bytes from ``pos`` on, filled up on demand; ``line`` is the line that ``pos`` is in.

    ``first_names`` are the names that the records read so far begin with.
    """

    def __init__(self, source: ByteSource) -> None:
        """Start at line 1."""
        self._source = source
        self.buffer = bytearray()
        self.pos = 0
        self.line = 1
        self.ended = False
        self.first_names: set[bytes] = set()

    def fill(self, upto: int) -> bool:
        """Read until ``upto`` bytes lie ahead of ``pos``; False when the content ends before."""
        while len(self.buffer) - self.pos < upto and not self.ended:
            if self.pos > _READ:
                del self.buffer[: self.pos]
                self.pos = 0
            data = self._source.read(max(_READ, min(len(self.buffer), MAX_RECORD)))
            self.ended = not data
            self.buffer += data
        return len(self.buffer) - self.pos >= upto

    def skip(self, count: int) -> None:
        """Move forward."""
        self.line += self.buffer.count(b"\n", self.pos, self.pos + count)
        self.pos += count

    def take(self, count: int) -> bytes:
        """Move forward over ``count`` bytes and return them."""
        data = bytes(self.buffer[self.pos : self.pos + count])
        self.skip(len(data))
        return data

    def next_byte(self) -> bytes:
        """Return the next byte that is no blank and no comma, without moving past it; empty at the end."""
        while self.fill(1):
            match = _BLANK.match(self.buffer, self.pos)
            self.skip((match.end() if match else self.pos) - self.pos)
            if self.pos < len(self.buffer):
                return bytes(self.buffer[self.pos : self.pos + 1])
        return b""

    def value_length(self, at: int = 0, most: int | None = None) -> int | None:
        """Return how many bytes the value takes that begins ``at`` bytes ahead.

        None when it does not end before the content does or within ``most`` bytes (MAX_RECORD unless given).
        """
        most = MAX_RECORD if most is None else most
        if not self.fill(at + 1):
            return None
        first = self.buffer[self.pos + at]
        length = self._balanced(at, most) if first in _OPENERS or first == _QUOTE else self._scalar(at, most)
        return length if length is not None and length <= most else None

    def _balanced(self, at: int, most: int) -> int | None:
        depth, scanned = 0, at
        while True:
            for match in _TOKEN.finditer(self.buffer, self.pos + scanned):
                token = self.buffer[match.start()]
                if token == _QUOTE and match.end() - match.start() == 1:  # the string ends beyond the window
                    scanned = match.start() - self.pos
                    break
                if token != _QUOTE:
                    depth += 1 if token in _OPENERS else -1
                scanned = match.end() - self.pos
                if depth <= 0:
                    return scanned - at
            else:
                scanned = len(self.buffer) - self.pos
            ahead = len(self.buffer) - self.pos
            if ahead - at > most or not self.fill(ahead + 1):
                return None

    def _scalar(self, at: int, most: int) -> int | None:
        while True:
            match = _SCALAR_END.search(self.buffer, self.pos + at)
            if match is not None:
                return max(1, match.start() - self.pos - at)
            ahead = len(self.buffer) - self.pos
            if ahead - at > most:
                return None
            if not self.fill(ahead + 1):
                return ahead - at
