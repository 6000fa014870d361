"""What a local part says of the person behind an address, held against one officer's names and collar number."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from schemas.records import Own
from streams.enrichment.name_words import name_words
from streams.enrichment.names import Person, letters, words

_SHORT_NAME = 6
"""Letters of forename and surname together below which only a parted spelling counts: ``joli`` is a word, ``jo.li`` a name."""

_SHORT_SURNAME = 4
_DIGITS = re.compile(r"[0-9]+")
_BIRTH_YEAR = range(1930, 2016)
_LOOK_ALIKES = (str.maketrans("013457", "oieast"), str.maketrans("013457", "oleast"))


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found: how sure, the reason code, and whether a whole name (and not an initial) carries it."""

    own: Own
    reason: str
    whole: bool = False


_NOTHING = Finding("no", "")


def read_local(local: str, known: Person, collar_number: str | None) -> Finding:
    """Compare a local part with an officer; the strongest finding wins."""
    if not known.surnames:
        return _NOTHING
    said = words(local)
    plain = "".join(said)
    findings = [_whole(plain, said, known), _by_initials(plain, known), _by_collar(local, plain, known, collar_number)]
    if _DIGITS.search(local):
        decoded = {letters(local.translate(table)) for table in _LOOK_ALIKES}
        if len(plain) > 2 and not decoded.isdisjoint(_full_names(known)):
            findings.append(Finding("likely", "digits-for-letters", whole=True))
    return max(findings, key=lambda finding: ("no", "possible", "likely").index(finding.own) * 2 + bool(finding.reason))


def read_domain(local: str, domain: str, known: Person) -> Finding:
    """Compare an address at a domain of one's own: ``chris@ashdown.me.uk``, ``me@chrisashdown.co.uk``, ``bill@fairbrother.plus.com``."""
    name = letters(domain.partition(".")[0])
    plain = letters(local)
    table = name_words()
    if name in _full_names(known) and len(name) >= _SHORT_NAME and plain in known.firsts | known.initials | table.neutral:
        return Finding("likely", "name-domain", whole=True)
    name = name if name in known.surnames else name.removeprefix("the").removesuffix("family").removesuffix("s")
    if name in known.surnames and len(name) >= _SHORT_SURNAME:
        if plain in known.firsts:
            return Finding("likely", "forename-at-surname", whole=True)
        if plain in known.initials:
            return Finding("possible", "initial-at-surname")
    return _NOTHING


def _whole(plain: str, said: list[str], known: Person) -> Finding:
    if plain in _full_names(known):
        joined = len(plain) < _SHORT_NAME and len(said) < 2
        return Finding("possible" if joined else "likely", "name-short" if joined else "name-full", whole=True)
    edges = _edges(said)
    for name in _longest_first(_full_names(known)):
        if len(name) < _SHORT_NAME:
            continue
        start = plain.find(name)
        if start < 0:
            continue
        end = start + len(name)
        finding = _beside(plain[:start], plain[end:], apart=(start in edges, end in edges), known=known)
        if finding.reason:
            return finding
    return _between(plain, said, known)


def _beside(before: str, after: str, *, apart: tuple[bool, bool], known: Person) -> Finding:
    """Judge what stands before and after a whole name."""
    table = name_words()
    if before + after in table.generation and not known.generation:
        return Finding("possible", "generation", whole=True)
    if {before, after} & table.role:
        return _NOTHING
    if not after and before.endswith("and") and _somebody(before.removesuffix("and"), apart=apart[0]):
        return Finding("likely", "name-joint", whole=True)
    if all(not rest or _made_of(rest, table.neutral | table.titles) for rest in (before, after)):
        return Finding("likely", "name-with-words", whole=True)
    # A longer word that merely holds the letters (jonsmithers) says nothing; a word beside the name may be anything.
    clear = all(not rest or edge or len(rest) > 3 for rest, edge in zip((before, after), apart, strict=True))
    return Finding("possible", "name-within", whole=True) if clear else _NOTHING


def _between(plain: str, said: list[str], known: Person) -> Finding:
    """Judge what stands between a forename and the surname, or in a forename's place."""
    other = _NOTHING
    for surname in _longest_first(known.surnames):
        if len(surname) < _SHORT_SURNAME:
            continue
        for rest in (plain.removesuffix(surname), plain.removeprefix(surname)):
            if rest == plain or not rest:
                continue
            found = _after_forename(rest, said, known)
            if found.own == "likely" or len(rest) == 1:
                return found
            if found.reason:
                other = found
            elif len(rest) > 2 and not other.reason and rest not in name_words().titles:
                other = Finding("no", "other-forename")
    return other


def _after_forename(rest: str, said: list[str], known: Person) -> Finding:
    """Judge a local part without its surname by what follows the forename in it."""
    found = _NOTHING
    for first in _longest_first(known.firsts):
        between = rest.removeprefix(first)
        if between == rest or not between:
            continue
        if between.startswith("and") and _somebody(between.removeprefix("and"), apart="and" in said):
            return Finding("likely", "name-joint", whole=True)
        if len(between) == 1 and not known.middles:
            return Finding("likely", "name-middle-initial", whole=True)
        if len(between) == 1:
            return Finding("possible", "other-middle-initial", whole=True)
        if len(first) > 2:
            found = Finding("possible", "name-with-other", whole=True)
    return found


def _by_initials(plain: str, known: Person) -> Finding:
    table = name_words()
    for surname in known.surnames:
        if plain == surname or surname not in plain:
            continue
        rest = plain.removesuffix(surname) if plain.endswith(surname) else plain.removeprefix(surname)
        if rest not in known.initials and not _double(rest, known):
            continue
        if len(rest) > 1 and len(surname) >= _SHORT_SURNAME:
            return Finding("likely", "initials-surname")
        rare = surname not in table.common_surnames and len(surname) >= _SHORT_SURNAME
        return Finding("likely" if rare else "possible", "initial-surname")
    if any(plain == first + surname[0] for first in known.firsts if len(first) > 2 for surname in known.surnames):
        return Finding("possible", "forename-initial")
    if len(plain) > 2 and plain in _all_initials(known):
        return Finding("possible", "initials")
    return _NOTHING


def _by_collar(local: str, plain: str, known: Person, collar_number: str | None) -> Finding:
    collar = "".join(_DIGITS.findall(collar_number or ""))
    if len(collar) < 3 or collar not in _DIGITS.findall(local):
        return _NOTHING
    table = name_words()
    for title in sorted(table.titles, key=len, reverse=True):
        if plain == title:
            return Finding("likely", "collar-number")
        if plain.startswith(title) and plain.removeprefix(title) in known.surnames | known.firsts:
            plain = plain.removeprefix(title)
            break
    if plain in known.firsts | known.middles | known.surnames | known.initials | _all_initials(known):
        # A surname with a collar number that could be a year of birth fits the whole family.
        year = len(collar) == 4 and int(collar) in _BIRTH_YEAR
        return Finding("possible" if year else "likely", "collar-number-and-name")
    return Finding("possible", "collar-digits")


def _somebody(word: str, *, apart: bool) -> bool:
    """Tell whether what stands beside ``and`` is another forename; run together (``roland``) only a known one counts."""
    return len(word) > 2 and (apart or word in name_words().nicknames)


def _double(rest: str, known: Person) -> bool:
    """Tell whether ``rest`` is the initials of all names but the last part of a double surname (``mac`` before ``wilson``)."""
    return len(rest) > 1 and rest[:-1] in known.initials and rest[-1] in {surname[0] for surname in known.surnames}


@lru_cache(maxsize=65_536)
def _longest_first(texts: frozenset[str]) -> tuple[str, ...]:
    return tuple(sorted(texts, key=lambda text: (-len(text), text)))


@lru_cache(maxsize=16_384)
def _full_names(known: Person) -> frozenset[str]:
    return frozenset(_spellings(known))


def _spellings(known: Person) -> Iterator[str]:
    middle_initials = {text[1:] for text in known.initials if len(text) > 1}
    for surname in known.surnames:
        for first in known.firsts:
            if first == surname:
                continue
            for middle in ("", *known.middles, *middle_initials):
                yield first + middle + surname
                yield surname + first + middle
            for other in known.surnames - {surname}:
                yield first + other + surname
        for middle in known.middles:
            yield middle + surname
            yield surname + middle
            for initial in known.initials:
                if len(initial) == 1:
                    yield initial + middle + surname


def _all_initials(known: Person) -> frozenset[str]:
    return frozenset(initial + surname[0] for initial in known.initials for surname in known.surnames) | frozenset(
        initial + "".join(part[0] for part in parts) for initial in known.initials for parts in _double_surnames(known)
    )


def _double_surnames(known: Person) -> Iterator[tuple[str, str]]:
    for left in known.surnames:
        for right in known.surnames:
            if left != right and left + right in known.surnames:
                yield left, right


def _edges(said: list[str]) -> set[int]:
    edges = {0}
    for word in said:
        edges.add(max(edges) + len(word))
    return edges


def _made_of(text: str, known: frozenset[str]) -> bool:
    reach = {0}
    for end in range(1, len(text) + 1):
        if any(text[start:end] in known for start in reach):
            reach.add(end)
    return len(text) in reach
