"""Topics as they should be beside topics as they are."""

import pytest

from schemas.catalogue import catalogue
from schemas.topics import MAX_RECORD_BYTES
from streams.runtime.admin import CHANGELOG, Finding, Seen, TopicsError, Wanted, check, limits, wanted
from streams.runtime.names import Names
from streams.settings import Settings

SETTINGS = Settings(topic_prefix="p-", partitions=8, generation=3)
TOPIC = Wanted("p-alerts", 8, {"cleanup.policy": "compact"})


def test_every_topic_of_the_catalogue_and_the_changelogs_are_wanted() -> None:
    """Under prefix and generation."""
    names = {topic.name for topic in wanted(SETTINGS)}
    assert names == {f"p-{name}" for name in catalogue().topics} | {
        "p-custodiet-enrich-g3-state-changelog",
        "p-custodiet-detect-g3-state-changelog",
    }


def test_keyed_topics_and_changelogs_have_the_same_partition_count() -> None:
    """A record and its state meet in partitions of one number."""
    keyed = {f"p-{name}" for name, topic in catalogue().topics.items() if topic.partitioned}
    assert {topic.partitions for topic in wanted(SETTINGS) if topic.name in keyed or "changelog" in topic.name} == {8}


def test_every_topic_says_how_long_it_keeps_records_and_takes_production_time() -> None:
    """A broker's default would delete, or keep by event time."""
    for topic in wanted(SETTINGS):
        assert "cleanup.policy" in topic.config
        assert topic.config["message.timestamp.type"] == "LogAppendTime"
        assert topic.config["cleanup.policy"] == "compact" or int(topic.config["retention.ms"]) > 0


def test_a_record_at_its_limit_fits_its_topic() -> None:
    """The broker measures the batch, headers too."""
    allowed = limits(Names("p-", 1))
    for topic in wanted(SETTINGS):
        assert int(topic.config["max.message.bytes"]) > allowed.get(topic.name, MAX_RECORD_BYTES)
    assert allowed["p-activities"] == MAX_RECORD_BYTES
    assert allowed["p-dead-letters"] > MAX_RECORD_BYTES
    assert int(CHANGELOG["max.message.bytes"]) > MAX_RECORD_BYTES


def test_topics_as_they_should_be_pass() -> None:
    """Differences of configuration are shown and refuse nothing."""
    check([Finding(TOPIC, Seen(8, 1, {}), {"cleanup.policy": ("compact", "delete")})])


def test_another_partition_count_is_refused_with_both_numbers() -> None:
    """And with what may be done."""
    with pytest.raises(TopicsError, match="p-alerts has 4 partitions and CUSTODIET_PARTITIONS says 8"):
        check([Finding(TOPIC, Seen(4, 1, {}))])


def test_missing_topics_are_named_with_the_command_that_makes_them() -> None:
    """All of them."""
    with pytest.raises(TopicsError, match=r"p-alerts, p-activities; run `custodiet topics apply`"):
        check([Finding(TOPIC, None), Finding(Wanted("p-activities", 8, {}), None)])
