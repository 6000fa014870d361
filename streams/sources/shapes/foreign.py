"""Files that hold the right thing in a form that is not read: what they are, and what to do about it."""

from contextlib import suppress
from pathlib import Path
from typing import Final

from streams.errors import SourceError, UsageError
from streams.sources.shapes.content import open_content

_BEGINNINGS: Final = (
    (b"ElfFile\x00", "an event log in Windows' own form (.evtx); write it as XML with `wevtutil qe FILE /lf:true /f:XML /e:Events`"),
    (b"!BDN", "an Outlook data file (.pst); make mails of it with `readpst -e`"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an Outlook message (.msg) or an old Office document; export mails as .eml, tables as CSV"),
    (b"PAR1", "a Parquet file; export it as CSV or as JSON, one object a line"),
    (b"Obj\x01", "an Avro file; export it as JSON, one object a line"),
    (b"SQLite format 3\x00", "a database; export its table as CSV"),
    (b"(\xb5/\xfd", "compressed by zstd; unpack it with `unzstd`"),
    (b"7z\xbc\xaf'\x1c", "a 7-Zip archive; unpack it"),
    (b"Rar!\x1a\x07", "a RAR archive; unpack it"),
    (b"%PDF-", "a PDF document; export the data as CSV or JSON"),
)
_TAR_AT: Final = 257
_TAR: Final = b"ustar"
_HEAD: Final = 512


def what_it_is(path: Path) -> str | None:
    """Return what a file is and what makes it readable; None for a file that may be read as it is."""
    with suppress(SourceError, UsageError), open_content(path) as contents:
        content = next(contents, None)
        if content is None:
            return None
        head = b""
        while len(head) < _HEAD and (more := content.source.read(_HEAD - len(head))):
            head += more
        if head[_TAR_AT:].startswith(_TAR):
            return "a tar archive; unpack it, and name the folder or the files in it"
        return next((words for beginning, words in _BEGINNINGS if head.startswith(beginning)), None)
    return None
