"""Protective markings and intelligence handling codes as people write them in subjects and file names.

A marking is read only where it stands as one: in brackets, alone, before or behind the text with a separator, or in capitals amid
small letters. ``OFFICIAL-SENSITIVE`` is unmistakable and is read anywhere. "The official handbook" and "secret santa" are no markings.

Markings of the scheme that ended in April 2014 live on in old documents: PROTECT, RESTRICTED and CONFIDENTIAL are read as
OFFICIAL-SENSITIVE. CONFIDENTIAL has no exact heir; the lower one is taken, because the word is also everyday English.
"""

import re
import unicodedata
from functools import lru_cache
from typing import Final
from urllib.parse import unquote

from schemas.records import Marking
from streams.enrichment.marking_words import marking_words

LONGEST = 1_000
"""Characters of a subject or name that are read."""

ORDER: Final[tuple[Marking, ...]] = ("OFFICIAL", "OFFICIAL-SENSITIVE", "SECRET", "TOP SECRET")

_SENSITIVE = re.compile(
    r"""(?<![\w])(?:o[f]{1,2}ic[i]?al|official)                       # misspellings are as common as the word
        [\s:;,./\\|(\[_\u2013\u2014-]*
        (?:sen[sc][iaet]?t?[iae]?[tv]?iv[e]?|sensitive|sens|sen)(?![a-z])""",
    re.IGNORECASE | re.VERBOSE,
)
_SHORT = re.compile(r"(?<![\w&/-])(?:O-S|OFF[ -]?SENS?|Off[ -]?Sens?|off-sens?|OFFICIAL(?: ?[-\u2013] ?S| ?\(S\)))(?![\w&/-])")
_NOT_MARKED = re.compile(r"\b(?:not|non|no longer|never|un)[\s-]*$", re.IGNORECASE)
_REPLY = re.compile(r"^\s*(?:(?:re|fw|fwd|aw|wg)\s*(?:\[\d+\])?\s*:\s*|\[?external\]?\s*[:-]?\s+)+", re.IGNORECASE)
_EXTENSION = re.compile(r"(?:\.[A-Za-z0-9]{1,5}){1,2}$")
_BRACKETS = re.compile(r"[\[({<]([^\])}>]*)[\])}>]")
_APART = re.compile(r"\s*[:;|\u2013\u2014]\s*|\s+-+\s+|\s+/+\s+|\s-+|-+\s|//+")
_TRAIL = re.compile(r"[\s.,!*#=~\"'-]+$|^[\s.,!*#=~\"'-]+")

_FORM = re.compile(r"(?<![\w.])(?:5\s?[x\u00d7]\s?5\s?[x\u00d7]\s?5|3\s?[x\u00d7]\s?5\s?[x\u00d7]\s?2)(?![\w])", re.IGNORECASE)
_HANDLING = re.compile(r"\bhandling(?:\s+(?:code|condition|grade))?\s*[:=-]?\s*(?P<code>[cp1-5])\b", re.IGNORECASE)
_GRADE_3X5X2 = re.compile(r"(?<![a-z0-9])[1-3][\s/-]?[a-e][\s/-]?([pc])(?![a-z0-9])", re.IGNORECASE)
_GRADE_5X5X5 = re.compile(r"(?<![a-z0-9])[a-e][\s/-]?[1-5][\s/-]?([1-5])(?![a-z0-9])", re.IGNORECASE)


def highest(markings: list[Marking]) -> Marking | None:
    """Give the highest of several markings; None of none."""
    return max(markings, key=ORDER.index) if markings else None


@lru_cache(maxsize=16_384)
def read_name(name: str) -> Marking | None:
    """Read the marking in a file name, whose words are parted by underscores and hyphens as well."""
    stem = unquote(name[:LONGEST]).replace("\\", "/").rpartition("/")[2]
    stem = _EXTENSION.sub("", stem) or stem
    return _read(stem, file_name=True)


@lru_cache(maxsize=16_384)
def read_subject(subject: str) -> Marking | None:
    """Read the marking in a subject line, behind any ``RE:`` and ``FW:``."""
    return _read(_REPLY.sub("", subject[:LONGEST]), file_name=False)


@lru_cache(maxsize=16_384)
def read_label(label: str) -> Marking | None:
    """Read the marking in a sensitivity label's name, such as ``OFFICIAL-SENSITIVE - Witness`` or ``Secret``; case does not matter."""
    text = unicodedata.normalize("NFKC", label[:LONGEST])
    if _SENSITIVE.search(text):
        return "OFFICIAL-SENSITIVE"
    return _whole(re.split(r"[\\/:|(\[\u2013\u2014]|\s-\s|_", text.upper())[0])


def is_intelligence_report(text: str) -> bool:
    """Tell whether a subject or name speaks of a 5x5x5 or 3x5x2 intelligence report."""
    return bool(_FORM.search(text[:LONGEST].replace("_", " ")))


def read_handling(text: str) -> Marking | None:
    """Read the handling code of an intelligence report: OFFICIAL-SENSITIVE where it limits who may be told, else None.

    3x5x2: code C (sharing with conditions). 5x5x5: codes 4 (originating agency only) and 5 (no dissemination).
    """
    plain = text[:LONGEST].replace("_", " ")
    if not _FORM.search(plain):
        return None
    plain = _FORM.sub(" ", plain)
    new = _GRADE_3X5X2.search(plain)
    old = _GRADE_5X5X5.search(plain)
    told = _HANDLING.search(plain)
    codes = [match.group(1).upper() for match in (new, old, told) if match is not None]
    limited = any(code in {"C", "4", "5"} for code in codes)
    return "OFFICIAL-SENSITIVE" if limited else None


def _read(text: str, *, file_name: bool) -> Marking | None:
    text = unicodedata.normalize("NFKC", text)
    spaced = re.sub(r"[_+]+", " ", text) if file_name else text
    found: list[Marking] = []
    for match in (*_SENSITIVE.finditer(spaced), *_SHORT.finditer(spaced)):
        if not _NOT_MARKED.search(spaced[: match.start()]):
            found.append("OFFICIAL-SENSITIVE")
            break
    found.extend(marking for marking in map(_whole, _BRACKETS.findall(spaced)) if marking)
    outside = _BRACKETS.sub(" | ", spaced)
    pieces = [piece for piece in _APART.split(outside) if piece.strip()]
    for place in {0, len(pieces) - 1} if pieces else ():
        marking = _whole(pieces[place], alone=len(pieces) == 1 and outside == spaced, small=not file_name or len(pieces) > 1)
        if marking:
            found.append(marking)
    if file_name:
        found.extend(_leading(spaced))
    found.extend(_shouted(spaced))
    return highest(found)


def _whole(piece: str, *, alone: bool = False, small: bool = True) -> Marking | None:
    """Read a piece that is nothing but a marking with its caveats; ``OS`` and PROTECT only in capitals."""
    words = _TRAIL.sub("", re.sub(r"[\s_/-]+", " ", piece)).split()
    if len(words) > 1 and words[0].upper() in marking_words().before and words[1].isupper():
        words = words[1:]
    for count in (3, 2, 1):
        head = " ".join(words[:count])
        marking = marking_words().markings.get(head.upper()) if len(words) >= count else None
        if marking is None or any(word.upper() not in marking_words().caveats for word in words[count:]):
            continue
        capital = head.isupper()
        if capital or (small and head.upper() not in {"OS", "O S", "PROTECT", "OFFICIAL"} and (head[0].isupper() or alone)):
            return marking
        if alone and head.upper() in {"SECRET", "TOP SECRET"}:
            return marking
        if head == "Official" and not alone:
            return "OFFICIAL"
    return None


def _leading(text: str) -> list[Marking]:
    """Read a marking in capitals at the start or the end of a file name: ``OS_witness_statement``, ``Minutes-RESTRICTED``."""
    table = marking_words()
    words = re.split(r"[\s-]+", text.strip())
    for count in (2, 1):
        head, tail = " ".join(words[:count]), " ".join(words[-count:])
        following = words[count].upper() if len(words) > count else ""
        if (
            head in table.markings
            and following not in table.everyday.get(head, ())
            and not (text.isupper() and len(words) > count and head != "OS")
        ):
            return [table.markings[head]]
        if tail in table.markings and len(words) > count and not text.isupper():
            return [table.markings[tail]]
    return []


def _shouted(text: str) -> list[Marking]:
    """Read SECRET and TOP SECRET in capitals amid small letters; the other words shout too often in plain English."""
    if text.isupper():
        return []
    table = marking_words()
    found: list[Marking] = []
    for match in re.finditer(r"(?<![\w-])(TOP[ -]SECRET|SECRET)(?![\w])(?:[\s-]+(\w+))?", text):
        word = match.group(1).replace("-", " ")
        if (match.group(2) or "").upper() not in table.everyday[word] and not _NOT_MARKED.search(text[: match.start()]):
            found.append(table.markings[word])
    return found
