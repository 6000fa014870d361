"""A scan from its inputs to its alerts.

All inputs are one log of one partition for each topic, in the order of event time, as ``ingest`` would have sent them.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Final, Literal

from detectors.engine.engine import Engine
from schemas.identity import activity_key
from schemas.records import Alert, DeadLetter, ExceptionFact, Millis, SubjectFact
from schemas.wire import Wire, WireError
from streams.config import ForceConfig
from streams.counts import Counts
from streams.enrichment.reference import Reference
from streams.enrichment.reference_files import ReferenceRecords, subject_facts
from streams.errors import UsageError
from streams.scan.judging import Filed, Judging, chunks, filing
from streams.scan.routing import route, unfit
from streams.scan.shelf import Alerts
from streams.sources.external_sort import ExternalSort
from streams.sources.formats import Input
from streams.sources.load import Load
from streams.sources.outcome import Event
from streams.stages.chunk import Delivered, Output
from streams.stages.dead_letters import DEAD_LETTERS
from streams.stages.detect import DetectStage
from streams.stages.enrich import EnrichStage
from streams.stages.limits import MAX_RECORD
from streams.stages.spill_store import SpillStore

_EVENTS_A_CHUNK: Final = 5_000
_BYTES_A_CHUNK: Final = 8 * 1024 * 1024
_STEP: Final = 2 * 24 * 3_600_000
_GENERATION: Final = 1
_REVISION: Final = 1

Stage = Literal["reading", "uniting", "judging"]
Progress = Callable[[Stage, int, int], None]
"""Called with what is being done, how much of it is done and how much there is: bytes, then events, then activities."""


@dataclass(slots=True)
class Scanned:
    """What a scan came to: the alerts that stand, by first instant, and how every record ended.

    ``counts`` are of raw records, but that one which tells of several events counts once for each; ``ingest`` and the workers together
    count the same. ``after`` are the events that lay after the instant up to which was asked; they stand among the discarded.
    """

    alerts: Sequence[Alert] = field(default_factory=Alerts)
    counts: Counts = field(default_factory=Counts)
    after: int = 0


class Scan:
    """One run over some inputs with one configuration and one set of reference records."""

    def __init__(
        self,
        config: ForceConfig,
        records: ReferenceRecords,
        *,
        dead_letter: Callable[[DeadLetter], None],
        now: Millis,
        only: Collection[str] = (),
        as_of: Millis | None = None,
    ) -> None:
        """Build the stages; ``now`` is the clock that future events are refused by, and dates the dead letters.

        ``only`` names the detectors to judge with, all that are enabled where it is empty; events after ``as_of`` are discarded. Raise
        UsageError for a detector that is unknown or not enabled.
        """
        self._now = now
        self._as_of = as_of
        self._dead_letter = dead_letter
        self._wire = Wire()
        self._records = records
        detectors = config.enabled_detectors()
        unknown = sorted(set(only) - set(detectors))
        if unknown:
            raise UsageError(f"no enabled detector is called {', '.join(unknown)}; enabled are {', '.join(detectors)}")
        detectors = {name: detector for name, detector in detectors.items() if not only or name in only}
        reference = Reference.build(records.officers, records.classes, [*records.entries, *config.domains])
        engine = Engine(
            detectors.values(),
            calendar=config.calendar,
            lateness=config.allowed_lateness,
            generation=_GENERATION,
            config_version=config.version,
        )
        self._enrich = EnrichStage(self._wire, lambda: reference, detectors, _GENERATION, config.join_horizon)
        detect = partial(
            DetectStage, wire=self._wire, engine=engine, detectors=detectors, generation=_GENERATION, config_version=config.version
        )
        self._judging = Judging(detect, self._wire, now)
        self._enriched = Counts()
        self._after = 0

    async def run(self, inputs: Sequence[Input], progress: Progress | None = None) -> Scanned:
        """Read all inputs together; once only. Raises what Load raises."""
        tell = progress or _silent
        load = Load(inputs, self._now, self._dead_letter, progress=lambda done, total: tell("reading", done, total))
        with filing() as filed:
            for output in _dated(self._wire, self._records):
                filed.add(Filed(output.key, output.value, dated=True))
            with SpillStore() as unions:
                for chunk in _chunks(self._delivered(load)):
                    handled = await self._enrich.handle(chunk, unions, self._now)
                    self._enriched.add(handled.counts)
                    self._sort(handled.outputs, filed)
                    tell("uniting", load.sent, load.new)
            for records, more in chunks(filed):
                await self._judging.handle(records, more=more)
                tell("judging", self._judging.judged, filed.added)
        return Scanned(self._judging.alerts(), _together(load, self._enriched), self._after)

    def _delivered(self, events: Iterable[Event]) -> Iterator[tuple[Millis, Delivered]]:
        """Give each event an offset, as Kafka would, and its instant."""
        for offset, event in enumerate(events):
            if self._as_of is not None and event.occurred_at > self._as_of:
                self._after += 1
                self._enriched.discarded += 1
                continue
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

    def _sort(self, outputs: Iterable[Output], filed: ExternalSort[Filed]) -> None:
        """Do with what the stage gave out what Kafka and its readers would."""
        for output in outputs:
            if output.topic == "activities":
                filed.add(Filed(output.key, output.value))
            elif output.topic == DEAD_LETTERS:
                self._dead_letter(self._wire.decode(output.value, DeadLetter))
            # What was late is counted only: the files still hold it.


def _dated(wire: Wire, records: ReferenceRecords) -> Iterator[Output]:
    """Yield the officers' dated facts and exceptions as ``reference load`` sends them."""
    facts: list[SubjectFact | ExceptionFact] = [*subject_facts(records.officers, _REVISION), *records.exceptions]
    for fact in facts:
        yield Output("activities", activity_key("officer", fact.officer_id).encode(), wire.encode(fact, "activities"))


def _chunks(delivered: Iterable[tuple[Millis, Delivered]]) -> Iterator[list[Delivered]]:
    """Yield chunks of one topic each; all topics keep step in event time, as the partitions of the workers do."""
    open_chunks: dict[str, list[Delivered]] = {}
    held, size, began = 0, 0, 0
    for occurred_at, record in delivered:
        if held == _EVENTS_A_CHUNK or size >= _BYTES_A_CHUNK or (held and occurred_at - began > _STEP):
            yield from open_chunks.values()
            open_chunks, held, size = {}, 0, 0
        began = began if held else occurred_at
        open_chunks.setdefault(record.topic, []).append(record)
        held += 1
        size += len(record.value or b"")
    yield from open_chunks.values()


def _silent(stage: Stage, done: int, total: int) -> None:
    """Tell nobody."""


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
