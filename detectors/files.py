"""What detectors mean by *access* to a file, and what tells files apart and together.

An access is a file opened, downloaded or copied. Uploads, changes and deletions take nothing out.
"""

import re
import unicodedata
from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType

from schemas.identity import fingerprint
from schemas.records import Activity, ClassifiedDocument, FileAction

__all__ = ["ACCESSES", "file_name_key", "file_of", "identity", "is_sensitive", "same_content", "same_name", "told"]

ACCESSES: Mapping[FileAction, str] = MappingProxyType({"open": "opened", "download": "downloaded", "copy": "copied"})
"""The actions that are accesses, each with its past tense."""

_KEY_DIGITS = 16
_REMEMBERED = 16_384
"""How many names are kept with their keys: a key's files are looked at anew with each that comes."""

_COPY_OF = re.compile(r"^copy (?:\(\d+\) )?of ")
_COPIED = re.compile(r"(?: - copy(?: \(\d+\))?| ?\(\d+\)| copy(?: \d+)?)$")
_EXTENSION = re.compile(r"\.[a-z0-9]{1,8}$")


def file_of(activity: Activity) -> ClassifiedDocument | None:
    """Return the one file that a file event is about, or None when it is no access."""
    accessed = activity.kind == "file" and activity.action in ACCESSES and bool(activity.documents)
    return activity.documents[0] if accessed else None


def is_sensitive(file: ClassifiedDocument) -> bool:
    """Tell whether a file is OFFICIAL-SENSITIVE or above, has a category or concerns a protected person."""
    return bool(file.categories) or file.protected_person or file.marking not in {None, "OFFICIAL"}


def told(activity: Activity, file: ClassifiedDocument) -> str:
    """Return what was done to the file, for a summary."""
    done = next((past for action, past in ACCESSES.items() if action == activity.action), "accessed")
    return f"{f'“{file.name}”' if file.name else 'a file'} was {done}"


@lru_cache(maxsize=_REMEMBERED)
def file_name_key(name: str) -> str:
    """Return a file name without case, outer blanks and what copying adds: ``Plan - Copy (2).docx``, ``Copy of plan (1).docx``."""
    folded = unicodedata.normalize("NFKC", name).casefold().strip()
    found = _EXTENSION.search(folded)
    extension = found.group() if found else ""
    stem = folded.removesuffix(extension).strip()
    while True:
        shorter = _COPIED.sub("", _COPY_OF.sub("", stem)).strip()
        if shorter in {stem, ""}:
            return stem + extension
        stem = shorter


def same_content(document: ClassifiedDocument) -> str:
    """Return a short key that documents of one content share; empty when the content hash is not known."""
    return _short(document.sha256.casefold()) if document.sha256 else ""


def same_name(document: ClassifiedDocument) -> str:
    """Return a short key that documents of one name share, copies included; empty when the name is not known."""
    key = file_name_key(document.name or "")
    return _short(key) if key else ""


def identity(activity: Activity, document: ClassifiedDocument) -> str:
    """Return a short key that tells files apart: the content hash, else the path, else the name, case aside."""
    return same_content(document) or _short((activity.path or document.name or "").casefold())


@lru_cache(maxsize=_REMEMBERED)
def _short(text: str) -> str:
    return fingerprint(text)[:_KEY_DIGITS]
