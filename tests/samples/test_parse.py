"""The exports mean to the parsers what they were written to mean."""

import json
from collections import defaultdict
from datetime import UTC, datetime
from pathlib import Path

import pytest

from samples import make
from samples.mails import Mail
from schemas.identity import message_key, normal_message_id
from schemas.records import DeadLetter, FileEvent, MailEvent, SettingEvent
from streams.counts import Counts
from streams.sources.formats import read_input
from streams.sources.load import Load

SAMPLES = Path(make.__file__).parent
NOW = int(datetime(2026, 11, 22, tzinfo=UTC).timestamp() * 1000)
SLACK_MS = 120_000


class Loaded:
    """All exports, parsed together."""

    def __init__(self) -> None:
        """Read them, the format told from their content."""
        self.dead: list[DeadLetter] = []
        inputs = [read_input(str(SAMPLES / "exports" / name)) for name in ("audit-search.csv", "message-trace.csv", "defender-hunt.csv")]
        load = Load(inputs, NOW, self.dead.append)
        self.events = list(load)
        self.counts: Counts = load.counts
        self.by_message: defaultdict[str, list[MailEvent]] = defaultdict(list)
        for event in self.events:
            if isinstance(event, MailEvent):
                self.by_message[message_key(event)].append(event)


@pytest.fixture(scope="module")
def loaded() -> Loaded:
    """Everything that the parsers make of the exports."""
    return Loaded()


def of(loaded: Loaded, mail: Mail) -> list[MailEvent]:
    """Return what all feeds say of one mail."""
    return loaded.by_message[normal_message_id(mail.message_id) or ""]


def test_the_counts_are_those_of_the_truth(loaded: Loaded) -> None:
    """Read, duplicates and dead letters were told beforehand, and the five ends add up."""
    truth = json.loads((SAMPLES / "truth.json").read_text())["counts"]
    counted = loaded.counts.as_dict()
    assert {name: counted[name] for name in truth} == truth
    assert loaded.counts.ended == loaded.counts.read


def test_the_three_unreadable_rows_are_the_only_dead_letters(loaded: Loaded) -> None:
    """Each for its own reason, with its file and line."""
    assert {letter.reason for letter in loaded.dead} == {"no-instant", "bad-json", "bad-instant"}
    assert len(loaded.dead) == 3
    assert all(letter.file and letter.line and letter.raw for letter in loaded.dead)


def test_every_planned_mail_is_whole_under_one_key(loaded: Loaded) -> None:
    """The union of the feeds has all recipients and all attachments of the plan, whatever the spelling of the Message-ID."""
    for mail in (mail for plan in make.PLANS for mail in plan.mails):
        events = of(loaded, mail)
        assert {recipient for event in events for recipient in event.recipients} == {recipient.address for recipient in mail.recipients}
        attached = {(file.name, file.size) for event in events for file in event.attachments if file.size is not None}
        assert attached == {(file.name, file.size) for file in mail.files}


def test_neither_feed_alone_knows_both_recipients_and_attachments(loaded: Loaded) -> None:
    """But for the policy match, no event of audit log or trace carries recipients and files at once; Defender's do."""
    both = [event for events in loaded.by_message.values() for event in events if event.recipients and event.attachments]
    assert {event.dlp_types != () for event in both if event.feed != "defender-email"} == {True}
    assert all(attachment.sha256 for event in both if event.feed == "defender-email" for attachment in event.attachments)


def test_all_feeds_date_a_mail_alike(loaded: Loaded) -> None:
    """No zone was mistaken: every event of a planned mail lies within two minutes of the plan."""
    for mail in (mail for plan in make.PLANS for mail in plan.mails):
        planned = int(mail.at.timestamp() * 1000)
        assert all(0 <= event.occurred_at - planned < SLACK_MS for event in of(loaded, mail))


def test_what_is_no_mail_is_parsed_too(loaded: Loaded) -> None:
    """Files that were opened, the one mailbox rule that forwards, and the mailbox that forwards itself until it is ended."""
    files = [event for event in loaded.events if isinstance(event, FileEvent)]
    assert {"open", "download", "modify"} <= {event.action for event in files}
    settings = [event for event in loaded.events if isinstance(event, SettingEvent)]
    assert sorted((event.setting, event.targets, event.action) for event in settings) == [
        ("ForwardTo", ("derek.swales@northmoor.police.example",), "set"),
        ("ForwardingSmtpAddress", (), "removed"),
        ("ForwardingSmtpAddress", ("harbour.lights.demo@gmail.com",), "set"),
        ("ForwardingSmtpAddress", ("harbour.lights.demo@gmail.com",), "set"),
    ]
