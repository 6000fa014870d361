"""What becomes known later, of a mail or of an officer, changes the alerts as if it had been known at once."""

import csv
import json
import shutil
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import NAMESPACE_URL, uuid5

import pytest

from deploy.local.stack import Stack
from schemas.records import Activity, Alert
from tests.integration.pipeline import SAMPLES, WIRE, Pipeline, contents, scanned

TRACE_COLUMNS = [
    "Organization",
    "MessageId",
    "Received",
    "SenderAddress",
    "RecipientAddress",
    "Subject",
    "Status",
    "ToIP",
    "FromIP",
    "Size",
]
TRACE_COLUMNS += ["MessageTraceId", "StartDate", "EndDate", "Index"]
FEDERATION = "branch.secretary@northmoor.polfed.example"
SECRETIVE = ("Rota for the weekend", "OFFICIAL-SENSITIVE rota.xlsx")
SENT = datetime(2026, 5, 12, 9, tzinfo=UTC)


def trace(path: Path, rows: Iterable[tuple[str, str, str, str, datetime]]) -> Path:
    """Write a message trace of (message id, sender, recipient, subject, instant)."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(TRACE_COLUMNS)
        for number, (message_id, sender, recipient, subject, at) in enumerate(rows):
            received = at.strftime("%Y-%m-%dT%H:%M:%S.0000000")
            span = ["2026-05-01T00:00:00", "2026-06-01T00:00:00", str(number)]
            identity = str(uuid5(NAMESPACE_URL, message_id))
            writer.writerow(["own", f"<{message_id}>", received, sender, recipient, subject, "Delivered", "", "", "20000", identity, *span])
    return path


def audit(path: Path, mails: Iterable[tuple[str, str, str, str, datetime]]) -> Path:
    """Write an audit log of mails sent: (message id, sender, subject, attachments, instant)."""
    lines = []
    for number, (message_id, sender, subject, attachments, at) in enumerate(mails):
        item = {"InternetMessageId": f"<{message_id.upper()}>", "Subject": subject, "Attachments": attachments, "SizeInBytes": 20_000}
        record = {
            "CreationTime": at.strftime("%Y-%m-%dT%H:%M:%S"),
            "Id": f"11111111-0000-4000-8000-{number:012d}",
            "Operation": "Send",
            "RecordType": 2,
            "Workload": "Exchange",
            "UserId": sender,
            "MailboxOwnerUPN": sender,
            "Item": item,
        }
        lines.append(json.dumps(record))
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return path


def live(pipeline: Pipeline) -> dict[str, Activity]:
    """Return the activities that stand under their officers, each at its highest revision."""
    held: dict[str, Activity] = {}
    for record in pipeline.read("activities"):
        if not isinstance(record, Activity) or record.grouping != "officer":
            continue
        if record.activity_id not in held or record.revision >= held[record.activity_id].revision:
            held[record.activity_id] = record
    return {name: activity for name, activity in held.items() if not activity.void}


@pytest.mark.parametrize("first", ["trace", "audit"])
def test_recipients_from_one_feed_and_attachments_from_another(stack: Stack, namespace: str, tmp_path: Path, first: str) -> None:
    """A mail whose recipients only the trace tells and whose attachment only the audit log tells is one activity, whichever is first."""
    sender, message_id = "graham.pettifer@northmoor.police.example", "one.mail@northmoor.police.example"
    files = {
        "trace": trace(tmp_path / "trace.csv", [(message_id, sender, "someone.demo@gmail.com", "plans", SENT)]),
        "audit": audit(tmp_path / "audit.ndjson", [(message_id, sender, "plans", "OFFICIAL-SENSITIVE plan.docx (20480b)", SENT)]),
    }
    order = [first, *(files.keys() - {first})]
    with Pipeline(stack, namespace, tmp_path) as pipeline:
        pipeline.load_reference()
        for role in ("enrich", "detect", "index"):
            pipeline.start(role)
        for name in order:
            pipeline.ingest(files[name])
            pipeline.settle()
        (activity,) = live(pipeline).values()
        assert [address.address for address in activity.addresses] == ["someonedemo@gmail.com"]
        assert [document.name for document in activity.documents] == ["OFFICIAL-SENSITIVE plan.docx"]
        assert {source.feed for source in activity.sources} == {"m365-audit", "m365-message-trace"}
        (alert,) = pipeline.indexed().values()
        assert (alert.detector, alert.evidence_count, len(alert.evidence)) == ("sensitive-to-personal", 1, 1)
        assert contents([alert]) == contents(scanned(list(files.values())).alerts)


def test_a_federation_recipient_in_a_later_row_withholds(stack: Stack, namespace: str, tmp_path: Path) -> None:
    """Subject, attachment names and that address are in no later revision, neither in Kafka nor in Elasticsearch; the alert stands."""
    sender, message_id = "graham.pettifer@northmoor.police.example", "copied.in@northmoor.police.example"
    subject, attachment = SECRETIVE
    shown = trace(tmp_path / "shown.csv", [(message_id, sender, "someone.demo@gmail.com", subject, SENT)])
    log = audit(tmp_path / "audit.ndjson", [(message_id, sender, subject, f"{attachment} (20480b)", SENT)])
    later = trace(tmp_path / "later.csv", [(message_id, sender, FEDERATION, subject, SENT)])
    with Pipeline(stack, namespace, tmp_path) as pipeline:
        pipeline.load_reference()
        for role in ("enrich", "detect", "index"):
            pipeline.start(role)
        pipeline.ingest(shown, log)
        pipeline.settle()
        (before,) = pipeline.alerts().values()
        assert subject in before.evidence[0].summary
        pipeline.ingest(later)
        pipeline.settle()
        (after,) = pipeline.alerts().values()
        assert (after.alert_id, after.status, after.severity) == (before.alert_id, "active", before.severity)
        assert after.revision > before.revision
        (activity,) = live(pipeline).values()
        assert activity.withheld
        (indexed,) = pipeline.indexed().values()
        for published in (after, activity, indexed):
            assert not told(published, [subject, attachment, FEDERATION])
        assert [document.marking for document in indexed.evidence[0].documents] == ["OFFICIAL-SENSITIVE"]
        assert contents([indexed]) == contents(scanned([shown, log, later]).alerts)


def told(record: Activity | Alert, words: Sequence[str]) -> list[str]:
    """Return which of these words a published record tells."""
    topic = "alerts" if isinstance(record, Alert) else "activities"
    written = WIRE.encode(record, topic)
    return [word for word in words if word.encode() in written]


def test_an_exception_and_a_leaving_date_that_come_after_the_mails(stack: Stack, namespace: str, tmp_path: Path) -> None:
    """The alert that the exception covers is withdrawn and the leaver's rises, as ``scan`` says with all known from the start."""
    leaver, solicitor = "callum.wragg@northmoor.police.example", "hollis.kane.law.demo@gmail.com"
    inspector = "graham.pettifer@northmoor.police.example"
    days = [SENT + timedelta(days=number) for number in range(3)]
    rows = [(f"l{n}@x.example", leaver, "callum.wragg.demo@gmail.com", "case", at) for n, at in enumerate(days)]
    rows += [(f"s{n}@x.example", inspector, solicitor, "case", at) for n, at in enumerate(days)]
    recipients = trace(tmp_path / "trace.csv", rows)
    sent = [(message_id, sender, subject, "statement.docx (4096b)", at) for message_id, sender, _, subject, at in rows]
    attachments = audit(tmp_path / "audit.ndjson", sent)
    early = tmp_path / "early"
    shutil.copytree(SAMPLES / "reference", early)
    exceptions = (early / "exceptions.csv").read_text("utf-8").splitlines(keepends=True)
    (early / "exceptions.csv").write_text(exceptions[0], "utf-8")
    officers = (early / "officers.csv").read_text("utf-8")
    assert "2026-05-29" in officers
    (early / "officers.csv").write_text(officers.replace("2026-05-29", ""), "utf-8")
    files = [recipients, attachments]
    with Pipeline(stack, namespace, tmp_path) as pipeline:
        pipeline.load_reference(early)
        for role in ("enrich", "detect", "index"):
            pipeline.start(role)
        pipeline.ingest(*files)
        pipeline.settle()
        before = pipeline.alerts()
        assert contents(before.values()) == contents(scanned(files, early).alerts)
        assert {alert.officer_id for alert in before.values()} == {"NM003", "NM011"}
        pipeline.load_reference()
        pipeline.settle()
        after = pipeline.alerts()
        expected = contents(scanned(files).alerts)
        assert contents(after.values()) == expected == contents(pipeline.indexed().values())
        changes = {alert.officer_id: (alert.status, alert.change) for alert in after.values()}
        assert changes["NM011"] == ("withdrawn", "withdrawn")
        assert changes["NM003"][0] == "active"
        assert "leaver" in {reason.code for alert in expected.values() for reason in alert.reasons}
