"""What is written is what some detector takes."""

from schemas.records import Grouping, Kind
from streams.enrichment.wanted import Wanted


class Wants:
    """As much of a detector as is looked at."""

    def __init__(self, grouping: Grouping, *kinds: Kind) -> None:
        """Want these kinds under this grouping."""
        self.grouping = grouping
        self.kinds = frozenset(kinds)


def test_kinds_and_groupings_are_wanted_in_pairs() -> None:
    """A kind under one grouping is not wanted under another's."""
    wanted = Wanted.of([Wants("officer", "mail", "file"), Wants("address", "mail")])  # type: ignore[list-item] # no more is looked at
    assert wanted.kinds == {"mail", "file"}
    assert wanted.under("mail", "address")
    assert wanted.under("file", "officer")
    assert not wanted.under("file", "address")
    assert not wanted.under("mail", "document")
    assert Wanted.of([]).kinds == frozenset()
