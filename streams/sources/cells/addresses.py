"""Addresses as exports write them: several in one field, with display names, prefixes and brackets of their own.

What comes out are RFC 5322 addr-specs or mailboxes (``Name <addr>``); making them canonical is the business of enrichment.
"""

import re
from collections.abc import Iterator, Mapping

from streams.sources.cells.fields import as_list, as_text, plain_name

_STATUS = re.compile(r"##[^;]*+")
_EXCHANGE = re.compile(r"\[\s*+(?P<kind>SMTP|EX|X500)\s*+:(?P<address>[^\]\[]*+)\]", re.IGNORECASE)
_PREFIX = re.compile(r"(?:smtp|mailto|sip)\s*:\s*", re.IGNORECASE)
_PIECE = re.compile(r'"[^"]*+"|<[^<>]*+>|\[[^\[\]]*+\]|[;,\r\n\t]|[^;,\r\n\t"<\[]++|.', re.DOTALL)
_LISTED = re.compile(r"\s*\[(?!\s*(?:SMTP|EX|X500)\s*:)(?P<held>[^\[\]@]*+@[^\[\]]*+)\]\s*", re.IGNORECASE)
_APART = re.compile(r"[\s|]+")
_SEPARATORS = ";,\r\n\t"
_LOCAL_PART = r"[^\s<>\"()\[\],;:=|{}@]"
_FOUND = re.compile(rf"(?<!{_LOCAL_PART}){_LOCAL_PART}++@[^\s<>\"'()\[\],;:=|{{}}@]++")
_SPECIAL = frozenset(",;:@()")
_ADDRESS_NAMES = ("address", "emailaddress", "smtpaddress", "smtp", "email", "mail", "upn", "userprincipalname", "value")
_UNDISCLOSED = re.compile(r"(?:undisclosed|unspecified|unlisted)[ -]recipients?:?", re.IGNORECASE)  # an empty group says nothing of whom
_EMPTY = {"", "<>", "{}", "()", "$null", "null", "none"}


def addresses(value: object) -> tuple[str, ...]:
    """Return the addresses of a field, in its order, each once: text with several, a list of texts, objects with an ``Address``."""
    found: dict[str, str] = {}
    for item in as_list(value):
        for address in _of_item(item):
            found.setdefault(address.lower(), address)
    return tuple(found.values())


def address(value: object) -> str | None:
    """Return the only, or the first, address of a field."""
    return next(iter(addresses(value)), None)


def addresses_within(value: object) -> tuple[str, ...]:
    """Return everything that looks like an address anywhere in a nested value, each once."""
    found: dict[str, str] = {}
    for text in _texts(value, 0):
        for match in _FOUND.finditer(text):
            bare = match.group().strip(".'")
            found.setdefault(bare.lower(), bare)
    return tuple(found.values())


def _texts(value: object, depth: int) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif depth < 20 and isinstance(value, Mapping | list):
        for item in value.values() if isinstance(value, Mapping) else value:
            yield from _texts(item, depth + 1)


def _of_item(item: object) -> Iterator[str]:
    if isinstance(item, Mapping):
        fields = {plain_name(str(key)): value for key, value in item.items()}
        inner = fields.get("emailaddress")  # Microsoft Graph nests {"emailAddress": {"name": …, "address": …}}
        if isinstance(inner, Mapping):
            yield from _of_item(inner)
            return
        text = next((found for name in _ADDRESS_NAMES if (found := as_text(fields.get(name)))), None)
        if text is not None:
            yield from split_addresses(text)
        return
    text = as_text(item)
    if text is not None:
        yield from split_addresses(text)


def split_addresses(text: str) -> Iterator[str]:
    """Yield the addresses in a text, separated by ``;`` ``,`` lines or blanks; a name with a comma stays with its address."""
    name = ""
    listed = _LISTED.fullmatch(text)
    if listed is not None:
        text = listed["held"]
    for piece, separator in _pieces(_STATUS.sub("", text)):  # message traces write ``address##status, status;``
        if not piece:
            continue
        whole = f"{name}{piece}"
        if "@" in piece or not _continues(whole, separator):
            yield from _tidied(whole)
            name = ""
        else:
            name = f"{whole}{separator} "
    yield from _tidied(name.rstrip(" ,"))


def _continues(piece: str, separator: str) -> bool:
    """Whether what stands before this separator may be the first half of ``Surname, Name <address>``."""
    return separator == "," and "<" not in piece and "[" not in piece and "/" not in piece


def _pieces(text: str) -> Iterator[tuple[str, str]]:
    held: list[str] = []
    for match in _PIECE.finditer(text):
        part = match.group()
        if part in _SEPARATORS:
            yield "".join(held).strip(), part
            held.clear()
        else:
            held.append(part)
    yield "".join(held).strip(), ""


def _tidied(piece: str) -> Iterator[str]:
    """Yield the address, or addresses separated by nothing but blanks, of one piece."""
    bare = piece.strip()
    exchange = _EXCHANGE.search(bare)
    if exchange is not None:
        name, inner = bare[: exchange.start()].strip(), exchange["address"].strip()
        if exchange["kind"].upper() != "SMTP" and name:
            inner = name.strip("\"'")  # a directory name is no address; what stands before it may be one
        bare = inner if not name or name.strip("\"'").lower() == inner.lower() else f"{name} <{inner}>"
    if "<" in bare or '"' in bare or "@" not in bare:
        yield from _bared(bare)
        return
    words = bare.split()
    if bare.count("@") > 1:
        for word in filter(None, _APART.split(bare)):
            yield from _bared(word)
    else:  # ``John Smith j.smith@x.example``
        name = " ".join(word for word in words if "@" not in word)
        only = next(word for word in words if "@" in word)
        yield from _bared(f"{name} <{_unbracketed(only)}>" if name else bare)


def _unbracketed(word: str) -> str:
    """Return an address without the brackets that set it off from a name before it."""
    return word[1:-1] if (word[:1], word[-1:]) in {("(", ")"), ("[", "]")} else word


def _bared(piece: str) -> Iterator[str]:
    bare = _PREFIX.sub("", piece, count=1).strip() if _PREFIX.match(piece) else piece
    if bare.startswith("<") and bare.endswith(">"):
        bare = bare[1:-1].strip()
        bare = _PREFIX.sub("", bare, count=1) if _PREFIX.match(bare) else bare
    bare = bare.strip("'{}").strip()
    if bare.count("(") != bare.count(")") or (bare.startswith("(") and bare.endswith(")") and "@" in bare):
        bare = bare.strip("()").strip()  # brackets around a list of addresses, not a comment
    if bare.lower() not in _EMPTY and not _UNDISCLOSED.fullmatch(bare):
        yield _quoted(bare)


def _quoted(mailbox: str) -> str:
    """Put a display name that needs it between quotes, as RFC 5322 wants it."""
    name, opening, rest = mailbox.rpartition("<")
    name = name.strip()
    return f'"{name}" <{rest}' if opening and '"' not in name and not _SPECIAL.isdisjoint(name) else mailbox
