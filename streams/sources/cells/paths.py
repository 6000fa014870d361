"""Paths of files: URLs, UNC paths and drive paths."""

import re
from urllib.parse import unquote


def last_part(path: str) -> str:
    """Return the name at the end of a URL, a UNC path or a drive path."""
    bare = path.rstrip("/\\")
    is_url = "://" in bare
    if is_url:
        bare = bare.split("?", 1)[0].split("#", 1)[0]
    name = re.split(r"/" if is_url else r"[/\\]", bare)[-1]
    return (unquote(name) if is_url else name) or path
