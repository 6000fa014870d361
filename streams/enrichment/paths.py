"""Paths and sites in one form, and patterns over them: a UNC path, a drive path and a URL are compared alike."""

import re
from collections.abc import Callable
from urllib.parse import unquote

LONGEST = 8_000
"""Characters of a path that are looked at."""

_SCHEME = re.compile(r"^[a-z][a-z0-9+.-]*://", re.IGNORECASE)
_SLASHES = re.compile(r"(?<!^)/{2,}|^/{3,}")


def normal_path(path: str) -> str:
    """Fold case, turn backslashes, undo URL encoding, drop scheme, query and fragment: ``//host/share/folder/file``."""
    path = path[:LONGEST].strip()
    if _SCHEME.match(path):
        path = "//" + re.split(r"[?#]", _SCHEME.sub("", path), maxsplit=1)[0]
        path = unquote(path)
    elif re.search(r"%[0-9a-fA-F]{2}", path):
        path = unquote(path)
    path = path.replace("\\", "/")
    for prefix in ("//?/unc/", "//./unc/"):
        if path.casefold().startswith(prefix):
            path = "//" + path[len(prefix) :]
    if path.startswith(("//?/", "//./")):
        path = path[4:]
    return _SLASHES.sub("/", path).casefold()


def path_rule(pattern: str) -> Callable[[str], bool]:
    """Compile a rule over normalised paths.

    With ``*`` or ``?`` it is a glob, in which ``*`` crosses folders. Without, it is a prefix that ends at a folder: from the root where the
    pattern has one (``//server``, ``d:/``), else a run of folders anywhere in the path (``Witness Protection``).
    """
    plain = normal_path(pattern).rstrip("/")
    if "*" in plain or "?" in plain:
        rooted = plain if _is_rooted(plain) or plain.startswith("*") else f"*/{plain.lstrip('/')}"
        return glob_rule(rooted, below=True)
    if _is_rooted(plain):
        return lambda path: path == plain or path.startswith(plain + "/")
    inner = plain.strip("/")
    return lambda path: bool(inner) and f"/{inner}/" in f"/{path}/"


def glob_rule(pattern: str, *, below: bool = False) -> Callable[[str], bool]:
    """Compile a glob in which only ``*`` and ``?`` are special; ``below`` lets it match a folder above the file as well.

    The stars are matched piece by piece, earliest first, so that no pattern takes more than time proportional to pattern times text.
    """
    pieces = [re.compile(".".join(map(re.escape, piece.split("?"))), re.DOTALL) for piece in re.split(r"\*+", pattern)]

    def matches(text: str) -> bool:
        return _glob(pieces, text) or (below and any(_glob(pieces, text[:end]) for end in _folders(text)))

    return matches


def _glob(pieces: list[re.Pattern[str]], text: str) -> bool:
    if len(pieces) == 1:
        return pieces[0].fullmatch(text) is not None
    first = pieces[0].match(text)
    if first is None:
        return False
    place = first.end()
    for piece in pieces[1:-1]:
        found = piece.search(text, place)
        if found is None:
            return False
        place = found.end()
    # A piece has a fixed length: every character stands for one.
    start = len(text) - _length(pieces[-1])
    return start >= place and pieces[-1].fullmatch(text, start) is not None


def _length(piece: re.Pattern[str]) -> int:
    return len(re.sub(r"\\(.)", r"\1", piece.pattern, flags=re.DOTALL))


def _folders(text: str) -> list[int]:
    return [place for place, char in enumerate(text) if char == "/" and place > 1]


def _is_rooted(path: str) -> bool:
    return path.startswith("//") or (len(path) > 1 and path[1] == ":")
