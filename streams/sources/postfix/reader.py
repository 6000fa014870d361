"""Read mail logs of Postfix into one row a message, over all files of a folder of rotated logs, in constant memory.

A line that is about no message (connections, other programs) is a row of its own, so that every line ends in a count.
"""

from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from itertools import islice
from pathlib import Path

from schemas.records import Millis
from streams.errors import SourceError, UsageError
from streams.sources.cells.local_times import zone_and_day
from streams.sources.limits import MAX_RAW
from streams.sources.logs.clock import Clock, Seen, clock_for
from streams.sources.logs.lines import LogLine, local_time, read_line
from streams.sources.outcome import Row
from streams.sources.postfix.lines import proof, queued
from streams.sources.postfix.messages import Assembled, Messages, Place
from streams.sources.raw import RawRecord, broken
from streams.sources.shapes.content import Content, OnBytes, open_content
from streams.sources.shapes.folders import files
from streams.sources.shapes.lines import Line, lines

Read = Callable[[Path, str, Callable[[Row], bool], OnBytes | None], Generator[RawRecord]]

_LOOKED_AT = 500
_LOOKED_AT_OF_A_LOG = 50_000  # a server that people fetch their mail from logs that, and little else, all night
_MAY_PROVE = (b"message-id=<", b": client=", b": uid=")


@dataclass(frozen=True, slots=True)
class Times:
    """How lines without year and zone are meant: in ``zone``, the last of a file not after ``until``; the log tells what is None."""

    zone: tzinfo | None = None
    until: Millis | None = None

    def written(self, file: Path) -> Millis:
        """Return the instant that the last line of a file is not later than."""
        return int(datetime.fromtimestamp(file.stat().st_mtime, UTC).timestamp() * 1000) if self.until is None else self.until


_TOLD_BY_THE_LOG = Times()


def configured(options: Mapping[str, str]) -> Read:
    """Return the reader under ``zone=…`` and ``until=YYYY-MM-DD``. Raises UsageError."""
    times = Times(*zone_and_day("postfix", options))
    return lambda path, feed, fits, on_bytes: read(path, feed, fits, on_bytes, times)


def read(
    path: Path, feed: str, _fits: Callable[[Row], bool], on_bytes: OnBytes | None = None, times: Times = _TOLD_BY_THE_LOG
) -> Generator[RawRecord]:
    """Yield every message of the log, and every line that is about none. Raises UsageError when a file cannot be opened."""
    messages = Messages()
    for file in _in_order(path, times):
        clocks = _clocks(file, times)
        with open_content(file, on_bytes) as contents:
            for content, clock in zip(contents, clocks, strict=False):
                yield from _content(content, clock, messages, feed)
    for one in messages.finish():
        yield _record(feed, one)


def sniff(path: Path) -> bool:
    """Whether this is a log that Postfix wrote to, or a folder of such."""
    return any(_sniff(file) for file in islice(files(path), _LOOKED_AT if path.is_dir() else 1))


def _sniff(file: Path) -> bool:
    with suppress(SourceError, UsageError), open_content(file) as contents:
        for content in islice(contents, 5):
            others = 0
            for line in islice(lines(content.source, MAX_RAW, MAX_RAW), _LOOKED_AT_OF_A_LOG):
                try:
                    if queued(read_line(line.data)) is not None:
                        return True
                except SourceError:
                    others += 1
                if others == _LOOKED_AT:
                    break
    return False


def _in_order(path: Path, times: Times) -> list[Path]:
    """Return the files by the instant of their first line; a message may begin in one and end in the next."""
    if not path.is_dir():
        return [path]
    named = sorted((file for file in files(path) if not file.name.startswith(".")), reverse=True)  # mail.log.1 is older than mail.log
    return sorted(named, key=lambda file: _begins(file, times))


def _begins(file: Path, times: Times) -> Millis:
    clock = next(_clocks(file, times), None)
    with suppress(SourceError), open_content(file) as contents:
        for content in contents:
            for line in islice(lines(content.source, MAX_RAW, MAX_RAW), _LOOKED_AT):
                with suppress(SourceError):
                    return times.written(file) if clock is None else clock.instant(read_line(line.data))
    return times.written(file)


def _clocks(file: Path, times: Times) -> Iterator[Clock]:
    """Yield the clock of each content of the file."""
    with open_content(file) as contents:
        for content in contents:
            seen = _seen(content)
            with closing(seen):
                clock = clock_for(seen, times.written(file), times.zone)
            yield clock


def _seen(content: Content) -> Generator[Seen]:
    """Yield the times of the lines, if they have no year; their first line tells."""
    with suppress(SourceError):
        for line in lines(content.source, MAX_RAW):
            local = local_time(line.data)
            if local is not None:
                yield local, _proved(line)
            elif line.number == 1 and _tells_its_year(line):
                return


def _tells_its_year(line: Line) -> bool:
    with suppress(SourceError):
        return isinstance(read_line(line.data).at, int)
    return False


def _proved(line: Line) -> Millis | None:
    if not any(mark in line.data for mark in _MAY_PROVE):
        return None
    with suppress(SourceError):
        about = queued(read_line(line.data))
        return None if about is None else proof(about)
    return None


def _content(content: Content, clock: Clock, messages: Messages, feed: str) -> Iterator[RawRecord]:
    number = 1
    try:
        for line in lines(content.source, MAX_RAW):
            number = line.number
            if line.data.strip():
                yield from _line(content.name, line, clock, messages, feed)
    except SourceError as error:  # the content can be read no further; what is open may go on in another file
        yield _refused(feed, content.name, number, b"", SourceError(error.reason, f"{error.detail}; read up to line {number}"))


def _line(file: str, line: Line, clock: Clock, messages: Messages, feed: str) -> Iterator[RawRecord]:
    if line.size > MAX_RAW:
        yield _refused(feed, file, line.number, line.data, SourceError("too-long", f"a line of {line.size} bytes"))
        return
    raw = line.data.rstrip(b"\r")
    try:
        said = read_line(raw)
        about = queued(said)
        at = clock.instant(said, None if about is None else proof(about))
    except SourceError as error:
        yield _refused(feed, file, line.number, raw, error)
        return
    if about is None:
        yield RawRecord(feed, file, line.number, raw, _alone(said, at))
        return
    for one in messages.add(about, at, Place(file, line.number, raw)):
        yield _record(feed, one)


def _alone(said: LogLine, at: Millis) -> Row:
    return {"host": said.host, "queue_id": None, "lines": [{"at": at, "process": said.program, "text": said.text}]}


def _record(feed: str, one: Assembled) -> RawRecord:
    return RawRecord(feed, one.file, one.line, one.raw, one.row)


def _refused(feed: str, file: str, line: int, raw: bytes, error: SourceError) -> RawRecord:
    found = broken(line, raw, error.reason, error.detail)
    return RawRecord(feed, file, found.line, found.raw, None, found.error)
