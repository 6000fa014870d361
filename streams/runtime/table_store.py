"""A stage's state: a Faust table's changelog and its local RocksDB copy, written in the one order that survives a crash.

Stock Faust writes the local copy first and the changelog some time later. A worker killed between the two comes back with rows that no
changelog holds; it takes the redelivered record for known, writes nothing, and the fact is lost as soon as the partition moves. Here the
changelog comes first: rows are sent, the broker's acknowledgement is awaited, and only then the local copy takes them, together with the
changelog offset it now stands for, in one atomic write. The local copy is never ahead; where it is behind, recovery replays the rest.
"""

from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from itertools import takewhile
from typing import Any, Final, cast

import faust
from faust.stores import rocksdb
from faust.types import FutureMessage
from rocksdict import Rdict, WriteBatch

from streams.runtime.names import TABLE
from streams.runtime.sender import Sender, ToSend

CACHE_BYTES: Final = 64 * 1024 * 1024
"""RocksDB's block caches of all partitions together; Faust's default is 2 GiB for each."""
WRITE_BUFFER_BYTES: Final = 4 * 1024 * 1024


class StateFault(Exception):  # noqa: N818 - what has befallen the state, not an error of the stage that asked
    """The state cannot be read or written (a full disk, a broken file, a producer that gave up); the worker cannot go on."""


class StateTable(faust.Table[bytes, bytes]):
    """A table that Faust assigns and recovers, and that only TableStore writes."""

    def on_key_set(self, key: Any, value: Any) -> None:  # noqa: ARG002 - Faust's signature
        """Refuse: a row written past TableStore would be in the local copy before it is in the changelog."""
        raise TypeError("write state through TableStore")

    def on_key_del(self, key: Any) -> None:  # noqa: ARG002 - Faust's signature
        """Refuse, as ``on_key_set``."""
        raise TypeError("write state through TableStore")

    def _on_changelog_sent(self, fut: FutureMessage) -> None:
        """Do nothing: the offset is written with the rows it stands for."""


def state_table(app: faust.App, partitions: int) -> StateTable:
    """Declare the state of ``app``: bytes under bytes, in RocksDB, with a changelog of as many partitions as the source topics."""
    table = StateTable(
        app,
        name=TABLE,
        key_type=bytes,
        value_type=bytes,
        partitions=partitions,
        options={
            "driver": "rocksdict",
            "block_cache_size": max(1024 * 1024, CACHE_BYTES // partitions),
            "write_buffer_size": WRITE_BUFFER_BYTES,
            "max_write_buffer_number": 2,
        },
    )
    app.tables.add(table)
    return table


class TableStore:
    """See streams.stages.store.Store. One partition of the state, for the handling of one chunk.

    Rows are staged by ``put_many``, seen by ``get_many`` and made durable by ``commit``; ``rollback`` drops what is staged.
    """

    def __init__(self, table: StateTable, partition: int, sender: Sender, fence: Callable[[], Awaitable[None]]) -> None:
        """Work on ``partition``; ``fence`` returns when the worker may write, and raises when it may not."""
        self._table = table
        self._partition = partition
        self._sender = sender
        self._fence = fence
        self._topic = table.changelog_topic_name
        self._staged: dict[bytes, bytes | None] = {}

    def get_many(self, keys: Sequence[bytes]) -> list[bytes | None]:
        """See Store."""
        if not keys:
            return []
        try:
            found = cast("list[bytes | None]", self._local().get(list(keys)))
        except Exception as error:
            raise StateFault(f"{self._topic}/{self._partition}: cannot read the local state: {error}") from error
        if not self._staged:
            return found
        staged = self._staged
        return [staged.get(key, row) for key, row in zip(keys, found, strict=True)]

    def keys(self, prefix: bytes) -> Iterator[bytes]:
        """See Store."""
        found = cast("Iterator[bytes]", self._local().keys(from_key=prefix))
        return takewhile(lambda key: key.startswith(prefix), found)

    def put_many(self, rows: Mapping[bytes, bytes | None]) -> None:
        """See Store. Raises RecordTooLarge for a row over the limit, with none of the rows staged."""
        for key, row in rows.items():
            self._sender.check(ToSend(self._topic, key, row))
        self._staged.update(rows)

    async def commit(self) -> None:
        """See Store."""
        if not self._staged:
            return
        rows, self._staged = self._staged, {}
        await self._fence()
        try:
            offsets = await self._sender.send([ToSend(self._topic, key, row, self._partition) for key, row in rows.items()])
            self._apply(rows, max(offsets))
        except Exception as error:
            raise StateFault(f"{self._topic}/{self._partition}: cannot write the state: {error}") from error

    def rollback(self) -> None:
        """Drop what was put since the last commit."""
        self._staged = {}

    def _apply(self, rows: Mapping[bytes, bytes | None], offset: int) -> None:
        """Write rows to the local copy, with the changelog offset up to which it now stands for the changelog."""
        batch = WriteBatch(raw_mode=True)
        for key, row in rows.items():
            if row is None:
                batch.delete(key)
            else:
                batch.put(key, row)
        batch.put(rocksdb.Store.offset_key, str(offset).encode())
        self._local().write(batch)

    def _local(self) -> Rdict:
        copy = cast("rocksdb.Store", self._table.data)
        # The dictionary API takes the partition from a global, and its reads one key at a time.
        return cast("Rdict", copy._db_for_partition(self._partition))  # noqa: SLF001
