"""A store for one process and one run that is larger than memory: rows beyond a bound wait in a temporary SQLite database."""

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from itertools import takewhile
from types import TracebackType
from typing import Final, Self

from streams.errors import CustodietError

_MEMORY: Final = 48 * 1024 * 1024
_OVERHEAD: Final = 200
"""Bytes that Python adds to each held row."""


class SpillStore:
    """See streams.stages.store.Store. Rows stay in memory up to ``memory`` bytes; then those that were written longest ago leave it.

    Use it as a context: leaving removes what is on disk, where SQLite keeps its temporary files (SQLITE_TMPDIR, TMPDIR). Raises
    CustodietError when that cannot be written.
    """

    def __init__(self, memory: int = _MEMORY) -> None:
        """Start empty."""
        self._memory = memory
        self._rows: dict[bytes, bytes | None] = {}  # None: deleted, but perhaps still on disk
        self._size = 0
        self._disk: sqlite3.Connection | None = None

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None) -> None:
        """Remove everything."""
        self._rows.clear()
        if self._disk is not None:
            self._disk.close()

    def get_many(self, keys: Sequence[bytes]) -> list[bytes | None]:
        """See Store."""
        rows = self._rows
        return [rows[key] if key in rows else self._from_disk(key) for key in keys]

    def keys(self, prefix: bytes) -> Iterator[bytes]:
        """See Store."""
        held = {key for key, row in self._rows.items() if row is not None and key.startswith(prefix)}
        if self._disk is not None:
            found = self._disk.execute("SELECT name FROM rows WHERE name >= ? ORDER BY name", (prefix,))
            held |= {key for (key,) in takewhile(lambda row: row[0].startswith(prefix), found) if key not in self._rows}
        return iter(sorted(held))

    def put_many(self, rows: Mapping[bytes, bytes | None]) -> None:
        """See Store."""
        for key, row in rows.items():
            if key in self._rows:  # what is written again goes to the end: it leaves last
                self._size -= _weight(key, self._rows.pop(key))
            if row is None and self._disk is None:
                continue
            self._rows[key] = row
            self._size += _weight(key, row)
        if self._size > self._memory:
            self._spill()

    async def commit(self) -> None:
        """See Store; it is durable for as long as the process lives."""

    def _from_disk(self, key: bytes) -> bytes | None:
        if self._disk is None:
            return None
        found = self._disk.execute("SELECT value FROM rows WHERE name = ?", (key,)).fetchone()
        return None if found is None else bytes(found[0])

    def _spill(self) -> None:
        """Write the older half to disk, by size."""
        kept, leaving = self._size // 2, []
        for key, row in self._rows.items():
            if self._size <= kept:
                break
            self._size -= _weight(key, row)
            leaving.append((key, row))
        try:
            disk = self._disk = self._disk or _opened()
            disk.execute("BEGIN")
            disk.executemany("DELETE FROM rows WHERE name = ?", [(key,) for key, row in leaving if row is None])
            disk.executemany("REPLACE INTO rows VALUES (?, ?)", [(key, row) for key, row in leaving if row is not None])
            disk.execute("COMMIT")
        except sqlite3.Error as error:
            raise CustodietError(f"cannot write temporary files: {error} (set TMPDIR)") from error
        for key, _ in leaving:
            del self._rows[key]


def _opened() -> sqlite3.Connection:
    disk = sqlite3.connect("", isolation_level=None)  # without a name: private, and removed when it is closed
    disk.execute("PRAGMA journal_mode = OFF")
    disk.execute("PRAGMA synchronous = OFF")
    disk.execute("PRAGMA cache_size = -8000")
    disk.execute("CREATE TABLE rows (name BLOB PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID")
    return disk


def _weight(key: bytes, row: bytes | None) -> int:
    return len(key) + (0 if row is None else len(row)) + _OVERHEAD
