"""Exports in, alerts out: what the detectors that take more than mails sent need is neither sieved away nor left out on the way."""

import asyncio
import json
from pathlib import Path

import pytest

from schemas.records import Alert
from streams.config import parse_config
from streams.enrichment.reference_files import read_reference
from streams.scan import Scan
from streams.sources.formats import read_input

SAMPLES = Path(__file__).parents[3] / "samples"
NOW = 1_790_000_000_000
OFFICER = "NM006"
WORK = "rhodri.tallis@northmoor.police.example"
HOME = "pc4471.nightowl.demo@proton.me"


def scan(tmp_path: Path, *lines: dict[str, object], config: str = "", form: str = "mail-ndjson") -> list[Alert]:
    """Return what a scan of these lines alerts, with the samples' reference data."""
    path = tmp_path / "lines.ndjson"
    path.write_text("".join(f"{json.dumps(line)}\n" for line in lines), "utf-8")
    parsed = parse_config(config, "test")
    run = Scan(parsed, read_reference(SAMPLES / "reference", parsed.calendar.zone), dead_letter=lambda _: None, now=NOW)
    return list(asyncio.run(run.run([read_input(f"{form}:{path}")])).alerts)


def came_in(number: int, **changes: object) -> dict[str, object]:
    """Return a mail that an officer's declared account sent to their work mailbox."""
    return {
        "record_id": f"r{number}",
        "message_id": f"<m{number}@proton.example>",
        "occurred_at": f"2026-05-1{number}T19:00:00Z",
        "sender": HOME,
        "recipients": [WORK],
        "subject": "for tomorrow",
        "attachments": [{"name": "plan.docx", "size": 4096}],
        **changes,
    }


def rule(number: int, **parameters: str) -> dict[str, object]:
    """Return an audit record of a new inbox rule."""
    return {
        "CreationTime": f"2026-05-1{number}T09:00:00",
        "Id": f"22222222-0000-4000-8000-{number:012d}",
        "Operation": "New-InboxRule",
        "RecordType": 1,
        "Workload": "Exchange",
        "UserId": WORK,
        "ResultStatus": "True",
        "Parameters": [{"Name": name, "Value": value} for name, value in parameters.items()],
    }


@pytest.mark.parametrize("direction", ["inbound", "unknown"])
def test_files_from_an_own_account_are_found(tmp_path: Path, direction: str) -> None:
    """Whether or not the feed says that the mail came in."""
    (alert,) = scan(tmp_path, *(came_in(number, direction=direction) for number in range(2)))
    assert (alert.detector, alert.officer_id, alert.evidence_count) == ("inbound-from-own", OFFICER, 2)


def test_recipients_and_files_of_a_mail_that_came_in_may_be_told_apart(tmp_path: Path) -> None:
    """One record names the recipient, another the marked file."""
    marked = [{"name": "OFFICIAL-SENSITIVE plan.docx", "size": 4096}]
    whole = came_in(1, direction="inbound")
    (alert,) = scan(tmp_path, {**whole, "attachments": []}, {**whole, "record_id": "other", "recipients": [], "attachments": marked})
    assert (alert.detector, alert.evidence_count) == ("inbound-from-own", 1)


@pytest.mark.parametrize(
    "changes",
    [
        {"sender": "somebody.else.demo@gmail.com"},
        {"recipients": ["derek.swales@northmoor.police.example"]},
        {"attachments": []},
    ],
)
def test_what_else_comes_in_is_nothing(tmp_path: Path, changes: dict[str, object]) -> None:
    """From somebody else, to somebody else, or without anything in it."""
    assert scan(tmp_path, *(came_in(number, **changes) for number in range(4))) == []


def test_a_forwarding_to_an_own_account_is_found(tmp_path: Path) -> None:
    """By the address that the officer declared; rules within the force and rules that send nothing are none."""
    found = scan(
        tmp_path,
        rule(1, ForwardTo=HOME),
        rule(2, ForwardTo="derek.swales@northmoor.police.example"),
        rule(3, DeleteMessage="True"),
        form="m365-audit",
    )
    (alert,) = found
    assert (alert.detector, alert.officer_id, alert.severity, alert.evidence_count) == ("auto-forward", OFFICER, "critical", 1)


@pytest.mark.parametrize("alone", ["auto-forward", "inbound-from-own"])
def test_a_detector_finds_the_same_when_it_runs_alone(tmp_path: Path, alone: str) -> None:
    """What is kept is what the enabled detectors want, and that is enough."""
    off = "\n".join(f"  {name}: {{enabled: false}}" for name in parse_config("", "all").detectors if name != alone)
    if alone == "auto-forward":
        (alert,) = scan(tmp_path, rule(1, RedirectTo=HOME), config=f"detectors:\n{off}", form="m365-audit")
    else:
        (alert,) = scan(tmp_path, *map(came_in, range(2)), config=f"detectors:\n{off}")
    assert alert.detector == alone
