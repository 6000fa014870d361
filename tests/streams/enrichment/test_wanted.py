"""What is written is what some detector takes."""

from typing import get_args

from schemas.records import FileAction, Grouping, Kind
from streams.enrichment.wanted import Wanted


class Wants:
    """As much of a detector as is looked at."""

    def __init__(self, grouping: Grouping, *kinds: Kind, actions: tuple[FileAction, ...] = ("open",)) -> None:
        """Want these kinds under this grouping; of files these actions."""
        self.grouping = grouping
        self.kinds = frozenset(kinds)
        self.actions = frozenset(actions)


def test_kinds_and_groupings_are_wanted_in_pairs() -> None:
    """A kind under one grouping is not wanted under another's."""
    wanted = Wanted.of([Wants("officer", "mail", "file"), Wants("address", "mail")])  # type: ignore[list-item] # no more is looked at
    assert wanted.kinds == {"mail", "file"}
    assert wanted.under("mail", "address")
    assert wanted.under("file", "officer")
    assert not wanted.under("file", "address")
    assert not wanted.under("mail", "document")
    assert Wanted.of([]).kinds == frozenset()


def test_of_files_the_actions_are_wanted_that_some_detector_of_files_takes() -> None:
    """What a detector of mails says of actions is nothing; who says nothing of actions takes them all."""
    them = [Wants("officer", "file"), Wants("document", "file", actions=("copy",)), Wants("officer", "mail", actions=("print",))]
    assert Wanted.of(them).actions == {"open", "copy"}  # type: ignore[arg-type] # no more is looked at
    assert Wanted(frozenset({("file", "officer")})).actions == frozenset(get_args(FileAction))
