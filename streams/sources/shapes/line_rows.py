"""Text logs, one record a line, in constant memory.

A line that opens with ``[date``, as in Samba's own log files, takes the indented ones after it.
"""

import re
from collections.abc import Iterator

from streams.sources.limits import MAX_RAW, MAX_RECORD
from streams.sources.raw import Found, broken
from streams.sources.shapes.content import ByteSource
from streams.sources.shapes.json_text import decode_text

LINE = "line"
"""The only field of such a row: the text, without its end."""

_READ = 256 * 1024
_PRIORITY = rb"(?:<\d{1,3}>(?:1 )?)?"
_CLASSIC = rb"[A-Z][a-z]{2}[ ]{1,2}\d{1,2} (?:\d{4} )?\d{2}:\d{2}:\d{2}"
_ISO = rb"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}:\d{2}[^\s,;\"|]*[ ]+[^\s,;\"|]+[ ]+[^\s,;\"|]+"
_OWN_LOG = rb"\[\d{4}/\d{2}/\d{2} \d{2}:\d{2}:\d{2}"
_BEGINS = re.compile(rb"%s(?:%s|%s)|%s" % (_PRIORITY, _CLASSIC, _ISO, _OWN_LOG))
_OPENS = re.compile(_OWN_LOG)


def begins_lines(head: bytes) -> bool:
    """Whether a file that begins so is a text log: its first line has a syslog header or that of Samba's own log."""
    return _BEGINS.match(head.lstrip()) is not None


def line_rows(source: ByteSource) -> Iterator[Found]:
    """Yield every line that is not empty. Raises SourceError only where ``source`` itself can be read no further."""
    opened: tuple[int, bytes] | None = None
    for number, line in _lines(source):
        if opened is not None and line[:1] in (b" ", b"\t") and len(opened[1]) + len(line) <= MAX_RECORD:
            opened = (opened[0], opened[1] + b"\n" + line)
            continue
        if opened is not None:
            yield _found(*opened)
            opened = None
        if _OPENS.match(line):
            opened = (number, line)
        elif line.strip():
            yield _found(number, line)
    if opened is not None:
        yield _found(*opened)


def _found(number: int, line: bytes) -> Found:
    if len(line) > MAX_RECORD:
        return broken(number, line[:MAX_RAW], "too-long", f"a line of more than {MAX_RECORD} bytes")
    return Found(number, line, {LINE: decode_text(line)})


def _lines(source: ByteSource) -> Iterator[tuple[int, bytes]]:
    """Yield the lines with their numbers; of one that is too long no more than shows that it is."""
    held = bytearray()
    number = 1
    while data := source.read(_READ):
        first, *others = data.split(b"\n")
        if len(held) <= MAX_RECORD:
            held += first
        for line in others:
            yield number, bytes(held).rstrip(b"\r")
            number += 1
            held = bytearray(line)
    if held:
        yield number, bytes(held).rstrip(b"\r")
