"""The sink against a server that answers as told: what the real one cannot be made to say at will."""

import json
from collections.abc import AsyncIterator, Callable
from typing import Any, TypeAlias

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from schemas.records import Alert
from streams.sinks.elasticsearch.client import Connection, connect_async
from streams.sinks.elasticsearch.names import Names
from streams.sinks.elasticsearch.patience import Patience
from streams.sinks.elasticsearch.sink import ElasticsearchSink

MakeAlert: TypeAlias = Callable[..., Alert]


class Answers:
    """A bulk endpoint: each request takes the next answer, and 201 for everything when there is none left."""

    def __init__(self) -> None:
        """Start with nothing planned and nothing asked."""
        self.planned: list[Any] = []
        self.asked: list[list[dict[str, Any]]] = []
        self.queries: list[dict[str, str]] = []
        self.most_bytes = 1_000_000

    async def bulk(self, request: web.Request) -> web.Response:
        """Answer a request: an int is a status of the whole, a list the statuses of its items, else a body."""
        raw = await request.read()
        lines = [json.loads(line) for line in raw.splitlines()]
        self.asked.append(lines)
        self.queries.append(dict(request.query))
        headers = {"X-Elastic-Product": "Elasticsearch"}
        if len(raw) > self.most_bytes:
            return web.json_response({"error": "too large"}, status=413, headers=headers)
        planned = self.planned.pop(0) if self.planned else [201] * (len(lines) // 2)
        if isinstance(planned, int):
            return web.json_response({"error": {"type": "t", "reason": "r", "root_cause": []}}, status=planned, headers=headers)
        if isinstance(planned, bytes):
            return web.Response(body=planned, content_type="application/json", headers=headers)
        if isinstance(planned, dict):
            return web.json_response(planned, headers=headers)
        items = [{"index": {"status": status, "error": {"type": "t", "reason": f"r{status}"}}} for status in planned]
        return web.json_response({"items": items}, headers=headers)

    def ids(self) -> list[list[str]]:
        """Give the ids of each request."""
        return [[line["index"]["_id"] for line in lines[::2]] for lines in self.asked]


@pytest.fixture
def answers() -> Answers:
    """Give the server's plan."""
    return Answers()


@pytest.fixture
async def sink(answers: Answers) -> AsyncIterator[ElasticsearchSink]:
    """Give a sink on the planned server, which never really waits and whose clock ticks a second at each look."""
    application = web.Application(client_max_size=0)
    application.router.add_post("/x-custodiet-alerts/_bulk", answers.bulk)
    application.router.add_put("/x-custodiet-alerts/_bulk", answers.bulk)
    ticks = iter(range(1_000, 1_000_000, 1_000))

    async def pause(_seconds: float) -> None:
        """Wait for nothing."""

    async with TestServer(application) as server:
        made = ElasticsearchSink(
            connect_async(Connection((f"http://127.0.0.1:{server.port}",))),
            Names("x-"),
            clock=lambda: next(ticks),
            patience=lambda: Patience(pause),
        )
        yield made
        await made.close()


async def test_alias_is_required(sink: ElasticsearchSink, answers: Answers, make_alert: MakeAlert) -> None:
    """A write never makes an index by chance."""
    await sink.write([make_alert()])
    assert answers.queries[0]["require_alias"] == "true"


@pytest.mark.parametrize("fault", [429, 500, 503, 401, 403, 404, b"<html>", [], {"nothing": 1}])
async def test_fault_of_a_request_is_tried_again(sink: ElasticsearchSink, answers: Answers, make_alert: MakeAlert, fault: Any) -> None:
    """Whatever says nothing of an alert itself is tried again until it is over."""
    answers.planned = [fault, fault, fault]
    written = await sink.write([make_alert()])
    assert (written.written, written.stale, written.rejected) == (1, 0, ())
    assert len(answers.asked) == 4


async def test_only_what_is_left_is_tried_again(sink: ElasticsearchSink, answers: Answers, make_alert: MakeAlert) -> None:
    """Of a mixed answer the accepted, the stale and the rejected are done, and only the refused for now are sent once more."""
    answers.planned = [[201, 409, 429, 400, 503], [200, 429], [201]]
    written = await sink.write([make_alert(alert_id=name) for name in "abcde"])
    assert answers.ids() == [["a", "b", "c", "d", "e"], ["c", "e"], ["e"]]
    assert (written.written, written.stale) == (3, 1)
    assert [(each.alert_id, each.reason, each.detail) for each in written.rejected] == [("d", "mapping-error", "t: r400")]


async def test_time_of_writing_is_that_of_the_try(sink: ElasticsearchSink, answers: Answers, make_alert: MakeAlert) -> None:
    """`event.ingested` is taken anew at each try, so that who polls by it misses nothing after an outage."""
    answers.planned = [429]
    await sink.write([make_alert()])
    assert [lines[1]["event"]["ingested"] for lines in answers.asked] == ["1970-01-01T00:00:01.000Z", "1970-01-01T00:00:02.000Z"]


async def test_request_that_is_too_large_is_narrowed(sink: ElasticsearchSink, answers: Answers, make_alert: MakeAlert) -> None:
    """A request refused as a whole is halved until the one alert that does not fit stands alone."""
    answers.most_bytes = 15_000
    alerts = [make_alert(alert_id=name) for name in "abcd"]
    alerts[2] = make_alert(alert_id="c", evidence_digest="x" * 20_000)
    written = await sink.write(alerts)
    assert written.written == 3
    assert [each.alert_id for each in written.rejected] == ["c"]


async def test_alert_that_no_document_can_say_is_rejected(sink: ElasticsearchSink, answers: Answers, make_alert: MakeAlert) -> None:
    """An instant outside the calendar rejects that alert alone, without a request for it."""
    written = await sink.write([make_alert(alert_id="a", last_at=10**15), make_alert(alert_id="b")])
    assert answers.ids() == [["b"]]
    assert written.written == 1
    assert [(each.alert_id, each.reason) for each in written.rejected] == [("a", "mapping-error")]


async def test_nothing_to_write_asks_nothing(sink: ElasticsearchSink, answers: Answers) -> None:
    """An empty chunk makes no request."""
    assert (await sink.write([])).written == 0
    assert answers.asked == []
