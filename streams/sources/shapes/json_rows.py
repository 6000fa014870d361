"""JSON in any of the shapes that exports come in, one record at a time, in constant memory.

Read are arrays (also many, one after the other), pages (``{"@odata.context": …, "value": […]}``, ``{"Schema": […], "Results": […]}``),
objects one a line, and objects written over several lines. What is broken becomes a dead letter and reading goes on at the next thing
that looks like a record.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import TypeAlias

from streams.errors import SourceError
from streams.sources.limits import MAX_RECORD
from streams.sources.outcome import Row
from streams.sources.raw import Found, broken
from streams.sources.shapes.content import ByteSource
from streams.sources.shapes.json_pages import PAGE_HOLDERS, PAGES, flat, page_of
from streams.sources.shapes.json_text import decode_json
from streams.sources.shapes.json_window import Window

Fits: TypeAlias = Callable[[Row], bool]
"""Does this object look like a record of the format? Used to find the way back after broken text."""

_PEEK = 256 * 1024
_LONGEST_TRIED = 64 * 1024
_TRIED_IN_ALL = 32 * 1024 * 1024
_MOST_NAMES = 50
_STRING = rb'"(?:[^"\\]|\\.){0,4000}"'
_MEMBER = rb"%s\s*:\s*(?:%s|[\w.+-]{1,40})\s*,\s*" % (_STRING, _STRING)
# What the answer to a hunting query says of itself before its rows: nested, and none of it a record.
_FLAT = rb'[^{}\[\]"]*+(?:%s[^{}\[\]"]*+)*+' % _STRING
_NESTED = _FLAT
for _ in range(5):
    _NESTED = rb'[^{}\[\]"]*+(?:(?:%s|[{\[]%s[}\]])[^{}\[\]"]*+)*+' % (_STRING, _NESTED)
_ABOUT = rb'"(?:[Ss]chema|[Ss]tats)"\s*:\s*[{\[]%s[}\]]\s*,\s*' % _NESTED
_PAGE_NAME = rb'"(?:%s)"' % b"|".join(name.encode() for name in sorted(PAGES | PAGE_HOLDERS))
_PAGE = re.compile(rb'\{\s*(?:%s|%s){0,20}%s\s*:\s*(?:\[|\{\s*"results"\s*:\s*\[)' % (_MEMBER, _ABOUT, _PAGE_NAME), re.DOTALL)
_LINE_OBJECT = re.compile(rb"^\{.*\}[\s,]*$", re.MULTILINE)
_OPENING = re.compile(rb'\{\s{0,80}"([^"\\]{0,80})"')


def json_rows(source: ByteSource, fits: Fits) -> Iterator[Found]:
    """Yield every record of ``source``. Raises SourceError only where ``source`` itself can be read no further."""
    window = Window(source)
    if _one_a_line(window):
        yield from _lines(window, fits)
    else:
        yield from _documents(window, fits)


def _one_a_line(window: Window) -> bool:
    if window.next_byte() != b"{":
        return False
    window.fill(_PEEK)
    head = bytes(window.buffer[window.pos : window.pos + _PEEK])
    if _PAGE.match(head):
        return False
    lines = [line for line in head.split(b"\n") if line.strip()]
    if all(line.startswith(b"{") for line in lines) and len(lines[0].strip()) > 1:
        return True
    return any(_is_object(match.group()) for match in _LINE_OBJECT.finditer(head))


def _is_object(data: bytes) -> bool:
    try:
        return isinstance(decode_json(data.strip().rstrip(b",")), dict)
    except SourceError:
        return False


def _lines(window: Window, fits: Fits) -> Iterator[Found]:
    while window.fill(1):
        line = window.line
        data, whole = _next_line(window)
        if not whole:
            yield broken(line, data, "too-long", f"a line of more than {MAX_RECORD} bytes")
        elif data.strip():
            yield from _unpacked(line, data.strip().rstrip(b","), fits)


def _next_line(window: Window) -> tuple[bytes, bool]:
    searched = 0
    while True:
        end = window.buffer.find(b"\n", window.pos + searched)
        if end >= 0:
            return window.take(end + 1 - window.pos), True
        searched = len(window.buffer) - window.pos
        if searched > MAX_RECORD:
            data = window.take(searched)
            _skip_line(window)
            return data, False
        if not window.fill(searched + 1):
            return window.take(searched), True


def _skip_line(window: Window) -> None:
    while window.fill(1):
        end = window.buffer.find(b"\n", window.pos)
        if end >= 0:
            window.skip(end + 1 - window.pos)
            return
        window.skip(len(window.buffer) - window.pos)


def _unpacked(line: int, data: bytes, fits: Fits) -> Iterator[Found]:
    """Yield the object of one line, or each of those that a page or an array on one line holds."""
    try:
        value = decode_json(data)
    except SourceError as error:
        yield broken(line, data, error.reason, error.detail)
        return
    held = page_of(value, fits)
    for item in [value] if held is None else held:
        for one in flat(item):
            yield _found(line, data, one)


def _found(line: int, data: bytes, value: object) -> Found:
    if isinstance(value, Mapping):
        return Found(line, data, value)
    return broken(line, data, "not-an-object", f"a record must be a JSON object, not {type(value).__name__}")


def _documents(window: Window, fits: Fits) -> Iterator[Found]:
    while (byte := window.next_byte()) != b"":
        if byte == b"[":
            window.skip(1)
            yield from _elements(window, fits)
        elif byte == b"{" and _begins_page(window):
            yield from _page(window, fits)
        else:
            yield from _value(window, fits)


def _begins_page(window: Window) -> bool:
    window.fill(_PEEK)
    return _PAGE.match(window.buffer, window.pos) is not None


def _elements(window: Window, fits: Fits) -> Iterator[Found]:
    while (byte := window.next_byte()) != b"]":
        if byte == b"":
            yield broken(window.line, b"", "truncated", "the file ends within a JSON array")
            return
        yield from _value(window, fits)
    window.skip(1)


def _page(window: Window, fits: Fits) -> Iterator[Found]:
    """Walk over the members of one page, yielding the items of the one that holds records."""
    window.skip(1)
    while (byte := window.next_byte()) == b'"':
        name = window.take(window.value_length() or 1).strip(b'"').decode("utf-8", "replace")
        if window.next_byte() != b":":
            return
        window.skip(1)
        opening = window.next_byte()
        if name in PAGES and opening == b"[":
            window.skip(1)
            yield from _elements(window, fits)
        elif name in PAGE_HOLDERS and opening == b"{":
            yield from _page(window, fits)
        elif (length := window.value_length()) is not None:
            window.skip(length)
        else:
            return
    if byte == b"}":
        window.skip(1)


def _value(window: Window, fits: Fits) -> Iterator[Found]:
    """Yield the record that begins here; where there is none, a dead letter as short as can be told."""
    line = window.line
    length = window.value_length()
    if length is None:
        if len(window.buffer) - window.pos > MAX_RECORD:
            yield from _lost(window, line, "too-long", f"a record of more than {MAX_RECORD} bytes, or one that never ends", fits)
        else:
            yield from _lost(window, line, "truncated", "the file ends within a record", fits)
        return
    data = bytes(window.buffer[window.pos : window.pos + length])
    try:
        value = decode_json(data)
    except SourceError as error:
        again = _way_back(window, length, fits)
        taken = window.take(length if again is None else again)
        yield broken(line, taken, error.reason, error.detail)
        return
    window.skip(length)
    _learn(window, data)
    for item in flat(value):
        yield _found(line, data, item)


def _learn(window: Window, data: bytes) -> None:
    """Remember the name that a good record begins with."""
    match = _OPENING.match(data)
    if match is not None and len(window.first_names) < _MOST_NAMES:
        window.first_names.add(match.group(1))


def _lost(window: Window, line: int, reason: str, detail: str, fits: Fits) -> Iterator[Found]:
    """Yield one dead letter and move to the next thing that looks like a record, or to the end."""
    kept: bytes | None = None
    while True:
        ahead = len(window.buffer) - window.pos
        again = _way_back(window, ahead, fits)
        taken = window.take(ahead if again is None else again)
        kept = taken if kept is None else kept
        if again is not None or not window.fill(1):
            yield broken(line, kept, reason, detail)
            return
        window.fill(MAX_RECORD)


def _way_back(window: Window, within: int, fits: Fits) -> int | None:
    """Return how far ahead the next object lies that looks like a record, if one begins within the next ``within`` bytes.

    Where records were read before, only objects are tried that begin with the same name as one of those.
    """
    offset, tried = 1, 0
    while tried < _TRIED_IN_ALL:
        match = _OPENING.search(window.buffer, window.pos + offset, window.pos + within)
        if match is None:
            return None
        offset = match.start() - window.pos
        if not window.first_names or match.group(1) in window.first_names:
            length = window.value_length(offset, _LONGEST_TRIED)
            tried += min(length or _LONGEST_TRIED, _LONGEST_TRIED)
            if length is not None and _fitting(bytes(window.buffer[window.pos + offset : window.pos + offset + length]), fits):
                return offset
        offset += 1
    return None


def _fitting(data: bytes, fits: Fits) -> bool:
    try:
        value = decode_json(data)
    except SourceError:
        return False
    return isinstance(value, Mapping) and fits(value)
