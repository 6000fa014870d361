"""Sort more records than memory holds: sorted runs in temporary files, merged."""

import heapq
import struct
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from typing import IO, Generic, TypeVar

import msgspec

from streams.errors import CustodietError

_T = TypeVar("_T")
_HEAD = struct.Struct("<IIQ")  # length of the key, of the record, and its place among those added
_MOST_RUNS = 64
_READ = 64 * 1024
_OVERHEAD = 350  # bytes that Python adds to each held record


class ExternalSort(Generic[_T]):
    """Give back in order of ``key`` what was added, holding about ``memory`` bytes at a time.

    ``kind`` is the type that comes back and keys hold numbers, text and bytes (msgspec encodes both). Equal keys come
    back in the order in which they were added, ``added`` is how many there are.
    Raises CustodietError when the temporary folder cannot be written. Use it as a context: leaving removes the files.
    """

    def __init__(self, kind: type[_T], key: Callable[[_T], tuple[object, ...]], memory: int) -> None:
        """Start empty."""
        self._key = key
        self._memory = memory
        self._encode = msgspec.msgpack.Encoder().encode
        self._decode = msgspec.msgpack.Decoder(kind).decode
        self._decode_key = msgspec.msgpack.Decoder(tuple[object, ...]).decode
        self._held: list[tuple[tuple[object, ...], int, bytes]] = []
        self._size = 0
        self.added = 0
        self._runs: list[IO[bytes]] = []
        self._files = ExitStack()

    def __enter__(self) -> "ExternalSort[_T]":
        """Return itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Remove the temporary files."""
        self._files.close()
        self._held.clear()

    def add(self, item: _T) -> None:
        """Add one record."""
        data = self._encode(item)
        self._held.append((self._key(item), self.added, data))
        self.added += 1
        self._size += len(data) + _OVERHEAD
        if self._size >= self._memory:
            self._spill()

    def __iter__(self) -> Iterator[_T]:
        """Yield everything in order; once only."""
        if self._runs:
            self._spill()
        self._held.sort()
        merged = heapq.merge(self._held, *(self._read(run) for run in self._runs))
        for _, _, data in merged:
            yield self._decode(data)

    def _spill(self) -> None:
        self._held.sort()
        run = self._write(self._held)
        self._held.clear()
        self._size = 0
        self._runs.append(run)
        if len(self._runs) >= _MOST_RUNS:
            whole = self._write(heapq.merge(*(self._read(run) for run in self._runs)))
            for done in self._runs:
                done.close()
            self._runs = [whole]

    def _write(self, records: Iterable[tuple[tuple[object, ...], int, bytes]]) -> IO[bytes]:
        try:
            file: IO[bytes] = tempfile.TemporaryFile(prefix="custodiet-sort-")  # noqa: SIM115  # closed with the sort, on the next line
            self._files.enter_context(file)
            for key, order, data in records:
                name = self._encode(key)
                file.write(_HEAD.pack(len(name), len(data), order) + name + data)
            file.seek(0)
        except OSError as error:
            raise CustodietError(f"cannot write temporary files in {tempfile.gettempdir()}: {error.strerror} (set TMPDIR)") from error
        return file

    def _read(self, file: IO[bytes]) -> Iterator[tuple[tuple[object, ...], int, bytes]]:
        while head := file.read(_HEAD.size):
            of_key, of_data, order = _HEAD.unpack(head)
            yield self._decode_key(file.read(of_key)), order, file.read(of_data)
