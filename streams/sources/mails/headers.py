"""Header fields of RFC 5322 as mails really have them: folded, with encoded words, with bytes of any charset, with several spellings.

Structure is read from the raw text and only then decoded, so that an encoded comma or ``<address>`` in a display name stays a name.
"""

import re
from base64 import b64decode
from binascii import Error as Base64Error
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from email.utils import parsedate_tz
from quopri import decodestring

from schemas.records import Millis
from streams.errors import SourceError
from streams.sources.cells.addresses import addresses_within, split_addresses
from streams.sources.cells.instants import read_instant
from streams.sources.shapes.json_text import clean_text, decode_text

_FOLD = re.compile(r"\r?\n(?=[ \t])|[\r\n]+")
_WORD = re.compile(r"=\?(?P<charset>[^?*\s]{1,40})(?:\*[^?\s]{0,40})?\?(?P<how>[BbQq])\?(?P<data>[^?]*+)\?=")
_BETWEEN = re.compile(r"(\?=)\s+(?==\?[^?\s]{1,60}\?[BbQq]\?)")
_COMMENT = re.compile(r'("(?:[^"\\]|\\.)*+")|\([^()]*+\)')
_GROUP = re.compile(r'(?:^|(?<=[,;]))\s*(?!(?:smtp|mailto|sip)\s*:)(?:"[^"]*+"|[^@<>",;:]){1,200}:(?=[^:]|$)', re.IGNORECASE)
_MAILBOX = re.compile(r"(?P<name>.*?)\s*<(?P<address>[^<>]*+)>[^<>]*", re.DOTALL)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# Zones by name that RFC 5322 does not know and Europe's mail programs wrote; what stands for several (IST) stays UTC, as the RFC says.
_ZONE = re.compile(r"\b(?P<name>BST|WET|WEST|CET|CEST|MET|MEST|EET|EEST)\Z", re.IGNORECASE)
_HALF = re.compile(r"\d\s*[AP]M\b", re.IGNORECASE)  # no mail should have it, and parsedate_tz takes PM for a zone
_ZONES = {"bst": 1, "wet": 0, "west": 1, "cet": 1, "met": 1, "cest": 2, "mest": 2, "eet": 2, "eest": 3}
_SPECIAL = frozenset(",;:@()<>[]")
_LONGEST_ADDRESSES = 4 * 1024 * 1024


def plain(raw: str) -> str:
    """Return a raw field as the ``email`` package gives it (surrogates for bytes) as text: unfolded, 8-bit as UTF-8 or Windows-1252."""
    text = decode_text(raw.encode("utf-8", "surrogateescape")) if not raw.isascii() else raw
    return _FOLD.sub("", text).strip()


def decoded(text: str) -> str:
    """Return an unfolded text with its encoded words (RFC 2047, also in quotes, also without blanks around them) decoded."""
    if "=?" not in text:
        return text
    pieces: list[tuple[str, bytes | str]] = []
    start = 0
    joined = _BETWEEN.sub(r"\1", text)
    for match in _WORD.finditer(joined):
        pieces.append(("", joined[start : match.start()]))
        data = _word(match)
        start = match.end()
        if pieces[-1][1] == "" and len(pieces) > 1 and pieces[-2][0] == match["charset"].lower():
            pieces.pop()  # a character may be cut in two by neighbouring words
            held = pieces.pop()[1]
            data = held + data if isinstance(held, bytes) else data
        pieces.append((match["charset"].lower(), data))
    pieces.append(("", joined[start:]))
    return clean_text("".join(part if isinstance(part, str) else in_charset(part, charset) for charset, part in pieces))


def in_charset(data: bytes, charset: str) -> str:
    """Return bytes as text in a charset that may be unknown or a lie."""
    try:
        return data.decode(charset)
    except (LookupError, ValueError):
        return decode_text(data)


def mailboxes(raws: Iterable[str]) -> tuple[str, ...]:
    """Return the addresses of one or more raw fields, with decoded names, each once; groups are opened, comments left out."""
    found: dict[str, str] = {}
    for raw in raws:
        for mailbox in _of_field(plain(raw)[:_LONGEST_ADDRESSES]):
            address = mailbox[mailbox.rfind("<") + 1 :].rstrip(">").lower()
            found.setdefault(address, mailbox)
    return tuple(found.values())


def _of_field(text: str) -> Iterator[str]:
    bare = _GROUP.sub(" ", _COMMENT.sub(lambda match: match[1] or " ", text))
    for piece in split_addresses(bare):
        match = _MAILBOX.fullmatch(piece)
        if match is not None and "@" in match["address"]:
            yield _mailbox(decoded(match["name"].strip().strip('"')), match["address"].strip())
        elif "@" in piece and "<" not in piece and "=?" not in piece:
            yield piece
        else:  # a whole mailbox in one encoded word, or something broken around an address
            yield from addresses_within(decoded(piece))


def _mailbox(name: str, address: str) -> str:
    shown = name.replace('"', "'").replace("\\", "")
    if not shown or shown.lower() == address.lower():
        return address
    return f'"{shown}" <{address}>' if not _SPECIAL.isdisjoint(shown) else f"{shown} <{address}>"


def instant(raw: str | None) -> Millis | None:
    """Return the instant of a Date field (RFC 5322, its obsolete forms, ISO 8601); UTC where it names no zone; None when it is none."""
    text = "" if raw is None else _COMMENT.sub(" ", plain(raw)).strip()
    if not text or len(text) > 200:
        return None
    text = _ZONE.sub(lambda match: f"+0{_ZONES[match['name'].lower()]}00", text)
    try:
        parts = None if _HALF.search(text) else parsedate_tz(text)
        if parts is not None:
            second = min(parts[5], 59)
            moment = datetime(parts[0], parts[1], parts[2], parts[3], parts[4], second, tzinfo=UTC)
            millis = int((moment - _EPOCH).total_seconds() - (parts[9] or 0)) * 1000 + (parts[5] - second) * 1000
            return read_instant(f"/Date({millis})/")
    except (ValueError, OverflowError, IndexError, TypeError, SourceError):
        pass
    try:
        return read_instant(text)
    except SourceError:
        return None


def _word(match: re.Match[str]) -> bytes:
    data = match["data"].encode("utf-8", "replace")
    if match["how"] in "Qq":
        return decodestring(data, header=True)
    try:
        return b64decode(data + b"=" * (-len(data) % 4))
    except (Base64Error, ValueError):
        return data
