"""Alerts into Elasticsearch: idempotent bulk upserts that wait as long as it takes.

``_id`` is the alert's id and ``version`` its revision with ``external_gte``, so that a repeated write changes nothing and an older
revision never replaces a newer one. Writes go through the alias and require it: an index that nobody applied is waited for, never made
by chance with guessed mappings.
"""

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, cast

import orjson
from elasticsearch import ApiError, AsyncElasticsearch, TransportError

from schemas.public import PublicError, time_of
from schemas.records import Alert, Millis
from streams.settings import Settings
from streams.sinks.contract import Rejected, Written
from streams.sinks.elasticsearch.bulk import MOST_BYTES, MOST_ITEMS, Item, Verdict, batches, body, bounded, error_of, verdict
from streams.sinks.elasticsearch.client import connect_async, connection_of, fault
from streams.sinks.elasticsearch.ecs import Rule, to_document
from streams.sinks.elasticsearch.names import Names
from streams.sinks.elasticsearch.patience import Patience
from streams.sinks.elasticsearch.rules import registered_rules

MAPPING_ERROR = "mapping-error"


def wall_clock() -> Millis:
    """Return the present instant."""
    return time.time_ns() // 1_000_000


class ElasticsearchSink:
    """See streams.sinks.contract.AlertSink."""

    def __init__(  # noqa: PLR0913 - each is one collaborator, and all but two have a default
        self,
        client: AsyncElasticsearch,
        names: Names,
        *,
        rules: Mapping[str, Rule] | None = None,
        most_bytes: int = MOST_BYTES,
        most_items: int = MOST_ITEMS,
        clock: Callable[[], Millis] = wall_clock,
        patience: Callable[[], Patience] = Patience,
    ) -> None:
        """Write with ``client`` through ``names.alerts``; a request holds at most ``most_items`` alerts and ``most_bytes`` bytes.

        ``clock`` gives ``event.ingested``, taken anew at each try; ``rules`` are the detectors' words by id.
        """
        self._client = client
        self._names = names
        self._rules = {} if rules is None else rules
        self._most_bytes = most_bytes
        self._most_items = most_items
        self._clock = clock
        self._patience = patience

    async def close(self) -> None:
        """Let go of the connections."""
        await self._client.close()

    async def write(self, alerts: Sequence[Alert]) -> Written:
        """See AlertSink. Faults of the connection, 429, 5xx, missing rights and a missing index are tried again for ever."""
        items, unfit = self._prepare(alerts)
        total = Written(rejected=tuple(unfit))
        for batch in batches(items, self._most_bytes, self._most_items):
            total = _sum(total, await self._deliver(batch))
        return total

    def _prepare(self, alerts: Iterable[Alert]) -> tuple[list[Item], list[Rejected]]:
        items: list[Item] = []
        unfit: list[Rejected] = []
        for alert in alerts:
            try:
                document = to_document(alert, 0, self._rules)
                size = len(orjson.dumps(document))
            except (PublicError, orjson.JSONEncodeError) as error:
                unfit.append(Rejected(alert.alert_id, alert.revision, MAPPING_ERROR, f"no document can say this: {error}"))
            else:
                items.append(Item(alert, document, size))
        return items, unfit

    async def _deliver(self, batch: list[Item]) -> Written:
        patience = self._patience()
        total = Written()
        while batch:
            try:
                response = await self._client.bulk(
                    index=self._names.alerts,
                    operations=cast("Sequence[Mapping[str, Any]]", body(batch, time_of(self._clock()))),  # lines of bytes pass as they are
                    require_alias=True,
                    filter_path=["items.*.status", "items.*.error"],
                )
                answers = [answer["index"] for answer in response["items"]]
            except ApiError as error:
                if verdict(error.status_code) is Verdict.REJECTED:
                    return _sum(total, await self._narrow(batch, error))
                await patience.wait(bounded(str(error)), len(batch))
                continue
            except (TransportError, KeyError, TypeError) as error:
                await patience.wait(bounded(fault(error)), len(batch))
                continue
            if len(answers) != len(batch):
                await patience.wait(f"{len(answers)} answers to {len(batch)} alerts", len(batch))
                continue
            ended, batch, why = _sorted_out(batch, answers)
            total = _sum(total, ended)
            if batch:
                await patience.wait(why, len(batch))
        patience.over()
        return total

    async def _narrow(self, batch: list[Item], error: ApiError) -> Written:
        """Halve a request that was refused whole (too large, unreadable) until the one alert to blame stands alone."""
        if len(batch) == 1:
            alert = batch[0].alert
            return Written(rejected=(Rejected(alert.alert_id, alert.revision, MAPPING_ERROR, bounded(str(error))),))
        middle = len(batch) // 2
        return _sum(await self._deliver(batch[:middle]), await self._deliver(batch[middle:]))


def sink_of(settings: Settings) -> ElasticsearchSink:
    """Return the sink that the settings describe, with the words of the registered detectors; close it after use."""
    return ElasticsearchSink(connect_async(connection_of(settings)), Names(settings.topic_prefix), rules=registered_rules())


def _sorted_out(batch: Sequence[Item], answers: Sequence[Mapping[str, object]]) -> tuple[Written, list[Item], str]:
    """Return what has ended, what is to be tried again, and why."""
    written = stale = 0
    rejected: list[Rejected] = []
    again: list[Item] = []
    why = ""
    for item, answer in zip(batch, answers, strict=True):
        match verdict(int(str(answer["status"]))):
            case Verdict.WRITTEN:
                written += 1
            case Verdict.STALE:
                stale += 1
            case Verdict.AGAIN:
                again.append(item)
                why = why or error_of(answer)
            case Verdict.REJECTED:
                rejected.append(Rejected(item.alert.alert_id, item.alert.revision, MAPPING_ERROR, error_of(answer)))
    return Written(written, stale, tuple(rejected)), again, why


def _sum(one: Written, other: Written) -> Written:
    return Written(one.written + other.written, one.stale + other.stale, one.rejected + other.rejected)
