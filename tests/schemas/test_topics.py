"""Every topic is described, and described so that nothing is lost in it."""

import re
from typing import Any

import pytest

from schemas.catalogue import RECORDS, catalogue
from schemas.records import (
    Activity,
    AddressListEntry,
    Alert,
    DeadLetter,
    DocumentClass,
    ExceptionFact,
    FileEvent,
    LateRecord,
    MailEvent,
    Officer,
    Record,
    SettingEvent,
    SubjectFact,
)
from schemas.topics import MAX_RECORD_BYTES, Topic, read_topics
from schemas.versions import SchemaError

DAY_MS = 86_400_000
TOPICS = catalogue().topics
GOOD = """
topics:
  mail-events:
    records: [MailEvent]
    key: the message key
    partitions: keyed
    cleanup: delete
    retention: 30
    max_bytes: 1000
    writers: [ingest]
    readers: [enrich]
"""


@pytest.mark.parametrize(
    ("name", "records", "cleanup", "days"),
    [
        ("mail-events", {MailEvent}, "delete", 30),
        ("file-events", {FileEvent}, "delete", 30),
        ("setting-events", {SettingEvent}, "delete", 30),
        ("officers", {Officer}, "compact", None),
        ("document-classes", {DocumentClass}, "compact", None),
        ("address-lists", {AddressListEntry}, "compact", None),
        ("exceptions", {ExceptionFact}, "compact", None),
        ("activities", {Activity, SubjectFact, ExceptionFact}, "delete", 1200),
        ("alerts", {Alert}, "compact", None),
        ("dead-letters", {DeadLetter}, "delete", 90),
        ("late-records", {LateRecord}, "delete", 90),
    ],
)
def test_a_topic_is_what_the_design_says(name: str, records: set[type[Record]], cleanup: str, days: int | None) -> None:
    """Records, cleanup and retention of each topic."""
    topic = TOPICS[name]
    assert (set(topic.records), topic.cleanup) == (records, cleanup)
    assert topic.retention_ms == (-1 if days is None else days * DAY_MS)
    assert topic.config["cleanup.policy"] == cleanup
    assert topic.config["retention.ms"] == str(topic.retention_ms)


def test_there_are_no_other_topics_and_no_record_without_one() -> None:
    """Every record travels somewhere."""
    assert len(TOPICS) == 11
    assert {record for topic in TOPICS.values() for record in topic.records} == set(RECORDS)


def test_activities_outlive_the_longest_reach_and_lateness() -> None:
    """A new generation can rebuild what the longest detector looks back on."""
    assert TOPICS["activities"].retention_ms > (1095 + 14) * DAY_MS


@pytest.mark.parametrize("topic", TOPICS.values(), ids=lambda each: each.name)
def test_every_topic_is_explicit(topic: Topic) -> None:
    """Each has writers, readers and a key, and broker time: event time would make the broker delete a mail of 2019 at once."""
    assert topic.writers
    assert topic.readers
    assert topic.key
    assert topic.config["message.timestamp.type"] == "LogAppendTime"
    assert all(isinstance(value, str) for value in topic.config.values())
    assert re.fullmatch(r"[a-z-]+", topic.name)


def test_all_keyed_topics_have_the_same_partitions() -> None:
    """A stage's state is partitioned as its source, and a key's records meet."""
    assert {topic.partitioned for topic in TOPICS.values()} == {True}


@pytest.mark.parametrize("name", ["mail-events", "file-events", "setting-events", "activities", "alerts"])
def test_the_largest_record_fits(name: str) -> None:
    """A topic takes the largest record that is sent, with its key and its batch's header."""
    assert int(TOPICS[name].config["max.message.bytes"]) >= MAX_RECORD_BYTES + 4096


@pytest.mark.parametrize("name", ["dead-letters", "late-records"])
def test_what_sets_a_record_aside_has_room_for_it(name: str) -> None:
    """The bytes of the largest record, with what is said about them, fit into a record."""
    assert TOPICS[name].max_bytes >= MAX_RECORD_BYTES + 512 * 1024


def test_a_topic_with_one_partition_can_be_said() -> None:
    """A topic need not be keyed."""
    (topic,) = read_topics(GOOD.replace("partitions: keyed", "partitions: one"), RECORDS).values()
    assert topic.partitioned is False


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("retention: 30", "retention: long", "retention"),
        ("retention: 30", "", "retention"),
        ("MailEvent", "PostEvent", "PostEvent"),
        ("cleanup: delete", "cleanup: sweep", "cleanup"),
        ("partitions: keyed", "partitions: 4", "partitions"),
        ("max_bytes: 1000", "max_bytes: 1000\n    colour: red", "colour"),
        ("topics:", "subjects:", "topics"),
    ],
)
def test_a_file_that_means_nothing_is_refused(old: str, new: str, words: str) -> None:
    """An unknown key, a missing or a wrong value is named."""
    assert read_topics(GOOD, RECORDS)["mail-events"].max_bytes == 1000
    with pytest.raises(SchemaError, match=words):
        read_topics(GOOD.replace(old, new), RECORDS)


def test_configuration_is_text() -> None:
    """Kafka takes strings; a number in the file is a mistake that is named."""
    extra: dict[str, Any] = {"segment.ms": 5}
    with pytest.raises(SchemaError, match="config"):
        read_topics(GOOD + f"    config: {extra}\n", RECORDS)
