"""Alerts as they come in: the index asked again and again, each revision told once."""

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Final

from elasticsearch import Elasticsearch

from schemas.records import Millis
from streams.sinks.elasticsearch.names import Names
from streams.sinks.elasticsearch.query import FoundAlert, QueryError, Wanted, fetch_alerts

EVERY_SECONDS: Final = 1.0
SAY_EVERY_SECONDS: Final = 60.0
OVERLAP: Final = 120_000
"""How far back each question reaches behind the newest answer, in ms: a write is found only after the next refresh, a request may take
30 s, and the clocks of several workers differ."""


def follow(
    client: Elasticsearch,
    names: Names,
    wanted: Wanted,
    say: Callable[[str], None],
    pause: Callable[[float], None] = time.sleep,
    clock: Callable[[], float] = time.monotonic,
) -> Iterator[list[FoundAlert]]:
    """Yield first what is there, then what comes, for ever: non-empty lists in the order of writing.

    A repeated write of a revision that was told is not told again. While Elasticsearch is away it waits, and ``say``s so once a minute.
    """
    told: dict[str, int] = {}
    newest: Millis | None = None
    said: float | None = None
    while True:
        since = None if newest is None else newest - OVERLAP
        try:
            found = fetch_alerts(client, names, replace(wanted, ingested_since=since))
        except QueryError as error:
            now = clock()
            if said is None or now - said >= SAY_EVERY_SECONDS:
                say(f"waiting: {error}")
                said = now
            pause(EVERY_SECONDS)
            continue
        said = None
        fresh = sorted(
            (each for each in found if told.get(each.alert.alert_id, -1) < each.alert.revision),
            key=lambda each: (each.ingested_at, each.alert.alert_id),
        )
        told.update((each.alert.alert_id, each.alert.revision) for each in fresh)
        newest = max([each.ingested_at for each in found], default=newest)
        if fresh:
            yield fresh
        pause(EVERY_SECONDS)
