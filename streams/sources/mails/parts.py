"""The parts of a mail: which of them are attachments, with name, size and hash of what they hold."""

import hashlib
import re
from collections.abc import Iterator
from email.message import Message
from email.parser import BytesParser
from typing import TYPE_CHECKING, TypeAlias

from schemas.records import Attachment
from streams.errors import SourceError
from streams.sources.mails.headers import decoded, in_charset, plain
from streams.sources.shapes.json_text import clean_text

MOST_PARTS = 2_000
_DEEPEST = 50
_LONGEST_MARKER = 100
_PARAMETER = re.compile(r';\s*(?P<name>[^\s=;"]+?)\s*=\s*(?:"(?P<quoted>(?:[^"\\]|\\.)*+)"|(?P<bare>[^;]*+))', re.DOTALL)
_NUMBERED = re.compile(r"(?P<name>[^*]+)(?:\*(?P<number>\d{1,4}))?(?P<extended>\*)?")
_PERCENT = re.compile(rb"%([0-9A-Fa-f]{2})")
_ENCODED = {"base64", "quoted-printable"}

if TYPE_CHECKING:
    Mail: TypeAlias = Message[str, str]
else:
    Mail = Message  # generic for a type checker only


def parse_mail(data: bytes) -> Mail:
    """Return the mail. Raises SourceError ``nested-too-deeply``; anything else that is broken in it is a part with less in it."""
    try:
        return BytesParser().parsebytes(data)
    except RecursionError as error:
        raise SourceError("nested-too-deeply", "parts within parts beyond what can be read") from error


def field(mail: Mail, name: str) -> str | None:
    """Return the first field of this name as text, decoded; None when there is none or it is empty."""
    return next((text for raw in raw_fields(mail, name) if (text := decoded(plain(raw)))), None)


def raw_fields(mail: Mail, *names: str) -> Iterator[str]:
    """Yield the raw fields of these lower-case names in the order of the mail."""
    for name, value in mail.raw_items():
        if name.lower() in names:
            yield str(value)


def attachments(mail: Mail, taken: frozenset[str] = frozenset()) -> tuple[Attachment, ...]:
    """Return the attachments, those of attached mails included; pictures that a text shows within itself are none.

    ``taken`` names what ``mail_slimming`` took out and left ``<sha256>:<size>`` for.
    """
    return tuple(_attachments(mail, taken))


def content(part: Mail) -> bytes:
    """Return what a part holds, its transfer encoding undone."""
    try:
        payload = part.get_payload(decode=True)
    except (ValueError, LookupError, TypeError, AttributeError):
        payload = None
    return payload if isinstance(payload, bytes) else b""


def text(part: Mail) -> str:
    """Return what a text part holds."""
    return in_charset(content(part), parameter(part, "content-type", "charset") or "utf-8")


def parts(mail: Mail) -> Iterator[tuple[Mail, str]]:
    """Yield every part that holds no parts, and every attached mail, with the type of what it lies in; the mail itself when it has none."""
    stack: list[tuple[Mail, str, int]] = [(mail, "", 0)]
    seen = 0
    while stack and seen < MOST_PARTS:
        part, within, depth = stack.pop()
        seen += 1
        inner = _inner(part) if depth < _DEEPEST else []
        kind = part.get_content_type()
        if not inner or (kind == "message/rfc822" and depth > 0):
            yield part, within
        stack.extend((one, kind, depth + 1) for one in reversed(inner))


def attached_mail(part: Mail) -> Mail | None:
    """Return the mail that a ``message/rfc822`` part holds, also where it is encoded against the rules."""
    payload = part.get_payload()
    if not isinstance(payload, list) or not payload or not isinstance(payload[0], Message):
        return None
    held: Mail = payload[0]
    encoding = (field(part, "content-transfer-encoding") or "").lower()
    if encoding in _ENCODED and not held.keys():
        held["Content-Transfer-Encoding"] = encoding
        return parse_mail(content(held))
    return held


def parameter(part: Mail, header: str, name: str) -> str | None:
    """Return a parameter of a field: quoted or not, in pieces and charsets of RFC 2231, with encoded words against the rules."""
    raw = next(raw_fields(part, header), None)
    if raw is None:
        return None
    pieces: dict[int, bytes] = {}
    charset = "utf-8"
    for match in _PARAMETER.finditer(plain(raw)):
        named = _NUMBERED.fullmatch(match["name"])
        if named is None or named["name"].lower() != name:
            continue
        value = re.sub(r"\\(.)", r"\1", match["quoted"]) if match["quoted"] is not None else match["bare"].strip()
        number = int(named["number"] or 0)
        data = value.encode("utf-8", "replace")
        if named["extended"]:
            if number == 0 and data.count(b"'") >= 2:
                before, _, data = data.split(b"'", 2)
                charset = before.decode("ascii", "replace") or charset
            data = _PERCENT.sub(lambda found: bytes([int(found[1], 16)]), data)
        elif named["number"] is None:
            data = decoded(value).encode("utf-8", "replace")
            if 0 in pieces:  # a plain name beside an extended one is for old readers
                continue
        pieces[number] = data
    whole = in_charset(b"".join(pieces[number] for number in sorted(pieces)), charset)
    return clean_text(whole).strip() or None


def _inner(part: Mail) -> list[Mail]:
    if part.get_content_type() == "message/rfc822":
        held = attached_mail(part)
        return [] if held is None else [held]
    payload = part.get_payload()
    return [one for one in payload if isinstance(one, Message)] if isinstance(payload, list) else []


def _attachments(mail: Mail, taken: frozenset[str]) -> Iterator[Attachment]:
    for part, within in parts(mail):
        kind = part.get_content_type()
        name = parameter(part, "content-disposition", "filename") or parameter(part, "content-type", "name")
        disposition = (field(part, "content-disposition") or "").partition(";")[0].strip().lower()
        if kind == "message/rfc822":
            held = attached_mail(part)
            yield Attachment(name=name or ((None if held is None else field(held, "subject")) or "mail") + ".eml")
            continue
        shown = kind.startswith("image/") and disposition != "attachment" and next(raw_fields(part, "content-id"), None) is not None
        unnamed = kind.startswith(("text/", "multipart/", "message/")) and disposition != "attachment"
        if (name is None and unnamed) or (shown and within == "multipart/related"):
            continue
        data = content(part)
        size, digest = len(data), hashlib.sha256(data).hexdigest()
        if size < _LONGEST_MARKER and (marker := data.decode("latin-1")) in taken:
            digest, _, told = marker.partition(":")
            size = int(told)
        yield Attachment(name=name or f"unnamed ({kind})", size=size, sha256=digest)
