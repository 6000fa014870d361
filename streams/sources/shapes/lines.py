"""The lines of a content, each with its number, none longer than a bound; for formats that are neither JSON nor a table."""

from collections.abc import Iterator
from dataclasses import dataclass

from streams.sources.shapes.content import ByteSource

_READ = 256 * 1024


@dataclass(frozen=True, slots=True)
class Line:
    """One line without its end; ``number`` counts from 1. Of a line over the bound ``data`` is the beginning; ``size`` is all of it."""

    number: int
    data: bytes
    size: int
    ended: bool
    """Whether a line feed follows."""


def lines(source: ByteSource, longest: int, upto: int | None = None) -> Iterator[Line]:
    """Yield every line, of a source that is only looked at those of the first ``upto`` bytes or little more.

    A carriage return before the line feed stays in ``data``. Raises SourceError where ``source`` does.
    """
    held = bytearray()
    dropped = 0
    number = 0
    read = 0
    while (upto is None or read < upto) and (data := source.read(_READ)):
        read += len(data)
        start = 0
        while (end := data.find(b"\n", start)) >= 0:
            held += data[start:end]
            number += 1
            yield Line(number, bytes(held[:longest]), len(held) + dropped, ended=True)
            held.clear()
            dropped = 0
            start = end + 1
        held += data[start:]
        if len(held) > longest:
            dropped += len(held) - longest
            del held[longest:]
    if held:
        yield Line(number + 1, bytes(held[:longest]), len(held) + dropped, ended=False)
