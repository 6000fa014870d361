"""The commands that talk to Kafka, on the real broker."""

import asyncio
import json
import shutil
from pathlib import Path

import pytest

from deploy.local.stack import Stack
from schemas.records import ExceptionFact, SubjectFact
from schemas.wire import Wire
from streams.cli.main import run
from streams.runtime.admin import Admin, wanted
from streams.runtime.reading import read_to_end
from streams.settings import Settings

REFERENCE = Path(__file__).parents[2] / "samples" / "reference"

MAIL = {
    "feed": "gateway",
    "record_id": "r1",
    "message_id": "<m1@northmoor.police.example>",
    "occurred_at": "2024-03-01T09:00:00+00:00",
    "sender": "ada.ross@northmoor.police.example",
    "recipients": ["someone@home.example"],
}


@pytest.fixture
def settings(stack: Stack, namespace: str, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Have the commands work under a namespace of this test's own."""
    environ = {"CUSTODIET_KAFKA": stack.kafka, "CUSTODIET_TOPIC_PREFIX": namespace}
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    return Settings.read(environ)


@pytest.fixture
def topics(settings: Settings, capsys: pytest.CaptureFixture[str]) -> Settings:
    """Have the topics made."""
    assert run(["topics", "apply"]) == 0
    capsys.readouterr()
    return settings


async def records(settings: Settings, topic: str) -> list[tuple[bytes, bytes]]:
    """Return key and value of every record of a topic, sorted: partitions come in any order."""
    return sorted([(record.key or b"", record.value or b"") async for record in read_to_end(settings, [settings.topic_prefix + topic])])


def test_topics_are_made_once_and_are_then_as_they_should_be(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    """A second run changes nothing, and `show` ends with 1 only before the first."""
    assert run(["topics", "show"]) == 1
    assert "run `custodiet topics apply`" in capsys.readouterr().err
    assert run(["topics", "apply"]) == 0
    assert capsys.readouterr().out.count("+ ") == len(wanted(settings))
    assert run(["topics", "apply"]) == 0
    assert "+ " not in capsys.readouterr().out
    assert run(["topics", "show"]) == 0
    with Admin(settings) as admin:
        assert not [finding for finding in admin.compare(wanted(settings)) if finding.differences or finding.partitions_differ]


def test_a_configuration_that_differs_is_shown_and_altered_on_request(topics: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    """Not by itself: somebody may have meant it."""
    name = f"{topics.topic_prefix}late-records"
    with Admin(topics) as admin:
        (finding,) = admin.compare(topic for topic in wanted(topics) if topic.name == name)
        admin._client.alter_configs([_retention(name, "60000")])
        assert run(["topics", "apply"]) == 0
        assert f"{name}: retention.ms is 60000" in capsys.readouterr().out.replace("\n", " ")
        assert run(["topics", "apply", "--alter"]) == 0
        assert admin.compare([finding.wanted])[0].differences == {}


def _retention(name: str, value: str) -> object:
    from kafka.admin import ConfigResource, ConfigResourceType  # noqa: PLC0415 - untyped, and wanted here only

    resource: object = ConfigResource(ConfigResourceType.TOPIC, name, configs={"retention.ms": value})
    return resource


def test_another_partition_count_is_refused(topics: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """And nothing is made."""
    monkeypatch.setenv("CUSTODIET_PARTITIONS", "8")
    monkeypatch.setenv("CUSTODIET_GENERATION", "2")
    assert run(["topics", "apply"]) == 1
    assert "has 4 partitions and CUSTODIET_PARTITIONS says 8" in capsys.readouterr().err
    with Admin(topics) as admin:
        new = Settings.read({"CUSTODIET_KAFKA": topics.kafka, "CUSTODIET_TOPIC_PREFIX": topics.topic_prefix, "CUSTODIET_GENERATION": "2"})
        assert any(finding.seen is None for finding in admin.compare(wanted(new)))


async def test_reference_files_are_loaded_whole_and_what_is_gone_is_taken_back(
    topics: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """From the files to the topics and to the facts for detection."""
    # The commands run an event loop of their own: another thread than this test's.
    directory = tmp_path / "reference"
    shutil.copytree(REFERENCE, directory)
    assert await _in_thread(["reference", "load", str(directory)]) == 0
    assert await _in_thread(["reference", "load", str(directory)]) == 0
    assert "nothing has changed" in capsys.readouterr().out
    facts = await records(topics, "activities")
    header, _, *rest = (directory / "exceptions.csv").read_text("utf-8").splitlines()
    (directory / "exceptions.csv").write_text("\n".join([header, *rest]) + "\n", "utf-8")
    assert await _in_thread(["reference", "load", str(directory), "--dry-run"]) == 0
    assert await records(topics, "activities") == facts
    assert await _in_thread(["reference", "load", str(directory)]) == 0
    (new,) = (Wire().decode(value) for key, value in await records(topics, "activities") if (key, value) not in facts)
    assert isinstance(new, ExceptionFact)
    assert new.void
    decoded = [Wire().decode(value) for _, value in facts]
    assert {type(fact) for fact in decoded} == {SubjectFact, ExceptionFact}
    capsys.readouterr()
    assert await _in_thread(["reference", "show", "--json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert shown["exceptions"] == len(rest)
    assert shown["officers"] == sum(isinstance(fact, SubjectFact) for fact in decoded)


async def _in_thread(arguments: list[str]) -> int:
    return await asyncio.to_thread(run, arguments)


@pytest.mark.usefixtures("topics")
def test_what_is_ingested_adds_up_and_what_cannot_be_read_can_be_looked_at(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Two mails, one of them twice, and a line that is none."""
    path = tmp_path / "mails.ndjson"
    lines = [json.dumps(MAIL), json.dumps(MAIL), json.dumps({**MAIL, "record_id": "r2"}), '{"feed": "gateway"']
    path.write_text("\n".join(lines) + "\n", "utf-8")
    assert run(["ingest", f"mail-ndjson:{path}", "--json"]) == 0
    counts = json.loads(capsys.readouterr().out)
    assert counts == {"read": 4, "facts": 2, "duplicates": 1, "dead_letters": 1, "late": 0, "discarded": 0, "sent": 2}
    assert run(["dead-letters", "list", "--json"]) == 0
    (letter,) = (json.loads(line) for line in capsys.readouterr().out.splitlines())
    assert (letter["file"], letter["line"], letter["topic"]) == (str(path), 4, None)
    assert run(["dead-letters", "show", f"{path}:4"]) == 0
    assert '{"feed": "gateway"' in capsys.readouterr().out
    assert run(["dead-letters", "list", "--reason", "nothing-like-it", "--json"]) == 0
    assert capsys.readouterr().out == ""
    assert run(["dead-letters", "show", "nowhere:1"]) == 1
    assert run(["dead-letters", "redrive"]) == 2
    assert run(["dead-letters", "redrive", f"{path}:4"]) == 1
    assert "1 from files" in capsys.readouterr().out


def test_ingest_refuses_without_topics(settings: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A broker that makes topics by itself would make them with the wrong partition count."""
    path = tmp_path / "mails.ndjson"
    path.write_text(json.dumps(MAIL) + "\n", "utf-8")
    assert run(["ingest", f"mail-ndjson:{path}"]) == 1
    assert f"{settings.topic_prefix}mail-events" in capsys.readouterr().err
