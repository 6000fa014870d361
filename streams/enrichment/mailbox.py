"""One address as feeds write it -> display name and addr-spec.

Feeds hand over RFC 5322 mailboxes, Exchange proxy addresses (``SMTP:a@b``), Outlook's forms (``Name [mailto:a@b]``), encapsulated
addresses (``IMCEASMTP-a+40b+2Ecom@own``), accounts of guests, senders that
servers rewrote (SRS, BATV) and plain damage. Nothing here raises, whatever the string.
"""

import re
import unicodedata
from contextlib import suppress
from email.errors import MessageError
from email.header import decode_header, make_header

LONGEST = 2_000
"""Characters of a mailbox that are looked at: an address has at most 320, the rest is for the display name."""

_PREFIX = re.compile(r"^(?:smtp|mailto)\s*:\s*|^rfc822\s*;\s*", re.IGNORECASE)
_BRACKETED = re.compile(r"[\[(]\s*(?:smtp|mailto)\s*:\s*([^\])]+)[\])]", re.IGNORECASE)
_ENCAPSULATED = re.compile(r"^imcea(?:smtp|invalid)-(.+)@[^@]*$", re.IGNORECASE)
_ESCAPE = re.compile(r"\+([0-9a-f]{2})", re.IGNORECASE)
# How a directory names the account of a guest: ``ava_gmail.com#EXT#@own.onmicrosoft.com``. A domain holds no underscore.
_GUEST = re.compile(r"^([^#]+)_([^_@#]+\.[^_@#]+)#ext#@[^@]*$", re.IGNORECASE)
# How a server that sends mail on names its sender, so that reports come back to it: ``SRS0=hash=day=domain=local@server``, the next
# server once more, and Exchange Online ``local+SRS=hash=day=domain=local@server``.
_SENT_ON = re.compile(
    r"^(?:srs0[=+-]|srs1[=+-][^=@]+=[^=@]+=[=+-]|[^@=]*\+srs=)[^=@]+=[^=@]{2}=(?P<domain>[^=@]+\.[^=@]+)=(?P<local>[^=@]+)@[^@]*$",
    re.IGNORECASE,
)
# How a gateway marks the senders that are its own: ``prvs=tag=local@domain``.
_TAGGED = re.compile(r"^prvs=[0-9a-z]{6,12}=(?P<local>[^=@]+)@(?P<domain>[^@]+)$", re.IGNORECASE)
_SOURCE_ROUTE = re.compile(r"^@[^:]*:(?=.)")
_SPACE = re.compile(r"\s+")


def split_mailbox(text: str) -> tuple[str, str]:
    """Split a mailbox into its display name and its address, neither normalised further; either may be empty."""
    text = _clean(text)
    bracketed = _BRACKETED.search(text)
    if bracketed:
        return _display(text[: bracketed.start()]), _bare(bracketed.group(1))
    plain, comments, angles = _scan(text)
    if angles:
        start, address = next((angle for angle in reversed(angles) if "@" in angle[1]), angles[-1])
        before = plain[:start] if start else ""
        return _display(before if before.strip() else " ".join(comments)), _bare(address)
    words = _words(plain)
    if len(words) > 1:
        places = [place for place, word in enumerate(words) if "@" in word]
        if len(places) == 1:
            rest = words[: places[0]] + words[places[0] + 1 :]
            return _display(" ".join(rest)), _bare(words[places[0]])
    return _display(" ".join(comments)), _bare(plain)


def fold(text: str) -> str:
    """Fold case and Unicode forms so that folding again changes nothing."""
    for _ in range(4):
        folded = unicodedata.normalize("NFKC", text).casefold()
        if folded == text:
            break
        text = folded
    return text


def _clean(text: str) -> str:
    # Direction marks and zero-width characters hide an address from the eye and from a comparison; a lone surrogate cannot be sent on.
    kept = (
        " " if char in "\t\r\n" else "�" if "\ud800" <= char <= "\udfff" else char
        for char in text[:LONGEST]
        if char in "\t\r\n" or unicodedata.category(char) not in {"Cc", "Cf"}
    )
    return "".join(kept).strip()


def _scan(text: str) -> tuple[str, list[str], list[tuple[int, str]]]:  # noqa: C901 - one state machine over the characters
    """Split off what stands in comments and in angle brackets: (text without comments, comments, [(place in it, address)])."""
    plain: list[str] = []
    comments: list[str] = []
    angles: list[tuple[int, str]] = []
    comment: list[str] = []
    angle: list[str] | None = None
    depth = place = length = 0
    quoted = escaped = False
    for char in text:
        if depth:
            depth += (char == "(") - (char == ")")
            if depth:
                comment.append(char)
            else:
                comments.append("".join(comment).strip())
                comment.clear()
            continue
        special = not escaped and not quoted
        if char == '"' and not escaped:
            quoted = not quoted
        escaped = char == "\\" and not escaped
        if special and char == "(" and angle is None:
            depth = 1
        elif special and char == "<":
            angle, place = [], length
        elif special and char == ">" and angle is not None:
            angles.append((place, "".join(angle)))
            angle = None
        elif angle is not None:
            angle.append(char)
        else:
            plain.append(char)
            length += 1
    if angle is not None:
        angles.append((place, "".join(angle)))
    if depth:
        plain.append("(" + "".join(comment))
    return "".join(plain), comments, angles


def _words(text: str) -> list[str]:
    words: list[str] = [""]
    quoted = escaped = False
    for char in text:
        if char == '"' and not escaped:
            quoted = not quoted
        escaped = char == "\\" and not escaped
        if char.isspace() and not quoted:
            words.append("")
        else:
            words[-1] += char
    return [word for word in words if word]


def _bare(address: str) -> str:
    address = address.strip()
    for _ in range(4):
        before = address
        address = _PREFIX.sub("", address.strip(" \t;,<>"), count=1)
        address = _SOURCE_ROUTE.sub("", address)
        if len(address) > 1 and address[0] == address[-1] and address[0] in "'\"" and "@" in address:
            address = address[1:-1]
        encapsulated = _ENCAPSULATED.match(address)
        if encapsulated:
            inner = _ESCAPE.sub(lambda found: chr(int(found.group(1), 16)), encapsulated.group(1))
            address = _clean(inner) if inner.count("@") == 1 else address
        address = _GUEST.sub(r"\1@\2", address)
        wrapped = _SENT_ON.match(address) or _TAGGED.match(address)
        if wrapped:
            address = f"{wrapped['local']}@{wrapped['domain']}"
        if address == before:
            break
    return address


def _display(text: str) -> str:
    text = _SPACE.sub(" ", text).strip()
    if "=?" in text:
        # An encoded word that is not one is shown as it came.
        with suppress(MessageError, LookupError, ValueError):
            text = _clean(str(make_header(decode_header(text))))
    if len(text) > 1 and text[0] == text[-1] and text[0] in "'\"":
        text = text[1:-1]
    return text.replace('\\"', '"').replace("\\\\", "\\").strip()
