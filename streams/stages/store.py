"""What a stage needs of its state: rows read and written in bulk, and a wait until what was written would survive a crash."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Protocol


class Store(Protocol):
    """Rows of bytes under keys of bytes, for one partition at a time."""

    def get_many(self, keys: Sequence[bytes]) -> list[bytes | None]:
        """Return the row under each key, in the order asked; None where there is none. Sees what ``put_many`` wrote before."""

    def keys(self, prefix: bytes) -> Iterator[bytes]:
        """Yield the keys that begin with a prefix, in their order, as they were at the last ``commit``."""

    def put_many(self, rows: Mapping[bytes, bytes | None]) -> None:
        """Write rows; None deletes one. Rows of an earlier call are never durable later than rows of a later call after a ``commit``."""

    async def commit(self) -> None:
        """Return when everything put so far is durable. Raise what made that impossible."""


class MemoryStore:
    """A store in this process alone, for ``scan`` and for tests: durable for as long as the process lives."""

    def __init__(self) -> None:
        """Start empty."""
        self.rows: dict[bytes, bytes] = {}

    def get_many(self, keys: Sequence[bytes]) -> list[bytes | None]:
        """See Store."""
        return [self.rows.get(key) for key in keys]

    def keys(self, prefix: bytes) -> Iterator[bytes]:
        """See Store."""
        return iter(sorted(key for key in self.rows if key.startswith(prefix)))

    def put_many(self, rows: Mapping[bytes, bytes | None]) -> None:
        """See Store."""
        for key, row in rows.items():
            if row is None:
                self.rows.pop(key, None)
            else:
                self.rows[key] = row

    async def commit(self) -> None:
        """See Store; there is nothing to wait for."""
