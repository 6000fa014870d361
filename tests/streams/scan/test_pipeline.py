"""The whole pipeline over files, in one process."""

import asyncio
import json
from pathlib import Path

import pytest

from schemas.records import DeadLetter, MailEvent
from streams.config import default_config
from streams.enrichment.reference_files import read_reference
from streams.scan import Scan, Scanned, route
from streams.sources.formats import read_input

SAMPLES = Path(__file__).parents[3] / "samples"
NOW = 1_790_000_000_000


def mail(number: int, **changes: object) -> dict[str, object]:
    """Return a mail of an officer to a personal address, as a line of mail-ndjson."""
    return {
        "record_id": f"r{number}",
        "message_id": f"<m{number}@x.example>",
        "occurred_at": f"2026-05-1{number % 5}T09:{number % 60:02d}:00Z",
        "direction": "outbound",
        "sender": "graham.pettifer@northmoor.police.example",
        "recipients": ["someone.demo@gmail.com"],
        "subject": "plans",
        "attachments": [{"name": "plan.docx", "size": 4096}],
        **changes,
    }


def scan(tmp_path: Path, *lines: object) -> tuple[Scanned, list[DeadLetter]]:
    """Scan these lines of mail-ndjson against the samples' reference data."""
    path = tmp_path / "mail.ndjson"
    path.write_text("".join(f"{line if isinstance(line, str) else json.dumps(line)}\n" for line in lines), "utf-8")
    config, letters = default_config(), list[DeadLetter]()
    run = Scan(config, read_reference(SAMPLES / "reference", config.calendar.zone), dead_letter=letters.append, now=NOW)
    return asyncio.run(run.run([read_input(f"mail-ndjson:{path}")])), letters


def test_three_mails_in_a_week_are_one_alert_and_all_are_accounted_for(tmp_path: Path) -> None:
    """Facts, a repeat, a discard and a dead letter add up to the lines read."""
    inside = mail(8, recipients=["colin.wetherby@northmoor.police.example"])
    scanned, letters = scan(tmp_path, *map(mail, range(3)), mail(0), inside, "{broken")
    assert [(alert.detector, alert.evidence_count) for alert in scanned.alerts] == [("repeated-personal-email", 3)]
    assert scanned.counts.five() == {"read": 6, "facts": 3, "duplicates": 1, "dead_letters": 1, "late": 0, "discarded": 1}
    assert scanned.counts.ended == scanned.counts.read
    assert [letter.line for letter in letters] == [6]


@pytest.mark.parametrize("spoilt", [{"subject": "lone \ud800 surrogate"}, {"subject": "x" * 5_000_000}])
def test_what_no_topic_would_take_is_a_dead_letter_here_too(tmp_path: Path, spoilt: dict[str, object]) -> None:
    """What cannot be encoded or is too large ends as it does in ingest; the others are judged."""
    scanned, letters = scan(tmp_path, *map(mail, range(3)), mail(3, **spoilt))
    assert scanned.counts.ended == scanned.counts.read == 4
    assert scanned.counts.dead_letters + scanned.counts.facts == 4
    assert len(letters) == scanned.counts.dead_letters
    assert len(scanned.alerts) == 1


def test_a_mail_goes_under_its_message_key_and_a_file_under_its_account() -> None:
    """All that is said of one message, and all that one account does, meets in one partition."""
    event = MailEvent(feed="f", record_id="1", message_id=" <A@X.example> ", occurred_at=0, sender="s@x.example")
    assert route(event) == ("mail-events", b"a@x.example")
