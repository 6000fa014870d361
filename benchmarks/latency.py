"""How long after a mail was sent to Kafka its alert can be found in Elasticsearch, while 500 mails a second go by.

``python -m benchmarks.latency [--rate R] [--seconds S]``. Three real workers run, and a steady stream of mails is sent. Among them are
probes: each an officer's first mail of sensitive material to a personal account, so that each makes an alert of its own. A probe's
time runs from the moment before it is handed to the Kafka client to the answer of the first search that finds its alert by the filtered
alias that analysts search; searches follow each other every tenth of a second. The part up to ``event.ingested`` is told apart: the
rest is Elasticsearch's refresh (once a second) and the search.
"""

import asyncio
import contextlib
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from elasticsearch import AsyncElasticsearch

from benchmarks.rig.figures import Report, arguments, percentile, say
from benchmarks.rig.force import Person, people
from benchmarks.rig.ground import STARTING_SECONDS, Ground, Process
from benchmarks.rig.mails import Span, mails, sensitive_mail
from benchmarks.rig.sending import to_send
from schemas.public import millis_of
from schemas.wire import Wire
from streams.runtime.connection import client_options
from streams.runtime.sender import Sender
from streams.sinks.elasticsearch.names import Names as IndexNames

WARM_UP_SECONDS = 5
PATIENCE_SECONDS = 20.0
TICK_SECONDS = 0.02
LOOK_SECONDS = 0.1
PROBES_A_SECOND = 5
ROLES = ("enrich", "detect", "index")


@dataclass(slots=True)
class Watch:
    """Probes by officer: when each was sent, written to Elasticsearch and found, in seconds since the epoch."""

    sent: dict[str, float] = field(default_factory=dict)
    written: dict[str, float] = field(default_factory=dict)
    found: dict[str, float] = field(default_factory=dict)

    def complete(self) -> bool:
        """Tell whether every probe was found."""
        return len(self.found) == len(self.sent)


class Stream:
    """The mails to send, made and encoded before the clock runs."""

    def __init__(self, ground: Ground, rate: int, seconds: int, officers: Sequence[Person]) -> None:
        """Make ``rate`` mails for each of ``seconds`` seconds from now on, and probes of the first officers."""
        wire, topic = Wire(), ground.names().topic("mail-events")
        start = time.time_ns() // 1_000_000
        probes = PROBES_A_SECOND * (seconds - WARM_UP_SECONDS)
        step = rate // PROBES_A_SECOND
        self.officers = list(officers[:probes])
        self.records = [to_send(topic, event, wire) for event in mails(rate * seconds, officers[probes:], Span(start, seconds * 1000))]
        self.probes: dict[int, str] = {}
        for number, officer in enumerate(self.officers):
            place = rate * WARM_UP_SECONDS + number * step
            event = sensitive_mail(number, start + place * 1000 // rate, officer)
            self.records[place] = to_send(topic, event, wire)
            self.probes[place] = officer.officer_id


async def send(ground: Ground, stream: Stream, rate: int, watch: Watch) -> float:
    """Send the stream at its rate, whatever the broker does; return the rate that came of it."""
    sender = Sender(client_options(ground.settings()))
    await sender.start()
    began, place = time.perf_counter(), 0
    async with contextlib.AsyncExitStack() as open_:
        open_.push_async_callback(sender.stop)
        async with asyncio.TaskGroup() as under_way:
            while place < len(stream.records):
                due = min(len(stream.records), int((time.perf_counter() - began) * rate) + 1)
                now = time.time()
                watch.sent |= {stream.probes[each]: now for each in range(place, due) if each in stream.probes}
                if due > place:
                    under_way.create_task(sender.send(stream.records[place:due]))
                place = due
                await asyncio.sleep(TICK_SECONDS)
    return len(stream.records) / (time.perf_counter() - began)


async def look(ground: Ground, watch: Watch, stop: asyncio.Event) -> None:
    """Search for the probes' alerts until all are found, or for some time after ``stop``."""
    index, newest = IndexNames(ground.prefix).active, "1970-01-01T00:00:00.000Z"
    deadline: float | None = None
    async with AsyncElasticsearch(ground.elasticsearch) as client:
        while not (stop.is_set() and watch.complete()):
            if stop.is_set():
                deadline = deadline or time.monotonic() + PATIENCE_SECONDS
                if time.monotonic() > deadline:
                    return
            began = time.monotonic()
            # Refreshes come in the order of writes, but for a moment: what was written in the last seconds is asked for again.
            since = f"{newest}||-5s"
            answer = await client.search(index=index, query=_query(since), source={"includes": ["user.id", "event.ingested"]}, size=1_000)
            now = time.time()
            for hit in answer["hits"]["hits"]:
                newest = max(newest, _note(hit["_source"], watch, now))
            await asyncio.sleep(max(0.0, LOOK_SECONDS - (time.monotonic() - began)))


def _query(since: str) -> dict[str, Any]:
    wanted = [{"term": {"custodiet.detector": "sensitive-to-personal"}}, {"range": {"event.ingested": {"gte": since}}}]
    return {"bool": {"filter": wanted}}


def _note(source: dict[str, Any], watch: Watch, now: float) -> str:
    officer, ingested = source["user"]["id"], source["event"]["ingested"]
    if officer in watch.sent and officer not in watch.found:
        watch.found[officer] = now
        watch.written[officer] = millis_of(ingested) / 1000
    return str(ingested)


async def measure(ground: Ground, rate: int, seconds: int, officers: Sequence[Person]) -> tuple[Watch, float]:
    """Send and search at the same time; return what was seen and the rate of sending."""
    stream = await asyncio.to_thread(Stream, ground, rate, seconds, officers)
    watch, stop = Watch(), asyncio.Event()
    looking = asyncio.create_task(look(ground, watch, stop))
    reached = await send(ground, stream, rate, watch)
    stop.set()
    await looking
    return watch, reached


def told(watch: Watch, reached: float, workers: Sequence[Process], rate: int) -> Report:
    """Return the figures; a probe that was not found counts as one that took for ever."""
    whole = [watch.found.get(officer, float("inf")) - sent for officer, sent in watch.sent.items()]
    kafka = [watch.written[officer] - sent for officer, sent in watch.sent.items() if officer in watch.written]
    report = Report(f"latency: sent to Kafka -> found in Elasticsearch, {rate} mails/s, {len(whole)} probes")
    report.add("rate that was sent", reached, "mails/s")
    report.add("p50", percentile(whole, 0.5), "s")
    report.at_most("p95", percentile(whole, 0.95), 3.0, "s")
    report.add("p99", percentile(whole, 0.99), "s")
    report.add("p50 up to event.ingested", percentile(kafka, 0.5), "s")
    report.add("p95 up to event.ingested", percentile(kafka, 0.95), "s")
    report.at_most("probes not found", len(whole) - len(watch.found), 0)
    for worker in workers:
        chunks = [event for event in worker.fresh_events() if event.get("event") == "chunk"]
        if chunks:
            report.add(f"{worker.name}: records a chunk", sum(event.get("read", 0) for event in chunks) / len(chunks))
            spent = [event["ms"] for event in chunks]
            report.add(f"{worker.name}: p50 of a chunk", percentile(spent, 0.5), "ms")
            report.add(f"{worker.name}: p95 of a chunk", percentile(spent, 0.95), "ms")
            report.add(f"{worker.name}: peak memory", worker.peak_bytes() / 1024 / 1024, "MB")
    return report


def main() -> None:
    """Run the benchmark."""
    parser = arguments(__doc__)
    parser.add_argument("--rate", type=int, default=500, help="mails a second")
    parser.add_argument("--seconds", type=int, default=60)
    given = parser.parse_args()
    officers = people(3_000)
    with Ground(officers, say) as ground, contextlib.ExitStack() as running:
        workers = [running.enter_context(ground.running(role, "streams", "worker", role)) for role in ROLES]
        for worker in workers:
            worker.wait_for("worker-started", STARTING_SECONDS)
        say("three workers run")
        watch, reached = asyncio.run(measure(ground, given.rate, given.seconds, officers))
        report = told(watch, reached, workers, given.rate)
    report.show(as_json=given.json)


if __name__ == "__main__":
    main()
