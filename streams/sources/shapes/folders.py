"""A folder as an input: the files in it, and how large they are together."""

from collections.abc import Iterator
from pathlib import Path


def files(path: Path) -> Iterator[Path]:
    """Yield ``path`` itself when it is a file, else every file below it in the order of names; links to folders are not followed."""
    if not path.is_dir():
        yield path
        return
    for entry in sorted(path.iterdir()):
        if entry.is_dir():
            if not entry.is_symlink():
                yield from files(entry)
        elif entry.is_file():
            yield entry


def size(path: Path) -> int:
    """Return the bytes of a file, or of all files below a folder."""
    return sum(file.stat().st_size for file in files(path))
