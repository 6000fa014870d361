"""Defender's tables as they are exported: one a file, joined, answers of the APIs, streamed."""

import csv
import io
import json
from collections.abc import Callable
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest

from schemas.identity import message_key
from schemas.records import Attachment, MailEvent
from streams.sources.defender.email import parse
from streams.sources.formats import FORMATS, Input, detect
from streams.sources.load import Load
from streams.sources.outcome import Discard

_NOW = 1_800_000_000_000
_SHA = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
_PEOPLE = ("ava.ryder91@gmail.com", "c.lowe@northmoor.police.example")


def _network(mail: int) -> str:
    return f"7e536d5b-4a2b-4903-b32d-{mail:012}"


def _event(mail: int, recipient: str) -> dict[str, Any]:
    return {
        "Timestamp": f"2024-03-04T09:15:{mail:02}Z",
        "NetworkMessageId": _network(mail),
        "InternetMessageId": f"<M{mail}@northmoor.police.example>",
        "SenderFromAddress": "a.ryder@northmoor.police.example",
        "RecipientEmailAddress": recipient,
        "Subject": "Op LANTERN",
        "EmailDirection": "Outbound",
        "AttachmentCount": 1,
        "ReportId": f"{mail}-{recipient}",
    }


def _attachment(mail: int, recipient: str) -> dict[str, Any]:
    return {
        "Timestamp": f"2024-03-04T09:15:{mail:02}Z",
        "NetworkMessageId": _network(mail).upper(),
        "SenderFromAddress": "a.ryder@northmoor.police.example",
        "RecipientEmailAddress": recipient,
        "FileName": "briefing.docx",
        "FileType": "docx",
        "SHA256": _SHA.upper(),
        "FileSize": 48211,
    }


_EVENTS = [_event(mail, recipient) for mail in (1, 2) for recipient in _PEOPLE]
_ATTACHMENTS = [_attachment(1, recipient) for recipient in _PEOPLE]


def _csv(rows: list[dict[str, Any]]) -> str:
    out = io.StringIO()
    writer = csv.DictWriter(out, rows[0].keys())
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def _load(paths: list[Path]) -> tuple[Load, list[MailEvent], list[str]]:
    letters: list[str] = []
    load = Load([Input(FORMATS[detect(path)], path) for path in paths], _NOW, lambda letter: letters.append(letter.reason))
    return load, [event for event in load if isinstance(event, MailEvent)], letters


@pytest.mark.parametrize("order", list(permutations(range(2))))
@pytest.mark.parametrize("write", [_csv, json.dumps, lambda rows: "\n".join(json.dumps(row) for row in rows)])
def test_attachments_meet_their_mail_under_its_message_id(
    tmp_path: Path, order: tuple[int, ...], write: Callable[[list[dict[str, Any]]], str]
) -> None:
    """Two tables in two files, in whichever order, are one mail with recipients and hashed attachment, and one without."""
    paths = [tmp_path / "EmailEvents", tmp_path / "EmailAttachmentInfo"]
    for path, rows in zip(paths, (_EVENTS, _ATTACHMENTS), strict=True):
        path.write_text(write(rows))
    load, events, letters = _load([paths[place] for place in order])
    assert (load.counts.read, load.counts.facts, letters) == (6, 6, [])
    held = {key: {a for event in events if message_key(event) == key for a in event.attachments} for key in map(message_key, events)}
    assert held == {
        "m1@northmoor.police.example": {Attachment(name="briefing.docx", size=48211, sha256=_SHA)},
        "m2@northmoor.police.example": set(),
    }


def test_both_tables_may_lie_in_one_file(tmp_path: Path) -> None:
    """A stream mixes its tables; a mail's attachments may come before it."""
    path = tmp_path / "PT1H.json"
    rows = [("EmailAttachmentInfo", row) for row in _ATTACHMENTS] + [("EmailEvents", row) for row in _EVENTS]
    rows.append(
        ("EmailUrlInfo", {"Timestamp": "2024-03-04T09:15:01Z", "NetworkMessageId": _network(1), "Url": "https://elsewhere.example"})
    )
    path.write_text(
        "\r\n".join(json.dumps({"time": "t", "category": f"AdvancedHunting-{table}", "properties": row}) for table, row in rows)
    )
    load, events, letters = _load([path])
    assert letters == []
    assert dict(load.discards) == {"link": 1}
    assert {message_key(event) for event in events if event.attachments} == {"m1@northmoor.police.example"}


def test_attachments_without_their_mail_are_dead_letters(tmp_path: Path) -> None:
    """They are kept and told, and make no second mail out of one that other feeds know by its Message-ID."""
    path = tmp_path / "EmailAttachmentInfo.csv"
    path.write_text(_csv(_ATTACHMENTS))
    _, events, letters = _load([path])
    assert (events, letters) == ([], ["no-message-id", "no-message-id"])
    assert FORMATS["defender-email"].parser(path) is not FORMATS["defender-email"].parse


@pytest.mark.parametrize(
    "answer",
    [
        {
            "Stats": {"ExecutionTime": 0.1, "resource_usage": {"cache": {"memory": {"hits": 1}}}},
            "Schema": [{"Name": "Timestamp"}],
            "Results": _EVENTS,
        },
        {"@odata.context": "c", "schema": [{"name": "Timestamp", "type": "DateTime"}], "results": _EVENTS},
        {"records": [{"time": "t", "category": "AdvancedHunting-EmailEvents", "properties": row} for row in _EVENTS]},
    ],
)
@pytest.mark.parametrize("indent", [None, 2])
def test_answers_of_the_apis_are_read(tmp_path: Path, answer: dict[str, Any], indent: int | None) -> None:
    """Each row of an answer is a record, whatever the answer says before them."""
    path = tmp_path / "answer.json"
    path.write_text(json.dumps(answer, indent=indent))
    load, events, _ = _load([path])
    assert load.counts.read == 4
    assert sorted((event.message_id, event.recipients[0]) for event in events) == sorted(
        (row["InternetMessageId"], row["RecipientEmailAddress"]) for row in _EVENTS
    )


def test_a_later_verdict_is_the_same_record(tmp_path: Path) -> None:
    """A stream tells a mail again when its verdict changes; that is a duplicate, and the mail keeps its first instant."""
    path = tmp_path / "stream.json"
    later = {**_EVENTS[0], "Timestamp": "2024-03-06T12:00:00Z", "ThreatTypes": "Phish", "ReportId": "another"}
    path.write_text("\n".join(json.dumps(row) for row in (later, _EVENTS[0])))
    load, events, _ = _load([path])
    assert (load.counts.facts, load.counts.duplicates) == (1, 1)
    assert [event.occurred_at for event in events] == [1_709_543_701_000]


def test_a_row_of_a_table_of_devices_is_a_discard() -> None:
    """An event hub may hold all tables that are streamed; what is not about mail is counted and no dead letter."""
    row = {"category": "AdvancedHunting-DeviceFileEvents", "properties": {"ActionType": "FileCreated", "FileName": "a.docx"}}
    assert parse(row) == Discard("not-watched")
