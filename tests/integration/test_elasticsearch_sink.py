"""The sink and the index stage on a real Elasticsearch."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import msgspec
import pytest
from elasticsearch import Elasticsearch

from deploy.local.stack import Stack
from schemas.public import loads
from schemas.records import Alert, AlertDocument, AlertEvidence, DeadLetter
from schemas.wire import Wire
from streams.sinks.contract import Written
from streams.sinks.elasticsearch.client import Connection, connect, connect_async
from streams.sinks.elasticsearch.ecs import from_document, same_content
from streams.sinks.elasticsearch.indices import apply
from streams.sinks.elasticsearch.names import Names
from streams.sinks.elasticsearch.query import Wanted, fetch_alerts
from streams.sinks.elasticsearch.rules import registered_rules
from streams.sinks.elasticsearch.sink import ElasticsearchSink
from streams.stages.chunk import Delivered
from streams.stages.publish import IndexStage

EXAMPLES = sorted((Path(__file__).parents[2] / "schemas" / "examples").glob("alert.*.json"))


@pytest.fixture
def client(stack: Stack) -> Iterator[Elasticsearch]:
    """Give a blocking client, to look with."""
    made = connect(Connection((stack.elasticsearch,)))
    yield made
    made.close()


@pytest.fixture
def names(namespace: str) -> Names:
    """Give names of this test's own."""
    return Names(namespace)


@pytest.fixture
async def sink(stack: Stack, names: Names) -> AsyncIterator[ElasticsearchSink]:
    """Give a sink on the real server."""
    made = ElasticsearchSink(connect_async(Connection((stack.elasticsearch,))), names, rules=registered_rules())
    yield made
    await made.close()


def alert(name: str = "0", revision: int = 1, **changes: object) -> Alert:
    """Give an alert with one piece of evidence."""
    piece = AlertEvidence(activity_id="a", occurred_at=1_677_661_200_000, kind="mail", summary="s")
    fields: dict[str, object] = {
        "alert_id": name,
        "detector": "repeated-personal-email",
        "detector_version": 1,
        "grouping": "officer",
        "key": "officer:NM1",
        "officer_id": "NM1",
        "revision": revision,
        "change": "opened",
        "severity": "low",
        "score": 1,
        "first_at": 1_677_661_200_000,
        "last_at": 1_677_661_200_000,
        "evidence_count": 1,
        "evidence": (piece,),
    }
    return Alert(**(fields | changes))  # type: ignore[arg-type] # keywords of a test


def stored(client: Elasticsearch, names: Names) -> dict[str, Alert]:
    """Give every alert that the index holds."""
    client.indices.refresh(index=names.alerts)
    return {found.alert.alert_id: found.alert for found in fetch_alerts(client, names, Wanted(status=None))}


async def test_every_example_comes_back_as_it_was(client: Elasticsearch, names: Names, sink: ElasticsearchSink) -> None:
    """The strict mapping takes each published example of an alert, and the document gives it back whole."""
    apply(client, names)
    examples = [loads(path.read_bytes(), Alert) for path in EXAMPLES]
    alerts = {str(number): msgspec.structs.replace(each, alert_id=str(number)) for number, each in enumerate(examples)}
    assert await sink.write(list(alerts.values())) == Written(written=len(EXAMPLES))
    assert stored(client, names) == alerts


async def test_replay_changes_nothing(client: Elasticsearch, names: Names, sink: ElasticsearchSink) -> None:
    """The same revision again is taken and says the same; an older one is stale and leaves the newer."""
    apply(client, names)
    new, old = alert(revision=2**40 + 9, score=5), alert(revision=2**40 + 8, score=3)
    await sink.write([new])
    before = client.get(index=names.alerts, id="0")
    assert await sink.write([new]) == Written(written=1)
    assert await sink.write([old]) == Written(stale=1)
    after = client.get(index=names.alerts, id="0")
    assert same_content(before["_source"], after["_source"])
    assert before["_version"] == after["_version"] == 2**40 + 9
    assert from_document(after["_source"]) == new


async def test_higher_revision_replaces_the_whole_document(client: Elasticsearch, names: Names, sink: ElasticsearchSink) -> None:
    """Nothing of an older revision stays: what is withheld later is gone from the index."""
    apply(client, names)
    named = AlertEvidence(activity_id="a", occurred_at=0, kind="mail", summary="s", documents=(AlertDocument(name="secret.docx"),))
    await sink.write([alert(revision=1, evidence=(named,))])
    await sink.write([alert(revision=2)])
    assert "secret.docx" not in str(client.get(index=names.alerts, id="0")["_source"])


async def test_what_no_mapping_takes_is_a_dead_letter_and_the_rest_is_kept(
    client: Elasticsearch, names: Names, sink: ElasticsearchSink
) -> None:
    """Elasticsearch refuses a document of more than 10,000 nested pieces: that alert alone is a dead letter with its words."""
    apply(client, names)
    wire = Wire()
    piece = AlertEvidence(activity_id="a", occurred_at=0, kind="mail", summary="")
    alerts = [
        alert("good"),
        alert("bad", evidence=(piece,) * 10_001),
        alert("fine"),
        alert("odd", revision=-1),
    ]
    chunk = [Delivered("alerts", 3, number, 0, b"k", wire.encode(each, "alerts")) for number, each in enumerate(alerts)]
    handled = await IndexStage(wire, sink).handle(chunk, now=7)
    letters = {letter.offset: letter for letter in (wire.decode(output.value, DeadLetter) for output in handled.outputs)}
    assert set(stored(client, names)) == {"good", "fine"}
    assert {letter.reason for letter in letters.values()} == {"mapping-error"}
    assert letters.keys() == {1, 3}
    assert "nested documents" in letters[1].detail
    assert "version" in letters[3].detail
    assert (letters[1].topic, letters[1].partition, letters[1].raw) == ("alerts", 3, chunk[1].value)
    assert (handled.counts.read, handled.counts.facts, handled.counts.dead_letters) == (4, 2, 2)


HOSTILE = ("\x00", "\u202egnp.exe", "\ufffe", "é" * 40_000, "🂡" * 9_000, "[bold]</b>'\"\\", "1156492.00", "")


async def test_hostile_words_are_kept(client: Elasticsearch, names: Names, sink: ElasticsearchSink) -> None:
    """No text of a mail makes its own alert unwritable, however long or odd, in any field."""
    apply(client, names)
    alerts = {}
    for number, words in enumerate(HOSTILE):
        document = AlertDocument(name=words, sha256=words)
        piece = AlertEvidence(
            activity_id="a", occurred_at=0, kind="mail", summary=words, message_id=words, path=words, documents=(document,)
        )
        alerts[str(number)] = alert(str(number), evidence=(piece,), key=words, evidence_digest=words)
    assert await sink.write(list(alerts.values())) == Written(written=len(HOSTILE))
    assert stored(client, names) == alerts


async def test_mail_with_very_many_attachments_is_kept(client: Elasticsearch, names: Names, sink: ElasticsearchSink) -> None:
    """Attachments by the ten thousand pass every limit that a document has."""
    apply(client, names)
    many = tuple(AlertDocument(name=f"{number}.docx") for number in range(60_000))
    assert await sink.write(
        [alert(evidence=(AlertEvidence(activity_id="a", occurred_at=0, kind="mail", summary="", documents=many),))]
    ) == Written(1)


async def test_missing_index_is_waited_for(client: Elasticsearch, names: Names, sink: ElasticsearchSink) -> None:
    """Without `index apply` nothing is written and nothing made; after it the write ends by itself."""
    writing = asyncio.create_task(sink.write([alert()]))
    done, _ = await asyncio.wait([writing], timeout=1)
    assert not done
    assert client.indices.get(index=names.pattern("alerts")).body == {}
    assert not client.indices.exists(index=names.alerts)
    apply(client, names)
    assert await asyncio.wait_for(writing, 30) == Written(written=1)


class Door:
    """A way to the real server that can be shut: connections break off and new ones are refused."""

    def __init__(self, address: str) -> None:
        """Lead to ``address``; start shut."""
        parts = urlsplit(address)
        self._there = (parts.hostname, parts.port)
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.StreamWriter] = set()
        self._pumps: set[asyncio.Task[None]] = set()
        self.port = 0
        self.passed = 0

    async def open(self) -> None:
        """Let through, on the same port each time."""
        self._server = await asyncio.start_server(self._through, "127.0.0.1", self.port, reuse_address=True)
        self.port = self._server.sockets[0].getsockname()[1]

    async def shut(self) -> None:
        """Break off what is open, and refuse what comes."""
        if self._server is not None:
            self._server.close()
        for writer in list(self._open):
            writer.transport.abort()
        await asyncio.gather(*self._pumps, return_exceptions=True)

    async def _through(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.passed += 1
        there_reader, there_writer = await asyncio.open_connection(*self._there)
        self._open |= {writer, there_writer}
        for source, target in ((reader, there_writer), (there_reader, writer)):
            pump = asyncio.create_task(self._pump(source, target))
            self._pumps.add(pump)

    async def _pump(self, source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while data := await source.read(65_536):
                target.write(data)
                await target.drain()
        target.close()


async def test_outage_is_waited_out(stack: Stack, client: Elasticsearch, names: Names) -> None:
    """While the server cannot be reached the write waits; when it comes back the write ends by itself and nothing is lost."""
    apply(client, names)
    door = Door(stack.elasticsearch)
    await door.open()
    sink = ElasticsearchSink(connect_async(Connection((f"http://127.0.0.1:{door.port}",))), names)
    try:
        await sink.write([alert("before")])
        await door.shut()
        writing = asyncio.create_task(sink.write([alert(f"during-{number}") for number in range(3)]))
        done, _ = await asyncio.wait([writing], timeout=2)
        assert not done
        assert set(stored(client, names)) == {"before"}
        await door.open()
        assert await asyncio.wait_for(writing, 60) == Written(written=3)
        assert set(stored(client, names)) == {"before", "during-0", "during-1", "during-2"}
    finally:
        await sink.close()
        await door.shut()


async def test_sink_leaves_marks_alone(client: Elasticsearch, names: Names, sink: ElasticsearchSink) -> None:
    """An analyst's mark outlives every later revision of its alert."""
    apply(client, names)
    await sink.write([alert(revision=1)])
    client.index(index=names.marks, id="m", document={"custodiet": {"mark": {"alert_id": "0", "action": "acknowledge"}}})
    before = client.get(index=names.marks, id="m")
    await sink.write([alert(revision=2)])
    assert client.get(index=names.marks, id="m").body == before.body
