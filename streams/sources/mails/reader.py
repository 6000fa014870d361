"""Read mails one at a time: every file of a folder, an mbox, members of a zip archive; in constant memory.

Large attachments are hashed as they pass. Of a mail that is beyond ``MOST_MAIL`` without them, the beginning is kept.
"""

import re
from collections.abc import Callable, Generator, Iterator
from contextlib import suppress
from itertools import islice
from pathlib import Path

from streams.errors import SourceError, UsageError
from streams.sources.limits import MAX_RAW
from streams.sources.mails.slimming import Slimmer
from streams.sources.outcome import Row
from streams.sources.raw import RawRecord, broken
from streams.sources.shapes.content import Content, OnBytes, open_content
from streams.sources.shapes.folders import files
from streams.sources.shapes.lines import Line, lines

MOST_MAIL = 8 * 1024 * 1024
"""How much of one mail is read, in bytes, large attachments not counted: of those no more than size and hash is kept."""

_FROM = re.compile(
    rb"From (?:\S+|\"[^\"]*\"\S*) {1,3}(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun),? +)?\w{1,3} +\w{1,3},? .{0,40}\d{4}", re.IGNORECASE
)
_FIELD = re.compile(rb"(?P<name>[!-9;-~]{1,80})[ \t]*:")
_KNOWN = frozenset(
    {
        *(b"from", b"to", b"cc", b"subject", b"date", b"message-id", b"received", b"return-path", b"mime-version", b"sender", b"reply-to"),
        *(b"delivered-to", b"x-original-to", b"dkim-signature", b"authentication-results", b"content-type", b"bcc", b"envelope-to"),
    }
)
_NOT_MAILS = ("dovecot", "courier", "maildirfolder", "maildirsize", "subscriptions")
_SNIFFED_FILES = 20
_SNIFFED_LINES = 60
_ENOUGH = 2


def read(path: Path, feed: str, _fits: Callable[[Row], bool], on_bytes: OnBytes | None = None) -> Generator[RawRecord]:
    """Yield every mail. Raises UsageError when a file cannot be opened."""
    for file in _mail_files(path):
        with open_content(file, on_bytes) as contents:
            for content in contents:
                yield from _mails(content, feed)


def sniff(path: Path) -> bool:
    """Whether this is a mail, an mbox, or a folder of such."""
    return any(_sniff(file) for file in islice(_mail_files(path), _SNIFFED_FILES))


def _mail_files(path: Path) -> Iterator[Path]:
    """Yield the files that may hold mails: not what a server is still writing (``tmp``), not its own notes."""
    for file in files(path):
        inside = file.relative_to(path).parts if path.is_dir() else ()
        if not inside or not (file.name.startswith((".", *_NOT_MAILS)) or (len(inside) > 1 and inside[-2] == "tmp")):
            yield file


def _sniff(file: Path) -> bool:
    with suppress(SourceError, UsageError), open_content(file) as contents:
        return any(_begins_like_a_mail(content) for content in islice(contents, _SNIFFED_FILES))
    return False


def _begins_like_a_mail(content: Content) -> bool:
    """Whether the first lines are fields of a header, two of them known ones; an mbox has its own line before them."""
    known: set[bytes] = set()
    for line in islice(lines(content.source, MAX_RAW, MAX_RAW), _SNIFFED_LINES):
        data = line.data.rstrip(b"\r")
        if not data and not known:
            continue
        if line.number == 1 and data.startswith((b"From ", b">From ")):
            continue
        match = _FIELD.match(data)
        if match is not None:
            known |= {match["name"].lower()} & _KNOWN
        elif not data.startswith((b" ", b"\t")):
            break
    return len(known) >= _ENOUGH


def _mails(content: Content, feed: str) -> Iterator[RawRecord]:
    mail = _Mail(1, None)
    is_mbox = False
    blank = True
    try:
        for line in lines(content.source, MOST_MAIL):
            if line.number == 1:
                is_mbox = line.data.startswith(b"From ")
            if is_mbox and blank and line.data.startswith(b"From ") and (line.number == 1 or _FROM.match(line.data)):
                yield from mail.whole(content.name, feed)
                mail = _Mail(line.number, line.data[:1000].decode("utf-8", "replace").strip())
            else:
                mail.add(line)
            blank = not line.data.strip()
    except SourceError as error:
        yield from mail.whole(content.name, feed, cut=True)
        found = broken(mail.number, b"", error.reason, f"{error.detail}; the mail before it is cut short")
        yield RawRecord(feed, content.name, found.line, found.raw, None, found.error)
    else:
        yield from mail.whole(content.name, feed)


class _Mail:
    """The mail that is being read."""

    def __init__(self, number: int, from_line: str | None) -> None:
        self.number = number
        self._from_line = from_line
        self._data = bytearray()
        self._size = 0
        self._cut = False
        self._slimmer = Slimmer()

    def add(self, line: Line) -> None:
        """Take a line; what is beyond the bound is counted and not kept."""
        end = b"\n" if line.ended else b""
        self._size += line.size + len(end)
        self._cut = self._cut or line.size > len(line.data)
        self._keep(self._slimmer.add(line.data + end))

    def _keep(self, data: bytes) -> None:
        if not data:
            return
        room = MOST_MAIL - len(self._data)
        self._cut = self._cut or len(data) > room
        self._data += data[:room]

    def whole(self, file: str, feed: str, *, cut: bool = False) -> Iterator[RawRecord]:
        """Yield the mail, if there is one."""
        self._keep(self._slimmer.finish())
        if not self._data.strip():
            return
        data = bytes(self._data)
        self._data = bytearray()
        row: dict[str, object] = {"message": data, "size": self._size}
        if cut or self._cut:
            row["cut"] = True
        if self._slimmer.taken:
            row["taken"] = self._slimmer.taken
        if self._from_line is not None:
            row["from_line"] = self._from_line
        yield RawRecord(feed, file, self.number, data[:MAX_RAW], row)
