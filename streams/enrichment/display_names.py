"""What a display name says of the person behind an address, held against one officer's names."""

from typing import Literal, TypeAlias

from streams.enrichment.name_words import name_words
from streams.enrichment.names import Person, words

Shown: TypeAlias = Literal["nothing", "full", "generation", "initial-surname", "forename", "self", "belongings", "someone-else"]
"""``self`` is "Me"; ``belongings`` is "home e-mail"; ``generation`` is the officer's name with Jr or Sr behind it."""

_ME = frozenset({"me", "myself", "self"})


def read_display(display: str, known: Person) -> Shown:  # noqa: PLR0911 - a decision list: one verdict a line
    """Compare a display name with an officer; an address shown as a name says nothing."""
    if "@" in display:
        return "nothing"
    said = words(display)
    table = name_words()
    generation = bool(table.generation.intersection(said)) and not known.generation
    kept = [word for word in said if word not in table.generation and word not in table.titles]
    if not kept:
        return "nothing"
    if set(kept) <= _ME:
        return "self"
    bare = [word for word in kept if word not in table.self_words and word not in table.neutral]
    if not bare:
        return "belongings" if table.self_words.intersection(kept) else "nothing"
    surname, rest = _without_surname(bare, known)
    if surname:
        if any(word in known.firsts or word in known.middles for word in rest):
            return "generation" if generation else "full"
        if rest and all(len(word) == 1 for word in rest) and rest[0] in {text[0] for text in known.initials}:
            return "initial-surname"
        return "someone-else" if rest else "nothing"
    names = [word for word in bare if len(word) > 1]
    letters = {word for word in bare if len(word) == 1}
    if names and set(names) <= known.firsts | known.middles and letters <= {text[0] for text in known.initials | known.surnames}:
        return "forename"
    return "someone-else" if len(bare) > 1 or len(bare[0]) > 2 else "nothing"


def _without_surname(said: list[str], known: Person) -> tuple[bool, list[str]]:
    for length in range(len(said), 0, -1):
        for start in range(len(said) - length + 1):
            if "".join(said[start : start + length]) in known.surnames:
                rest = said[:start] + said[start + length :]
                # Of a double surname, what is left of it is no forename.
                return True, [word for word in rest if word not in known.surnames or word in known.firsts]
    return False, said
