"""Load many inputs at once: parsed, sorted by (occurred_at, event_id), each fact once; in constant memory.

Every raw record that is read ends once: a fact (one of its events is new), a duplicate (all of them are known), a dead letter or a discard.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import groupby

import msgspec
import structlog

from schemas.identity import event_id
from schemas.records import DeadLetter, FileEvent, MailEvent, Millis, SettingEvent
from streams.counts import Counts
from streams.errors import CustodietError, SourceError
from streams.sources.external_sort import ExternalSort
from streams.sources.formats import Input
from streams.sources.limits import MAX_RAW
from streams.sources.outcome import Discard, Event, Parse, Parsed
from streams.sources.raw import RawRecord

_LOG = structlog.get_logger(__name__)
_MEMORY = 24 * 1024 * 1024
_SKEW = 24 * 3600 * 1000
_CONSECUTIVE = 1_000
_SHARE = 0.05
_AT_LEAST = 200
_JUDGED_EARLY = 10_000
_content_of = msgspec.msgpack.Encoder().encode


class FeedUnhealthy(CustodietError):  # noqa: N818  # a finding about a feed, named by the design
    """So much of a feed is dead letters that the load stops rather than pretend to have read it."""


class _Held(msgspec.Struct, frozen=True, array_like=True):
    """An event on its way through the sort: ``raw`` numbers the record it came from, which gave ``of`` events. One of three is set."""

    occurred_at: Millis
    event_id: str
    feed: str
    raw: int
    of: int
    mail: MailEvent | None = None
    file: FileEvent | None = None
    setting: SettingEvent | None = None

    @property
    def event(self) -> Event:
        """The event itself."""
        found = self.mail or self.file or self.setting
        if found is None:
            message = "a held event is empty"
            raise ValueError(message)
        return found


class _End(msgspec.Struct, frozen=True, array_like=True):
    """How one event of a record that gave several ended."""

    raw: int
    feed: str
    new: bool


@dataclass(slots=True)
class _Health:
    """How a feed is doing."""

    read: int = 0
    dead: int = 0
    in_a_row: int = 0
    first: str = ""

    def judge(self, feed: str, *, finished: bool) -> None:
        """Raise FeedUnhealthy when the feed is past its bounds; its share is judged once it is read, or after very many records."""
        judged = self.read >= (_AT_LEAST if finished else _JUDGED_EARLY) and self.dead > _SHARE * self.read
        if self.in_a_row >= _CONSECUTIVE:
            raise FeedUnhealthy(f"feed {feed}: {self.in_a_row} dead letters in a row; the first: {self.first}")
        if judged:
            raise FeedUnhealthy(f"feed {feed}: {self.dead} of {self.read} records are dead letters; the first: {self.first}")


class Load:
    """Iterate to get the events of all inputs; ``counts``, ``by_feed`` and ``discards`` are complete when the iteration is.

    ``new`` is how many events there are, known before the first is given, and ``sent`` how many were given so far.

    ``now`` is the clock: events more than 24 hours ahead of it are dead letters. ``dead_letter`` is called with each dead letter and
    ``progress`` with (bytes read, bytes in all). Raises UsageError, FeedUnhealthy, or CustodietError where no temporary file can be
    written.
    """

    def __init__(
        self,
        inputs: Sequence[Input],
        now: Millis,
        dead_letter: Callable[[DeadLetter], None],
        *,
        progress: Callable[[int, int], None] | None = None,
        memory: int = _MEMORY,
    ) -> None:
        """Take the inputs; nothing is read before the iteration."""
        self._inputs = inputs
        self._now = now
        self._dead_letter = dead_letter
        self._progress = progress
        self._memory = memory
        self._read_bytes = 0
        self._all_bytes = 0
        self._health: dict[str, _Health] = {}
        self._together: dict[str, Parse] = {}
        self.counts = Counts()
        self.by_feed: dict[str, Counts] = {}
        self.discards: Counter[str] = Counter()
        self.new = 0
        self.sent = 0

    def __iter__(self) -> Iterator[Event]:
        """Read everything, then yield the events in order, each once. Once only."""
        with ExternalSort(_Held, _by_time, self._memory) as ordered:
            with ExternalSort(_Held, _by_name, self._memory) as named, ExternalSort(_End, _by_raw, self._memory) as ends:
                self._all_bytes = sum(one.size for one in self._inputs)
                for one in self._inputs:
                    self._read(one, named)
                for feed, health in self._health.items():
                    health.judge(feed, finished=True)
                for held, new in _first_of_each(named):
                    if new:
                        self.new += 1
                        ordered.add(held)
                    self._end(held, ends, new=new)
                self._end_together(ends)
            for held in ordered:
                self.sent += 1
                yield held.event

    def _read(self, one: Input, named: ExternalSort[_Held]) -> None:
        feed = one.format.name
        counts = self.by_feed.setdefault(feed, Counts())
        health = self._health.setdefault(feed, _Health())
        parse = self._parser(one)
        with closing(one.format.records(one.path, self._on_bytes)) as records:
            for record in records:
                self.counts.read += 1
                counts.read += 1
                health.read += 1
                try:
                    parsed = self._parsed(record, parse)
                except SourceError as error:
                    self._dead(record, error, counts, health)
                    continue
                health.in_a_row = 0
                if isinstance(parsed, Discard):
                    self.discards[parsed.reason] += 1
                    self.counts.discarded += 1
                    counts.discarded += 1
                    continue
                for event in parsed:
                    named.add(_held(event, feed, self.counts.read, len(parsed)))

    def _parser(self, one: Input) -> Parse:
        """Return what parses the rows of this input; where a format's files must be looked over together, once for all of them."""
        known = one.format
        if known.parse_among is None:
            return known.parser(one.path)
        if known.name not in self._together:
            self._together[known.name] = known.parse_among([each.path for each in self._inputs if each.format.name == known.name])
        return self._together[known.name]

    def _parsed(self, record: RawRecord, parse: Parse) -> Parsed:
        """Return what the record means. Raises SourceError."""
        if record.row is None:
            raise record.error or SourceError("bad-record", "no record could be made out")
        try:
            parsed = parse(record.row)
            if not isinstance(parsed, Discard):
                for event in parsed:
                    _content_of(event)  # text that is no Unicode cannot be sent on: found here, it costs this record alone
        except SourceError:
            raise
        except Exception as error:  # one crafted record must not stop a load: it is kept, told, and everything else goes on
            _LOG.exception("source.bug", feed=record.feed, file=record.file, line=record.line)
            raise SourceError("bug", f"{type(error).__name__}: {error}") from error
        if not isinstance(parsed, Discard):
            ahead = max(event.occurred_at for event in parsed) - self._now
            if ahead > _SKEW:
                raise SourceError("clock-skew", f"the event lies {ahead // 3_600_000} hours ahead of the clock")
        return parsed

    def _dead(self, record: RawRecord, error: SourceError, counts: Counts, health: _Health) -> None:
        self.counts.dead_letters += 1
        counts.dead_letters += 1
        health.dead += 1
        health.in_a_row += 1
        health.first = health.first or f"{error.reason}, {record.file} line {record.line}: {error.detail}"
        cut = f" (the first {MAX_RAW} of {len(record.raw)} bytes are kept)" if len(record.raw) > MAX_RAW else ""
        self._dead_letter(
            DeadLetter(
                reason=error.reason,
                detail=error.detail + cut,
                raw=record.raw[:MAX_RAW],
                feed=record.feed,
                file=record.file,
                line=record.line,
                at=self._now,
            )
        )
        health.judge(record.feed, finished=False)

    def _end(self, held: _Held, ends: ExternalSort[_End], *, new: bool) -> None:
        """Count the record that this event came from, or keep how it ended until its other events have."""
        if held.of == 1:
            self._count(held.feed, new=new)
        else:
            ends.add(_End(held.raw, held.feed, new))

    def _end_together(self, ends: ExternalSort[_End]) -> None:
        for _, group in groupby(ends, key=_by_raw):
            together = list(group)
            self._count(together[0].feed, new=any(end.new for end in together))

    def _count(self, feed: str, *, new: bool) -> None:
        for counts in (self.counts, self.by_feed[feed]):
            if new:
                counts.facts += 1
            else:
                counts.duplicates += 1

    def _on_bytes(self, more: int) -> None:
        self._read_bytes += more
        if self._progress is not None:
            self._progress(self._read_bytes, self._all_bytes)


def _held(event: Event, feed: str, raw: int, of: int) -> _Held:
    at, name = event.occurred_at, event_id(event)
    if isinstance(event, MailEvent):
        return _Held(at, name, feed, raw, of, mail=event)
    if isinstance(event, FileEvent):
        return _Held(at, name, feed, raw, of, file=event)
    return _Held(at, name, feed, raw, of, setting=event)


def _by_time(held: _Held) -> tuple[object, ...]:
    return (held.occurred_at, held.event_id)


def _by_name(held: _Held) -> tuple[object, ...]:
    return (held.event_id, held.occurred_at)


def _by_raw(end: _End) -> tuple[object, ...]:
    return (end.raw,)


def _first_of_each(named: Iterable[_Held]) -> Iterator[tuple[_Held, bool]]:
    """Yield every event with whether it is the one kept of its name: the earliest, then the one whose content sorts first.

    So it does not matter in which order the inputs, or the records in them, come.
    """
    best: _Held | None = None
    for held in named:
        if best is None or held.event_id != best.event_id:
            if best is not None:
                yield best, True
            best = held
        elif held.occurred_at == best.occurred_at and _content(held) < _content(best):
            yield best, False
            best = held
        else:
            yield held, False
    if best is not None:
        yield best, True


def _content(held: _Held) -> bytes:
    return _content_of(held.event)
