"""What cannot be read or handled is told with its place, and everything else goes on."""

from pathlib import Path

import msgspec

from deploy.local.stack import Stack
from detectors.engine.engine import GENERATION_STEP
from detectors.testing import Mails, document
from schemas.identity import message_key
from schemas.records import Activity, Alert, AlertEvidence, Attachment, FileEvent, MailEvent, Record, SettingEvent
from tests.integration.pipeline import WIRE, Pipeline, contents, until
from tests.integration.raising_worker import BOOM

SOURCES = ("mail-events", "file-events", "setting-events", "activities", "alerts")
MAY = 1_777_900_000_000
OFFICER = "NM003"
SENDER = "callum.wragg@northmoor.police.example"


def mail(number: int, subject: str = "notes", name: str = "OFFICIAL-SENSITIVE plan.docx") -> MailEvent:
    """Return a mail of an officer to a personal address, with a marked attachment."""
    return MailEvent(
        feed="mail-ndjson",
        record_id=f"r{number}",
        message_id=f"<m{number}@northmoor.police.example>",
        occurred_at=MAY + number * 3_600_000,
        direction="outbound",
        sender=SENDER,
        recipients=("someone.else.entirely@gmail.com",),
        subject=subject,
        attachments=(Attachment(name=name, size=1000 + number),),
    )


def keyed(event: MailEvent) -> tuple[bytes, bytes]:
    """Return an event as ``ingest`` sends it."""
    return message_key(event).encode(), WIRE.encode(event, "mail-events")


def whole_record(topic: str) -> bytes:
    """Return a message of the sort that belongs in a topic."""
    records: dict[str, Record] = {
        "mail-events": mail(1),
        "file-events": FileEvent(
            feed="f", record_id="1", occurred_at=MAY, account=SENDER, path="/cases/1.docx", name="1.docx", action="open"
        ),
        "setting-events": SettingEvent(feed="f", record_id="1", occurred_at=MAY, account=SENDER, setting="ForwardTo"),
        "activities": Mails(OFFICER).mail("2026-05-05"),
        "alerts": alert(1),
    }
    return WIRE.encode(records[topic], topic)


def spoilt(topic: str) -> dict[str, tuple[bytes, str]]:
    """Return messages that are none, each with the reason that must be told."""
    whole = whole_record(topic)
    return {
        "garbage": (b"\x07garbage", "wrong-magic"),
        "truncated": (whole[:-3], "truncated"),
        "unknown-schema": (b"\xc3\x01" + b"\x11" * 8 + b"body", "unknown-schema"),
        "wrong-magic": (b"\xc3\x02" + whole[2:], "wrong-magic"),
        "empty": (b"", "truncated"),
        "over-long": (whole + b"more", "over-long"),
    }


def test_spoilt_messages_on_every_input_topic(stack: Stack, namespace: str, tmp_path: Path) -> None:
    """Each is in the dead letters with reason, topic, partition, offset and bytes; the mails among them are judged."""
    with Pipeline(stack, namespace, tmp_path) as pipeline:
        pipeline.load_reference()
        for topic in SOURCES:
            pipeline.send(topic, [(f"k{name}".encode(), value) for name, (value, _) in spoilt(topic).items()])
        pipeline.send("mail-events", [keyed(mail(number)) for number in range(3)])
        for role in ("enrich", "detect", "index"):
            pipeline.start(role)
        pipeline.settle()
        letters = pipeline.dead_letters()
        assert sorted((letter.topic, letter.reason, letter.raw) for letter in letters) == sorted(
            (topic, reason, value) for topic in SOURCES for value, reason in spoilt(topic).values()
        )
        places = {(letter.topic, letter.partition, letter.offset) for letter in letters}
        assert len(places) == len(letters)
        assert None not in {part for place in places for part in place}
        assert {alert.detector for alert in pipeline.alerts().values()} >= {"repeated-personal-email", "sensitive-to-personal"}
        assert contents(pipeline.indexed().values()) == contents(pipeline.alerts().values())
        shown = pipeline.custodiet("dead-letters", "list")
        assert "unknown-schema" in shown


def repeated(pipeline: Pipeline) -> Alert:
    """Return the one alert of repeated mail that stands."""
    (found,) = [alert for alert in pipeline.alerts().values() if (alert.detector, alert.status) == ("repeated-personal-email", "active")]
    return found


def test_a_record_that_makes_a_detector_raise(stack: Stack, namespace: str, tmp_path: Path) -> None:
    """It is a dead letter ``bug`` with its place; the others of its chunk are judged. Sent again to a sound worker, it counts."""
    with Pipeline(stack, namespace, tmp_path) as pipeline:
        pipeline.load_reference()
        pipeline.send("mail-events", [keyed(mail(number, BOOM if number == 1 else "notes")) for number in range(4)])
        pipeline.start("enrich")
        broken = pipeline.start_script("tests.integration.raising_worker", "detect")
        pipeline.start("index")
        pipeline.settle()
        (letter,) = pipeline.dead_letters()
        assert (letter.reason, letter.topic) == ("bug", "activities")
        assert "ZeroDivisionError" in letter.detail
        buried = WIRE.decode(letter.raw)
        assert isinstance(buried, Activity)
        assert buried.subject == BOOM
        sensitive = [alert for alert in pipeline.alerts().values() if alert.detector == "sensitive-to-personal"]
        assert len(sensitive) == 3
        assert repeated(pipeline).evidence_count == 3

        pipeline.stop(broken)
        pipeline.start("detect")
        told = pipeline.custodiet("dead-letters", "redrive", "--reason", "bug")
        assert "1 sent again" in told
        pipeline.settle()
        assert repeated(pipeline).evidence_count == 4
        assert len(pipeline.dead_letters()) == 1


def test_an_alert_that_elasticsearch_cannot_take(stack: Stack, namespace: str, tmp_path: Path) -> None:
    """A mapping error is a dead letter with Elasticsearch's reason; the partition's other alerts are indexed."""
    with Pipeline(stack, namespace, tmp_path) as pipeline:
        good = [alert(number) for number in range(12)]
        # More nested pieces than an index takes in one document; the detect stage sends 50 at the most.
        bad = msgspec.structs.replace(alert(99), evidence=alert(99).evidence * 10_001)
        pipeline.send("alerts", [(each.alert_id.encode(), WIRE.encode(each, "alerts")) for each in [*good[:6], bad, *good[6:]]])
        pipeline.start("index")
        until(lambda: len(pipeline.indexed()) == len(good), 60, "the others are indexed")
        until(lambda: not pipeline.lag("index"), 60, "the partition goes on")
        assert pipeline.indexed() == {each.alert_id: each for each in good}
        (letter,) = pipeline.dead_letters()
        assert (letter.reason, letter.topic) == ("mapping-error", "alerts")
        assert WIRE.decode(letter.raw) == bad


def alert(number: int) -> Alert:
    """Return an alert as the detect stage sends it."""
    return Alert(
        alert_id=f"{number:032x}",
        detector="repeated-personal-email",
        detector_version=1,
        grouping="officer",
        key=OFFICER,
        officer_id=OFFICER,
        revision=GENERATION_STEP + number + 1,
        change="opened",
        severity="low",
        score=3,
        first_at=MAY,
        last_at=MAY + number,
        evidence_count=1,
        evidence=(AlertEvidence(activity_id="a", occurred_at=MAY, kind="mail", summary="a mail"),),
    )


def test_an_activity_under_a_key_that_is_not_its_own(stack: Stack, namespace: str, tmp_path: Path) -> None:
    """It would be judged apart from its like, so it is a dead letter ``wrong-key``."""
    activity = Mails(OFFICER).mail("2026-05-05", documents=[document()])
    with Pipeline(stack, namespace, tmp_path) as pipeline:
        pipeline.send("activities", [(b"officer:NM999", WIRE.encode(activity, "activities"))])
        pipeline.start("detect")
        until(lambda: [letter.reason for letter in pipeline.dead_letters()] == ["wrong-key"], 60, "the dead letter")
