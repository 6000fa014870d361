"""Paths of files: URLs, UNC paths and drive paths."""

import re
from urllib.parse import unquote

# Written and read by programs beside the file or in the folder that somebody opens: Office's notes of who has a file open, and what
# Explorer, Finder and LibreOffice keep of a folder.
_FURNITURE = frozenset({"desktop.ini", "thumbs.db", "ehthumbs.db", ".ds_store", ".directory"})
_LOCKS = ("~$", ".~lock.", "._")


def last_part(path: str) -> str:
    """Return the name at the end of a URL, a UNC path or a drive path."""
    bare = path.rstrip("/\\")
    is_url = "://" in bare
    if is_url:
        bare = bare.split("?", 1)[0].split("#", 1)[0]
    name = re.split(r"/" if is_url else r"[/\\]", bare)[-1]
    return (unquote(name) if is_url else name) or path


def is_furniture(name: str) -> bool:
    """Whether a file of this name holds no document, only what a program notes of one or of its folder."""
    folded = name.lower()
    return folded in _FURNITURE or folded.startswith(_LOCKS)
