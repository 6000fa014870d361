"""Lines about messages in the queue, put together to one row a message; bounded in memory.

A message is handed on when the queue manager has removed it and a little time has gone by (lines of several daemons overtake each other),
when its queue id begins anew, when nothing was logged of it for a week, when more messages are open than are held, and at the end.
A message with very many lines is handed on in pieces, each with the lines that say what it is.
"""

from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass, field

from schemas.records import Millis
from streams.sources.limits import MAX_RAW
from streams.sources.outcome import Row
from streams.sources.postfix.lines import Queued

MOST_OPEN = 20_000
MOST_HELD = 32 * 1024 * 1024
MOST_LINES = 2_000
_HEAD_LINES = 40
_HEAD_BYTES = 64 * 1024
_LINE_COST = 400  # bytes that Python adds to each held line
_OVERTAKING = 10 * 1000
_FORGOTTEN = 7 * 24 * 3600 * 1000
_DELIVERY = "to=<"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a line stands."""

    file: str
    number: int
    raw: bytes


@dataclass(frozen=True, slots=True)
class Assembled:
    """One message: its row, its raw lines, and where the first of them stands."""

    file: str
    line: int
    raw: bytes
    row: Row


@dataclass(frozen=True, slots=True)
class _Line:
    at: Millis
    process: str
    text: str
    raw: bytes


@dataclass(slots=True)
class _Open:
    file: str
    number: int
    first: Millis
    last: Millis
    lines: list[_Line] = field(default_factory=list)
    held: int = 0
    piece: int = 0
    message_id: str | None = None
    begun: bool = False
    removed: bool = False


class Messages:
    """Takes lines in the order of the log and gives messages."""

    def __init__(self, most_open: int = MOST_OPEN, most_held: int = MOST_HELD) -> None:
        """Begin with an empty queue."""
        self._most_open = most_open
        self._most_held = most_held
        self._open: OrderedDict[tuple[str, str, str], _Open] = OrderedDict()
        self._removed: OrderedDict[tuple[str, str, str], Millis] = OrderedDict()
        self._held = 0

    def add(self, line: Queued, at: Millis, place: Place) -> Iterator[Assembled]:
        """Take one line; yield the messages that are whole by now."""
        yield from self._passed(at)
        message = self._open.get(line.name)
        if message is not None and _is_another(message, line, at):
            yield from self._close(line.name)
            message = None
        if message is None:
            message = self._open[line.name] = _Open(place.file, place.number, at, at)
        self._take(message, line, at, place)
        self._open.move_to_end(line.name)
        if line.ends:
            self._removed[line.name] = at
        if len(message.lines) >= MOST_LINES or message.held >= MAX_RAW:
            yield self._piece(line.name, message)
        while len(self._open) > self._most_open or self._held > self._most_held:
            yield from self._close(next(iter(self._open)))

    def finish(self) -> Iterator[Assembled]:
        """Yield what is still open."""
        while self._open:
            yield from self._close(next(iter(self._open)))

    def _take(self, message: _Open, line: Queued, at: Millis, place: Place) -> None:
        message.lines.append(_Line(at, line.process, line.text, place.raw))
        cost = len(place.raw) + len(line.text) + _LINE_COST
        message.held += cost
        self._held += cost
        message.first, message.last = min(message.first, at), max(message.last, at)
        message.begun = message.begun or line.begins
        message.removed = message.removed or line.ends
        if line.process == "cleanup" and line.text.startswith("message-id="):
            message.message_id = line.text

    def _passed(self, now: Millis) -> Iterator[Assembled]:
        while self._removed:
            name, at = next(iter(self._removed.items()))
            if now - at < _OVERTAKING:
                break
            yield from self._close(name)
        while self._open:
            name, message = next(iter(self._open.items()))
            if now - message.last < _FORGOTTEN:
                break
            yield from self._close(name)

    def _close(self, name: tuple[str, str, str]) -> Iterator[Assembled]:
        message = self._open.pop(name)
        self._removed.pop(name, None)
        self._held -= message.held
        if message.lines:
            yield _assembled(name, message)

    def _piece(self, name: tuple[str, str, str], message: _Open) -> Assembled:
        """Hand on the lines so far and keep those that the next piece needs."""
        whole = _assembled(name, message)
        head: list[_Line] = []
        for line in message.lines:
            fits = len(head) < _HEAD_LINES and sum(len(kept.raw) for kept in head) + len(line.raw) <= _HEAD_BYTES
            if fits and not line.text.startswith(_DELIVERY):
                head.append(line)
        self._held -= message.held
        message.lines = head
        message.held = sum(len(line.raw) + len(line.text) + _LINE_COST for line in head)
        self._held += message.held
        message.piece += 1
        return whole


def _is_another(message: _Open, line: Queued, at: Millis) -> bool:
    """Whether the queue id has been given to another message since, or, in a log that begins with its end, before."""
    if line.begins:
        return message.begun or (message.removed and at > message.last) or at - message.last > _OVERTAKING
    if line.ends:
        return message.begun and at < message.first
    begun_since = message.removed and (message.message_id is not None or at > message.last)
    return begun_since and line.process == "cleanup" and line.text.startswith("message-id=") and line.text != message.message_id


def _assembled(name: tuple[str, str, str], message: _Open) -> Assembled:
    host, instance, queue_id = name
    row = {
        "host": host,
        "instance": instance,
        "queue_id": queue_id,
        "piece": message.piece,
        "first": message.first,
        "lines": [{"at": line.at, "process": line.process, "text": line.text} for line in message.lines],
    }
    return Assembled(message.file, message.number, b"\n".join(line.raw for line in message.lines), row)
