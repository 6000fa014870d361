"""The whole pipeline over files, in one process: the same stages as the workers, no Kafka, the same alerts.

All inputs are one log of one partition, in the order of event time, as ``ingest`` would have sent them.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import msgspec

from detectors.engine.engine import Engine
from schemas.identity import activity_key, message_key
from schemas.records import Alert, DeadLetter, ExceptionFact, FileEvent, MailEvent, Millis, SubjectFact
from schemas.wire import Wire, WireError
from streams.config import ForceConfig
from streams.counts import Counts
from streams.enrichment.reference import Reference
from streams.enrichment.reference_files import ReferenceRecords, subject_facts
from streams.sources.formats import Input
from streams.sources.limits import MAX_RAW
from streams.sources.load import Load
from streams.sources.outcome import Event
from streams.stages.chunk import Delivered, Output
from streams.stages.detect import DetectStage
from streams.stages.enrich import EnrichStage
from streams.stages.limits import MAX_RECORD
from streams.stages.store import MemoryStore

_EVENTS_A_CHUNK = 5_000
_ACTIVITIES_A_CHUNK = 20_000
_STEP = 2 * 24 * 3_600_000
_GENERATION = 1
_REVISION = 1


@dataclass(slots=True)
class Scanned:
    """What a scan came to: the alerts that stand, by first instant, and how every record ended.

    ``counts`` are of raw records, but that one which tells of several events counts once for each; ``ingest`` and the workers together
    count the same.
    """

    alerts: list[Alert] = field(default_factory=list)
    counts: Counts = field(default_factory=Counts)


class Scan:
    """One run over some inputs with one configuration and one set of reference records."""

    def __init__(self, config: ForceConfig, records: ReferenceRecords, *, dead_letter: Callable[[DeadLetter], None], now: Millis) -> None:
        """Build the stages; ``now`` is the clock that future events are refused by, and dates the dead letters."""
        self._now = now
        self._dead_letter = dead_letter
        self._wire = Wire()
        detectors = config.enabled_detectors()
        reference = Reference.build(records.officers, records.classes, [*records.entries, *config.domains])
        engine = Engine(
            detectors.values(),
            calendar=config.calendar,
            lateness=config.allowed_lateness,
            generation=_GENERATION,
            config_version=config.version,
        )
        self._enrich = EnrichStage(self._wire, lambda: reference, detectors, _GENERATION, config.join_horizon)
        self._detect = DetectStage(
            wire=self._wire, engine=engine, detectors=detectors, generation=_GENERATION, config_version=config.version
        )
        self._unions, self._keys = MemoryStore(), MemoryStore()
        self._offset = 0
        self._alerts: dict[str, Alert] = {}
        self._enriched = Counts()
        self._waiting: list[Delivered] = [self._activity(output) for output in _dated(self._wire, records)]

    async def run(self, inputs: Sequence[Input], progress: Callable[[int, int], None] | None = None) -> Scanned:
        """Read all inputs together. ``progress`` is called with (bytes read, bytes in all). Raises what Load raises."""
        load = Load(inputs, self._now, self._dead_letter, progress=progress)
        for chunk in _chunks(self._delivered(load)):
            handled = await self._enrich.handle(chunk, self._unions, self._now)
            self._enriched.add(handled.counts)
            self._sort(handled.outputs)
            if len(self._waiting) >= _ACTIVITIES_A_CHUNK:
                await self._judge()
        await self._judge()
        standing = [alert for alert in self._alerts.values() if alert.status == "active"]
        return Scanned(sorted(standing, key=lambda alert: (alert.first_at, alert.alert_id)), _together(load, self._enriched))

    def _delivered(self, events: Iterable[Event]) -> Iterator[tuple[Millis, Delivered]]:
        """Give each event an offset, as Kafka would, and its instant."""
        for offset, event in enumerate(events):
            topic, key = route(event)
            try:
                value = self._wire.encode(event, topic)
            except WireError as error:
                self._refuse(unfit(event, error.reason, error.detail, self._now))
                continue
            if len(key) + len(value) > MAX_RECORD:
                self._refuse(unfit(event, "too-large", f"{len(value):,} bytes; at most {MAX_RECORD:,} are taken", self._now))
                continue
            yield event.occurred_at, Delivered(topic, 0, offset, self._now, key, value)

    def _refuse(self, letter: DeadLetter) -> None:
        """Set an event aside that no topic would take."""
        self._enriched.dead_letters += 1
        self._dead_letter(letter)

    async def _judge(self) -> None:
        chunk, self._waiting = self._waiting, []
        handled = await self._detect.handle(chunk, self._keys, self._now)
        self._sort(handled.outputs)

    def _sort(self, outputs: Iterable[Output]) -> None:
        """Do with what a stage gave out what Kafka and its readers would."""
        for output in outputs:
            if output.topic == "activities":
                self._waiting.append(self._activity(output))
                continue
            record = self._wire.decode(output.value)
            if isinstance(record, Alert):
                known = self._alerts.get(record.alert_id)
                if known is None or record.revision >= known.revision:
                    self._alerts[record.alert_id] = record
            elif isinstance(record, DeadLetter):
                self._dead_letter(record)  # what was late is counted only: the files still hold it

    def _activity(self, output: Output) -> Delivered:
        self._offset += 1
        return Delivered("activities", 0, self._offset - 1, self._now, output.key, output.value)


def route(event: Event) -> tuple[str, bytes]:
    """Return the topic and the key that an event is sent under."""
    if isinstance(event, MailEvent):
        return "mail-events", message_key(event).encode("utf-8", "surrogatepass")
    topic = "file-events" if isinstance(event, FileEvent) else "setting-events"
    return topic, event.account.lower().encode("utf-8", "surrogatepass")


def unfit(event: Event, reason: str, detail: str, now: Millis) -> DeadLetter:
    """Return the dead letter of an event that was read and cannot travel: too large, or not to be encoded."""
    raw = msgspec.json.encode(_printable(msgspec.to_builtins(event)))[:MAX_RAW]
    return DeadLetter(reason=reason, detail=detail, raw=raw, feed=event.feed, at=now)


def _dated(wire: Wire, records: ReferenceRecords) -> Iterator[Output]:
    """Yield the officers' dated facts and exceptions as ``reference load`` sends them."""
    facts: list[SubjectFact | ExceptionFact] = [*subject_facts(records.officers, _REVISION), *records.exceptions]
    for fact in facts:
        yield Output("activities", activity_key("officer", fact.officer_id).encode(), wire.encode(fact, "activities"))


def _chunks(delivered: Iterable[tuple[Millis, Delivered]]) -> Iterator[list[Delivered]]:
    """Yield chunks of one topic each; all topics keep step in event time, as the partitions of the workers do."""
    open_chunks: dict[str, list[Delivered]] = {}
    held, began = 0, 0
    for occurred_at, record in delivered:
        if held == _EVENTS_A_CHUNK or (held and occurred_at - began > _STEP):
            yield from open_chunks.values()
            open_chunks, held = {}, 0
        began = began if held else occurred_at
        open_chunks.setdefault(record.topic, []).append(record)
        held += 1
    yield from open_chunks.values()


def _together(load: Load, enriched: Counts) -> Counts:
    """Unite how records ended in the load with how the events that it gave ended."""
    total = Counts(
        read=load.counts.read - load.counts.facts + load.sent,
        duplicates=load.counts.duplicates,
        dead_letters=load.counts.dead_letters,
        discarded=load.counts.discarded,
    )
    enriched.read = 0
    total.add(enriched)
    return total


def _printable(value: object) -> object:
    """Replace what no encoding can hold, so that a dead letter of it can be written."""
    match value:
        case str():
            return value.encode("utf-8", "replace").decode()
        case dict():
            return {name: _printable(each) for name, each in value.items()}
        case list() | tuple():
            return [_printable(each) for each in value]
        case _:
            return value
