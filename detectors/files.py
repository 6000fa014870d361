"""What detectors mean by *access* to a file, and what tells files apart and together.

An access is a file opened, downloaded or copied. Uploads, changes and deletions take nothing out.
"""

import re
import unicodedata

from schemas.identity import fingerprint
from schemas.records import Activity, ClassifiedDocument

__all__ = ["ACCESSES", "file_name_key", "file_of", "identity", "same_content", "same_name"]

ACCESSES = {"open": "opened", "download": "downloaded", "copy": "copied"}
"""The actions that are accesses, each with its past tense."""

_KEY_DIGITS = 16
_COPY_OF = re.compile(r"^copy (?:\(\d+\) )?of ")
_COPIED = re.compile(r"(?: - copy(?: \(\d+\))?| ?\(\d+\)| copy(?: \d+)?)$")
_EXTENSION = re.compile(r"\.[a-z0-9]{1,8}$")


def file_of(activity: Activity) -> ClassifiedDocument | None:
    """Return the one file that a file event is about, or None when it is no access."""
    accessed = activity.kind == "file" and activity.action in ACCESSES and bool(activity.documents)
    return activity.documents[0] if accessed else None


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
    return fingerprint(document.sha256.casefold())[:_KEY_DIGITS] if document.sha256 else ""


def same_name(document: ClassifiedDocument) -> str:
    """Return a short key that documents of one name share, copies included; empty when the name is not known."""
    key = file_name_key(document.name or "")
    return fingerprint(key)[:_KEY_DIGITS] if key else ""


def identity(activity: Activity, document: ClassifiedDocument) -> str:
    """Return a short key that tells files apart: the content hash, else the path, else the name, case aside."""
    return same_content(document) or fingerprint((activity.path or document.name or "").casefold())[:_KEY_DIGITS]
