"""When so many records of a feed are dead letters that the feed itself must be broken."""

from typing import Final

MOST_SHARE: Final = 0.05
LEAST_RECORDS: Final = 200
MOST_IN_A_ROW: Final = 1_000


class FeedHealth:
    """Judges one feed by its dead letters: more than 5 % of at least 200 records, or 1,000 in a row."""

    def __init__(self) -> None:
        """Start healthy."""
        self._read = 0
        self._dead = 0
        self._in_a_row = 0
        self._bad_share = False

    @property
    def unhealthy(self) -> bool:
        """Whether the feed is broken by what was seen last."""
        return self._bad_share or self._in_a_row >= MOST_IN_A_ROW

    def saw(self, read: int, dead: int) -> bool:
        """Note a chunk; return whether the verdict changed. The share is taken anew over each run of at least 200 records."""
        before = self.unhealthy
        self._in_a_row = self._in_a_row + dead if dead == read else 0
        self._read += read
        self._dead += dead
        if self._read >= LEAST_RECORDS:
            self._bad_share = self._dead > MOST_SHARE * self._read
            self._read = self._dead = 0
        return self.unhealthy != before
