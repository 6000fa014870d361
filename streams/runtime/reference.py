"""Reference data for a worker: read whole before the first event, then followed.

Officers, document classes and address lists are read by a consumer of its own, without a group, since every worker needs all of them.
After changes a new, immutable Reference takes the place of the old one; a chunk is enriched with one of them from beginning to end.
"""

import asyncio
import time
from collections.abc import Iterable
from contextlib import AsyncExitStack
from types import TracebackType
from typing import Final, Self

import structlog
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from schemas.records import AddressListEntry
from schemas.wire import Wire
from streams.enrichment.reference import Reference
from streams.errors import CustodietError
from streams.runtime.duty import BROKEN
from streams.runtime.names import Names
from streams.runtime.process import end_now
from streams.runtime.reading import POLL_MS, opened, reached
from streams.runtime.shelf import CLASSES, ENTRIES, OFFICERS, Shelf
from streams.settings import Settings

log = structlog.get_logger(__name__)

TOPICS: Final = (OFFICERS, CLASSES, ENTRIES)
QUIET_SECONDS: Final = 0.5
"""How long no change must come before a new Reference is built: a load changes many records at once."""
MOST_DELAY_SECONDS: Final = 5.0
SAY_EVERY_SECONDS: Final = 60.0


class ReferenceService:
    """A context manager: entered, ``current`` is what the topics held; while it is open, it follows them."""

    def __init__(self, settings: Settings, wire: Wire, also: Iterable[AddressListEntry] = ()) -> None:
        """Prepare, without a connection; ``also`` are address-list entries beside those of the topics."""
        self._also = tuple(also)
        self._settings = settings
        self._names = Names(settings.topic_prefix, settings.generation)
        self._shelf = Shelf(wire)
        self._open = AsyncExitStack()
        self._following: asyncio.Task[None] | None = None
        self._current: Reference | None = None

    @property
    def current(self) -> Reference:
        """The reference data of this moment. Raises RuntimeError before they were read."""
        if self._current is None:
            raise RuntimeError("reference data are not read yet")
        return self._current

    async def __aenter__(self) -> Self:
        """Read everything; wait while officers or address lists are empty, and say so once a minute.

        Raises CustodietError after ``reference_timeout``.
        """
        consumer, ends = await self._open.enter_async_context(opened(self._settings, [self._names.topic(topic) for topic in TOPICS]))
        try:
            await self._read(consumer, ends)
        except BaseException:
            await self._open.aclose()
            raise
        self._build()
        self._following = asyncio.create_task(self._follow(consumer))
        self._following.add_done_callback(_ended)
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Stop following."""
        if self._following is not None:
            self._following.cancel()
            await asyncio.gather(self._following, return_exceptions=True)
        await self._open.aclose()

    async def _read(self, consumer: AIOKafkaConsumer, ends: dict[TopicPartition, int]) -> None:
        while not await reached(consumer, ends):
            await self._take(consumer)
        began, said = time.monotonic(), -SAY_EVERY_SECONDS
        while lacking := self._shelf.lacking(self._also):
            waited = time.monotonic() - began
            if waited - said >= SAY_EVERY_SECONDS:
                log.warning("reference-missing", empty=lacking, waited_seconds=round(waited), hint="custodiet reference load DIR")
                said = waited
            if self._settings.reference_timeout and waited > self._settings.reference_timeout:
                raise CustodietError(f"no reference data in {', '.join(lacking)} after {waited:.0f} s; run `custodiet reference load DIR`")
            await self._take(consumer)
        while await self._take(consumer):
            pass  # a load is under way: until one look finds nothing new

    async def _follow(self, consumer: AIOKafkaConsumer) -> None:
        changed_at: float | None = None
        quiet_since = time.monotonic()
        while True:
            try:
                changed = await self._take(consumer)
            except KafkaError as error:
                log.warning("reference-unread", error=repr(error))
                await asyncio.sleep(QUIET_SECONDS)
                continue
            now = time.monotonic()
            if changed:
                changed_at = changed_at or now
                quiet_since = now
            if changed_at is not None and (now - quiet_since >= QUIET_SECONDS or now - changed_at >= MOST_DELAY_SECONDS):
                self._build()
                changed_at = None

    async def _take(self, consumer: AIOKafkaConsumer) -> bool:
        changed = False
        for place, records in (await consumer.getmany(timeout_ms=POLL_MS)).items():
            topic = self._names.logical(place.topic)
            for record in records:
                changed |= self._shelf.put(topic, record.key or b"", record.value)
        return changed

    def _build(self) -> None:
        self._current = self._shelf.reference(self._also)
        sizes = {topic: len(self._shelf.records(topic)) for topic in TOPICS}
        log.info("reference-read", version=self._current.version, **{name.replace("-", "_"): size for name, size in sizes.items()})


def _ended(following: asyncio.Task[None]) -> None:
    """End the process when nobody follows the reference data any more: it would go on with old ones for ever."""
    if not following.cancelled() and (error := following.exception()) is not None:
        log.critical("worker-ends", reason="the reference data are no longer followed", exc_info=error)
        end_now(BROKEN)
