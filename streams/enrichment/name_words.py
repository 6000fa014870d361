"""The words that the own-account resolver knows: nicknames, common surnames, titles, role mailboxes (``lists/names.yaml``)."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources

from ruamel.yaml import YAML


@dataclass(frozen=True, slots=True)
class NameWords:
    """Every word is folded to a-z (and digits for ``2nd``). ``nicknames`` maps a forename to all that may stand for it."""

    nicknames: Mapping[str, frozenset[str]]
    common_surnames: frozenset[str]
    titles: frozenset[str]
    neutral: frozenset[str]
    generation: frozenset[str]
    self_words: frozenset[str]
    role: frozenset[str]
    particles: frozenset[str]


@cache
def name_words() -> NameWords:
    """Read the table once; it is part of the distribution."""
    text = resources.files(__package__).joinpath("lists", "names.yaml").read_text(encoding="utf-8")
    table = YAML(typ="safe", pure=True).load(text)
    nicknames: dict[str, set[str]] = {}
    for group in table["nicknames"]["groups"]:
        # The first word is the full name. Short forms of one name stand for it and for each other: Bill is Will is William.
        for word in group:
            nicknames.setdefault(word, set()).update(group)
    return NameWords(
        nicknames={word: frozenset(group) for word, group in nicknames.items()},
        common_surnames=frozenset(table["common_surnames"]["names"]),
        titles=frozenset(table["titles"]["words"]),
        neutral=frozenset(table["neutral_words"]["words"]),
        generation=frozenset(table["generation_words"]["words"]),
        self_words=frozenset(table["self_words"]["words"]),
        role=frozenset(table["role_words"]["words"]),
        particles=frozenset(table["particles"]["words"]),
    )


def is_role(local: str) -> bool:
    """Tell whether a local part names a role and not a person (``info``, ``sales-team``, ``no.reply``)."""
    roles = name_words().role
    words = "".join(char if char.isalpha() else " " for char in local.casefold()).split()
    return "".join(words) in roles or any(word in roles for word in words)
