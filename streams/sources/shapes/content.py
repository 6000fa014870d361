"""A file's content as UTF-8 bytes: gzip, bzip2, xz and zip are read through and UTF-16 is transcoded, all told by content, not by name."""

import bz2
import codecs
import gzip
import io
import lzma
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, BinaryIO, Protocol

from streams.errors import SourceError, UsageError

_GZIP = b"\x1f\x8b"
_BZIP2 = b"BZh"
_XZ = b"\xfd7zXZ\x00"
_ZIP = b"PK\x03\x04"
_EXCEL = "[Content_Types].xml"
_CHUNK = 256 * 1024
_SNIFF = 64

OnBytes = Callable[[int], None]
"""Called with the number of bytes of the file itself (compressed, where it is) that were read since the last call."""


class ByteSource(Protocol):
    """What is read from: bytes in pieces of at most ``size``, empty at the end. Raises SourceError ``truncated`` or ``bad-archive``."""

    def read(self, size: int) -> bytes:
        """Return the next bytes."""


@dataclass(frozen=True, slots=True)
class Content:
    """One stream of records: a file, or one member of a zip archive (``name`` is then ``archive!member``)."""

    name: str
    source: ByteSource


@contextmanager
def open_content(path: Path, on_bytes: OnBytes | None = None) -> Iterator[Iterator[Content]]:
    """Open ``path`` and give its streams of records, one after the other. Raises UsageError when it cannot be opened."""
    try:
        file = path.open("rb")
    except OSError as error:
        raise UsageError(f"cannot read {path}: {error.strerror}") from error
    with file:
        yield _contents(path, _Counted(file, on_bytes))


def _contents(path: Path, file: "_Counted") -> Iterator[Content]:
    magic = file.read(6)
    file.seek(0)
    if magic.startswith(_ZIP):
        yield from _members(path, file)
    elif magic.startswith(_GZIP):
        yield Content(str(path), _Unicode(_Guarded(gzip.GzipFile(fileobj=io.BufferedReader(file)))))
    elif magic.startswith(_BZIP2):
        with bz2.BZ2File(io.BufferedReader(file)) as unpacked:
            yield Content(str(path), _Unicode(_Guarded(unpacked)))
    elif magic.startswith(_XZ):
        with lzma.LZMAFile(io.BufferedReader(file)) as stream:
            yield Content(str(path), _Unicode(_Guarded(stream)))
    else:
        yield Content(str(path), _Unicode(_Guarded(file)))


def _members(path: Path, file: "_Counted") -> Iterator[Content]:
    try:
        archive = zipfile.ZipFile(file)
    except (zipfile.BadZipFile, OSError, ValueError) as error:
        raise UsageError(f"{path} begins like a zip archive and is none that can be read: {error}") from error
    with archive:
        names = archive.namelist()
        if _EXCEL in names:
            raise UsageError(f"{path} is an Office document; export the data as CSV or JSON")
        for info in archive.infolist():
            if info.is_dir() or info.filename.startswith("__MACOSX/"):
                continue
            yield Content(f"{path}!{info.filename}", _Unicode(_Guarded(_member(path, archive, info))))


def _member(path: Path, archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> "IO[bytes]":
    try:
        return archive.open(info)
    except (RuntimeError, NotImplementedError, zipfile.BadZipFile) as error:
        raise UsageError(f"{path}!{info.filename} cannot be read: {error}") from error


class _Counted(io.RawIOBase):
    """The file itself, reporting how far it has been read. Seeking back does not count twice."""

    def __init__(self, file: BinaryIO, on_bytes: OnBytes | None) -> None:
        self._file = file
        self._on_bytes = on_bytes
        self._furthest = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = 0) -> int:
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        return self._file.tell()

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # typeshed wants any buffer
        data = self._file.read(len(buffer))
        buffer[: len(data)] = data
        self._report()
        return len(data)

    def _report(self) -> None:
        at = self._file.tell()
        if at > self._furthest:
            if self._on_bytes is not None:
                self._on_bytes(at - self._furthest)
            self._furthest = at


class _Guarded:
    """Turns what a damaged archive raises into a SourceError."""

    def __init__(self, file: "IO[bytes] | gzip.GzipFile | bz2.BZ2File | lzma.LZMAFile | _Counted") -> None:
        # An archive is read a piece at a time: a longer read would lose what came before the damage.
        self._packed = isinstance(file, gzip.GzipFile | zipfile.ZipExtFile | bz2.BZ2File | lzma.LZMAFile)
        self._read = file.read1 if isinstance(file, gzip.GzipFile | zipfile.ZipExtFile | bz2.BZ2File | lzma.LZMAFile) else file.read

    def read(self, size: int) -> bytes:
        try:
            return self._read(size) or b""
        except EOFError as error:
            raise SourceError("truncated", "the compressed file is cut short") from error
        except (zlib.error, gzip.BadGzipFile, zipfile.BadZipFile, lzma.LZMAError, NotImplementedError) as error:
            raise SourceError("bad-archive", f"the compressed file is damaged: {error}") from error
        except OSError as error:
            if not self._packed or error.errno is not None:
                raise
            raise SourceError("bad-archive", f"the compressed file is damaged: {error}") from error  # bzip2 has no error of its own


class _Unicode:
    """Drops a byte order mark and turns UTF-16 into UTF-8; other bytes pass as they are."""

    def __init__(self, source: ByteSource) -> None:
        self._source = source
        self._decoder: codecs.IncrementalDecoder | None = None
        self._held = b""
        self._begun = False

    def read(self, size: int) -> bytes:
        if not self._begun:
            self._begin()
        while True:
            data = self._held or self._source.read(size)
            self._held = b""
            if self._decoder is None:
                return data
            text = self._decoder.decode(data, final=not data)
            if text or not data:
                return text.encode("utf-8", "replace")

    def _begin(self) -> None:
        self._begun = True
        while len(self._held) < _SNIFF and (more := self._source.read(_CHUNK)):
            self._held += more
        for mark, encoding in ((codecs.BOM_UTF8, None), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be")):
            if self._held.startswith(mark):
                self._held = self._held[len(mark) :]
                self._use(encoding)
                return
        self._use(_guessed(self._held[:_SNIFF]))

    def _use(self, encoding: str | None) -> None:
        if encoding is not None:
            self._decoder = codecs.getincrementaldecoder(encoding)("replace")


def _guessed(head: bytes) -> str | None:
    """Tell UTF-16 without a mark: every export begins with characters of ASCII."""
    if len(head) < 4 or head[:4].count(0) != 2:
        return None
    return "utf-16-le" if head[1] == 0 and head[3] == 0 else "utf-16-be" if head[0] == 0 and head[2] == 0 else None
