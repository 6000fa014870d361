"""A person's names as a personnel record writes them -> what an address could be made of."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from streams.enrichment.name_words import name_words

# Letters that Unicode does not take apart into a base letter and a mark.
_LETTERS = str.maketrans({"ø": "o", "æ": "ae", "œ": "oe", "ß": "ss", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "\u0131": "i"})
_FORMERLY = re.compile(r"\b(?:n[ée]e|formerly|born|previously|known as|aka)\b[:\s]*", re.IGNORECASE)
_APART = re.compile(r"[\[(\"“]([^\])\"”]*)[\])\"”]")


@dataclass(frozen=True, slots=True)
class Person:
    """All that is known of how one person is called, folded to a-z.

    ``firsts`` are forenames with nicknames and the parts of double names, ``initials`` the leading initials of each name in order
    (``("j", "ja")``), ``surnames`` the whole surnames and their parts, maiden names too.
    """

    firsts: frozenset[str]
    middles: frozenset[str]
    initials: frozenset[str]
    surnames: frozenset[str]
    generation: bool


def letters(text: str) -> str:
    """Fold to plain a-z and drop everything else."""
    plain = unicodedata.normalize("NFKD", text.casefold()).translate(_LETTERS)
    return "".join(char for char in plain if "a" <= char <= "z")


def words(text: str) -> list[str]:
    """Split into folded words; apostrophes join (``O'Neill``), everything else that is no letter parts."""
    plain = unicodedata.normalize("NFKD", text.casefold()).translate(_LETTERS)
    plain = "".join(char for char in plain if not unicodedata.combining(char) and char not in "'\u2019\u2018`\u00b4")
    return "".join(char if "a" <= char <= "z" else " " for char in plain).split()


@lru_cache(maxsize=16_384)
def person(names: tuple[str, ...]) -> Person:
    """Unite all names of one officer's records: a maiden name goes with every forename."""
    firsts: set[str] = set()
    middles: set[str] = set()
    initials: set[str] = set()
    surnames: set[str] = set()
    generation = False
    for name in names:
        given, family, extra = _split(name)
        generation = generation or bool(name_words().generation.intersection(words(name)))
        for surname in family:
            surnames.update(_surname_forms(surname))
        if not given:
            continue
        called = [*words(given[0]), letters(given[0]), *extra]
        for word in called:
            firsts.update(name_words().nicknames.get(word, (word,)))
            firsts.add(word)
        middles.update(letters(word) for word in given[1:])
        parts = [word[0] for piece in given for word in words(piece)]
        initials.update("".join(parts[:count]) for count in range(1, len(parts) + 1))
        initials.add("".join(letters(piece)[:1] for piece in given))
    middles = {word for word in middles if len(word) > 1}
    firsts.discard("")
    return Person(frozenset(firsts), frozenset(middles - firsts), frozenset(initials - {""}), frozenset(surnames - {""}), generation)


def _split(name: str) -> tuple[list[str], list[str], list[str]]:
    """Give (forenames in order, surnames as written, further forenames such as a nickname in brackets)."""
    extra: list[str] = []
    family: list[str] = []
    for piece in _APART.findall(name):
        if _FORMERLY.search(piece):
            family.append(_FORMERLY.sub("", piece))
        else:
            extra.extend(words(piece))
    name = _APART.sub(" ", name)
    name, *former = _FORMERLY.split(name)
    family.extend(former)
    if "," in name:
        surname, _, rest = name.partition(",")
        given = _without_titles(rest.split())
        if not given or all(letters(word) in name_words().generation for word in given):
            given, surname = _tail(surname)
    else:
        given, surname = _tail(name)
    family.insert(0, " ".join(_without_titles(surname.split())))
    return given, [piece for piece in family if letters(piece)], extra


def _tail(name: str) -> tuple[list[str], str]:
    pieces = _without_titles(name.split())
    if len(pieces) < 2:
        return [], " ".join(pieces)
    start = len(pieces) - 1
    while start > 1 and letters(pieces[start - 1]) in name_words().particles:
        start -= 1
    return pieces[:start], " ".join(pieces[start:])


def _without_titles(pieces: Iterable[str]) -> list[str]:
    kept = [piece for piece in pieces if letters(piece) and letters(piece) not in name_words().generation]
    while len(kept) > 1 and letters(kept[0]) in name_words().titles and len(letters(kept[0])) > 1:
        kept.pop(0)
    return kept


def _surname_forms(surname: str) -> set[str]:
    forms = {letters(surname)}
    parts = words(surname)
    forms.update(part for part in parts if part not in name_words().particles and len(part) > 1)
    return forms
