"""One command takes exports of many products, and a mail that all of them saw is one activity and one piece of evidence."""

import csv
import io
import json
from pathlib import Path
from typing import Any

from deploy.local.stack import Stack
from schemas.records import Activity
from tests.integration.pipeline import SAMPLES, Pipeline, contents, custodiet, scanned

SENDER = "graham.pettifer@northmoor.police.example"
RECIPIENT = "someone.demo@gmail.com"
MESSAGE = "<LO2P265MB1234@LO2P265MB1234.GBRP265.PROD.OUTLOOK.example>"
SUBJECT = "RE: plans; second draft"
ATTACHMENT = "OFFICIAL-SENSITIVE plan (v2).docx"
LABEL = "5f3b1a52-0c7e-4b67-9d1e-2a6f4c8e1b01"
SHA256 = "3f" * 32
NETWORK = "7d0c2a51-33b0-4c7e-8d11-08dc3c1f0001"
FEEDS = {"m365-message-trace", "m365-audit", "defender-email", "exchange-tracking", "postfix"}
MAIL_LOG = f"""\
2026-05-12T09:00:04.113+00:00 mx1 postfix/smtpd[812]: 4F9D195432C: client=mail-lo2gbr.outbound.example[192.0.2.17]
2026-05-12T09:00:04.201+00:00 mx1 postfix/cleanup[815]: 4F9D195432C: message-id={MESSAGE}
2026-05-12T09:00:04.340+00:00 mx1 postfix/qmgr[790]: 4F9D195432C: from=<{SENDER}>, size=28871, nrcpt=1 (queue active)
2026-05-12T09:00:05.902+00:00 mx1 postfix/smtp[820]: 4F9D195432C: to=<{RECIPIENT}>, relay=gmail-smtp-in.example[198.51.100.26]:25, \
delay=1.8, delays=0.2/0/0.4/1.2, dsn=2.0.0, status=sent (250 2.0.0 OK)
2026-05-12T09:00:05.904+00:00 mx1 postfix/qmgr[790]: 4F9D195432C: removed
"""


def table(path: Path, rows: list[dict[str, Any]], encoding: str = "utf-8-sig", comment: str = "") -> Path:
    """Write rows of the same columns as CSV."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, fieldnames=list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    path.write_bytes((comment + text.getvalue()).encode(encoding))
    return path


def audit(path: Path) -> Path:
    """Write the Purview portal's export; the record is in it twice, as in real ones."""
    item = {"InternetMessageId": MESSAGE, "Subject": SUBJECT, "Attachments": f"{ATTACHMENT} (20480b)", "SizeInBytes": 28_100}
    data = {
        "CreationTime": "2026-05-12T09:00:03",
        "Id": "11111111-0000-4000-8000-000000000005",
        "Operation": "Send",
        "RecordType": 2,
        "ResultStatus": "Succeeded",
        "Workload": "Exchange",
        "UserId": SENDER,
        "MailboxOwnerUPN": SENDER,
        "SensitivityLabelId": LABEL,
        "Item": item,
    }
    row = {"RecordId": data["Id"], "CreationDate": "2026-05-12T09:00:03.0000000Z", "RecordType": "2", "Operation": "Send", "UserId": SENDER}
    return table(path, [{**row, "AuditData": json.dumps(data)}] * 2)


def exports(folder: Path) -> list[Path]:
    """Write what six exports of five products say of one mail."""
    trace = {"MessageId": MESSAGE, "Received": "12/05/2026 09:00:02", "SenderAddress": SENDER.upper(), "RecipientAddress": RECIPIENT}
    trace |= {"Subject": SUBJECT, "Status": "Delivered", "Size": "30211", "MessageTraceId": NETWORK}
    hunted = {"Timestamp": "2026-05-12T09:00:03.4418021Z", "NetworkMessageId": NETWORK}
    seen = {"InternetMessageId": MESSAGE, "SenderFromAddress": SENDER, "RecipientEmailAddress": RECIPIENT, "Subject": SUBJECT}
    attached = {"SenderFromAddress": SENDER, "RecipientEmailAddress": RECIPIENT, "FileName": ATTACHMENT, "FileType": "docx"}
    step = {"date-time": "2026-05-12T09:00:01.771Z", "server-hostname": "EX01", "source": "SMTP", "event-id": "SENDEXTERNAL"}
    step |= {"internal-message-id": "9921", "message-id": MESSAGE, "network-message-id": NETWORK, "recipient-address": RECIPIENT}
    step |= {"total-bytes": "29012", "message-subject": SUBJECT, "sender-address": SENDER, "return-path": SENDER, "log-id": "a7f0-08dc"}
    log = folder / "mail.log"
    log.write_text(MAIL_LOG, "utf-8")
    return [
        # The attachment's table first: the rows that say which mail it belongs to are in a later file.
        table(folder / "EmailAttachmentInfo.csv", [hunted | attached | {"SHA256": SHA256, "FileSize": "20480"}]),
        log,
        table(folder / "trace.csv", [trace], "utf-16"),
        table(folder / "MSGTRK.LOG", [step], comment="#Software: Microsoft Exchange Server\r\n#Log-type: Message Tracking Log\r\n"),
        audit(folder / "audit.csv"),
        table(folder / "EmailEvents.csv", [hunted | seen | {"EmailDirection": "Outbound", "AttachmentCount": "1"}]),
    ]


def test_one_mail_in_five_feeds_ingested_at_once(stack: Stack, namespace: str, tmp_path: Path) -> None:
    """Formats are told from content; the mail is one activity with what each feed knows, and its alert is what ``scan`` says."""
    files = exports(tmp_path)
    with Pipeline(stack, namespace, tmp_path) as pipeline:
        pipeline.load_reference()
        for role in ("enrich", "detect", "index"):
            pipeline.start(role)
        told = pipeline.ingest(*files)
        assert told == {"read": 7, "facts": 6, "duplicates": 1, "dead_letters": 0, "late": 0, "discarded": 0, "sent": 6}
        pipeline.settle()
        kept = [record for record in pipeline.read("activities") if isinstance(record, Activity) and record.grouping == "officer"]
        assert len({activity.activity_id for activity in kept}) == 1
        activity = max(kept, key=lambda each: each.revision)
        assert [address.address for address in activity.addresses] == ["someonedemo@gmail.com"]
        (document,) = activity.documents
        assert (document.name, document.size, document.sha256) == (ATTACHMENT, 20480, SHA256)
        assert {source.feed for source in activity.sources} == FEEDS
        (alert,) = pipeline.indexed().values()
        assert (alert.detector, alert.evidence_count) == ("sensitive-to-personal", 1)
        (piece,) = alert.evidence
        assert (piece.message_id, {source.feed for source in piece.sources}) == (activity.message_id, FEEDS)
        assert contents([alert]) == contents(pipeline.alerts().values()) == contents(scanned(files).alerts)


def test_scan_of_the_same_command_line(tmp_path: Path) -> None:
    """The printed counts and alerts are the same, and the alert has all sources, in whatever order they are named."""
    files = [str(path) for path in exports(tmp_path)]
    told = [json.loads(custodiet("scan", *order, "--reference", str(SAMPLES / "reference"), "--json")) for order in (files, files[::-1])]
    assert told[0] == told[1]
    assert (told[0]["facts"], told[0]["duplicates"]) == (6, 1)
    (alert,) = told[0]["alerts"]
    assert {source["feed"] for piece in alert["evidence"] for source in piece["sources"]} == FEEDS
