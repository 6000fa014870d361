"""Alerts read back from Elasticsearch as the records that they were."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from elasticsearch import ApiError, Elasticsearch, NotFoundError, TransportError

from schemas.public import time_of
from schemas.records import Alert, Millis, Severity, Status
from streams.errors import CustodietError
from streams.sinks.elasticsearch.client import fault
from streams.sinks.elasticsearch.ecs import from_document, ingested_at
from streams.sinks.elasticsearch.names import Names

PAGE: Final = 200


class QueryError(CustodietError):
    """Elasticsearch gave no answer, or not the one that was looked for."""


@dataclass(frozen=True, slots=True)
class FoundAlert:
    """One alert as it stands in the index. ``ingested_at`` is when the sink wrote it, in UTC milliseconds."""

    alert: Alert
    ingested_at: Millis


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which alerts to look for; None and empty ask for all.

    ``alert_id`` may be the beginning of an id; ``officer`` is an officer's id or words of the name; ``since`` bounds the last evidence,
    ``ingested_since`` the time of writing, both inclusive and in UTC milliseconds.
    """

    alert_id: str | None = None
    severities: tuple[Severity, ...] = ()
    officer: str | None = None
    detector: str | None = None
    status: Status | None = "active"
    since: Millis | None = None
    ingested_since: Millis | None = None


def fetch_alerts(client: Elasticsearch, names: Names, wanted: Wanted | None = None, limit: int | None = None) -> list[FoundAlert]:
    """Return the alerts asked for (all active ones if nothing is said), latest evidence first, at most ``limit``.

    What was written within the last second may not be found yet. Raises QueryError when Elasticsearch is away or has no such index.
    """
    found: list[FoundAlert] = []
    for alert in _pages(client, names, wanted or Wanted(), limit):
        found.append(alert)
        if len(found) == limit:
            break
    return found


def _pages(client: Elasticsearch, names: Names, wanted: Wanted, limit: int | None) -> Iterator[FoundAlert]:
    index = names.active if wanted.status == "active" else names.alerts
    size = PAGE if limit is None else min(PAGE, limit)
    after: list[Any] | None = None
    while True:
        try:
            answer = client.search(
                index=index,
                query={"bool": {"filter": _filters(wanted)}},
                sort=[{"@timestamp": "desc"}, {"event.id": "asc"}],
                size=size,
                search_after=after,
                track_total_hits=False,
            )
        except NotFoundError as error:
            raise QueryError(f"there is no {index} in Elasticsearch: run `custodiet index apply`") from error
        except (ApiError, TransportError) as error:
            raise QueryError(f"Elasticsearch gave no answer: {fault(error)}") from error
        hits = answer["hits"]["hits"]
        for hit in hits:
            yield FoundAlert(from_document(hit["_source"]), ingested_at(hit["_source"]))
        if len(hits) < size:
            return
        after = hits[-1]["sort"]


def _filters(wanted: Wanted) -> list[dict[str, Any]]:
    filters: list[dict[str, Any]] = []
    if wanted.alert_id is not None:
        filters.append({"prefix": {"event.id": {"value": wanted.alert_id}}})
    if wanted.severities:
        filters.append({"terms": {"custodiet.severity": list(wanted.severities)}})
    if wanted.officer is not None:
        name = {"match": {"user.full_name.text": {"query": wanted.officer, "operator": "and"}}}
        filters.append({"bool": {"should": [{"term": {"user.id": wanted.officer}}, name], "minimum_should_match": 1}})
    if wanted.detector is not None:
        filters.append({"term": {"custodiet.detector": wanted.detector}})
    if wanted.status is not None:
        filters.append({"term": {"custodiet.status": wanted.status}})
    if wanted.since is not None:
        filters.append({"range": {"@timestamp": {"gte": time_of(wanted.since)}}})
    if wanted.ingested_since is not None:
        filters.append({"range": {"event.ingested": {"gte": time_of(wanted.ingested_since)}}})
    return filters
