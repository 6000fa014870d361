"""The words that the reading of markings knows (``lists/markings.yaml``)."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources

from ruamel.yaml import YAML

from schemas.records import Marking


@dataclass(frozen=True, slots=True)
class MarkingWords:
    """All in capitals.

    ``before`` may stand in front of a marking; ``everyday`` gives, for a marking word, what makes it plain English when it follows.
    """

    markings: Mapping[str, Marking]
    caveats: frozenset[str]
    before: frozenset[str]
    everyday: Mapping[str, frozenset[str]]


@cache
def marking_words() -> MarkingWords:
    """Read the table once; it is part of the distribution."""
    text = resources.files(__package__).joinpath("lists", "markings.yaml").read_text(encoding="utf-8")
    table = YAML(typ="safe", pure=True).load(text)
    return MarkingWords(
        markings=table["markings"]["words"],
        caveats=frozenset(table["caveats"]["words"]),
        before=frozenset(table["before"]["words"]),
        everyday={word: frozenset(after) for word, after in table["everyday"]["after"].items()},
    )
