"""One raw record as a reader hands it on."""

from dataclasses import dataclass

from streams.errors import SourceError
from streams.sources.limits import MAX_RAW
from streams.sources.outcome import Row


@dataclass(frozen=True, slots=True)
class RawRecord:
    """A record with its place. ``line`` counts from 1; ``raw`` is its text in UTF-8.

    ``row`` is None where no record could be made out; ``error`` then says why.
    """

    feed: str
    file: str
    line: int
    raw: bytes
    row: Row | None
    error: SourceError | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """What a reader of one shape (JSON, CSV) found, before feed and file are known."""

    line: int
    raw: bytes
    row: Row | None
    error: SourceError | None = None


def broken(line: int, raw: bytes, reason: str, detail: str) -> Found:
    """Return what stands for bytes that are no record; of long ones the beginning is kept."""
    if len(raw) > MAX_RAW:
        detail = f"{detail} (the first {MAX_RAW} of {len(raw)} bytes are kept)"
    return Found(line, bytes(raw[:MAX_RAW]), None, SourceError(reason, detail))
