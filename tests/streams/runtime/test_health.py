"""A feed is unhealthy above 5 % of at least 200 records, or at 1,000 dead letters in a row."""

from streams.runtime.health import FeedHealth


def test_five_percent_is_healthy() -> None:
    """Exactly the bound."""
    health = FeedHealth()
    assert not health.saw(200, 10)
    assert not health.unhealthy


def test_more_than_five_percent_is_not() -> None:
    """Just past the bound; the change is told once."""
    health = FeedHealth()
    assert health.saw(200, 11)
    assert health.unhealthy
    assert not health.saw(200, 11)


def test_few_records_prove_nothing() -> None:
    """Not even when all are dead."""
    health = FeedHealth()
    assert not health.saw(199, 199)
    assert not health.unhealthy


def test_a_feed_recovers() -> None:
    """The share is taken anew."""
    health = FeedHealth()
    health.saw(200, 200)
    assert health.saw(200, 0)
    assert not health.unhealthy


def test_a_thousand_in_a_row_whatever_the_chunks() -> None:
    """Chunks of one record, too."""
    health = FeedHealth()
    for _ in range(5):
        health.saw(199, 199)
    health.saw(5, 5)
    assert health.unhealthy
    assert not health.saw(0, 0)
    assert health.unhealthy
