"""The one spelling by which two writings of the same mailbox are known to be the same."""

import re
from dataclasses import dataclass
from functools import lru_cache

import idna

from streams.enrichment.mailbox import fold, split_mailbox

# What most addresses look like already; everything else takes the long way. No prefix (``smtp:``) and no +tag can be in it.
_PLAIN = re.compile(r"[a-z0-9_-]+(?:\.[a-z0-9_-]+)*@[a-z0-9-]+(?:\.[a-z0-9-]+)+")
_LABEL = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?")
_LITERAL = re.compile(r"\[(?:[0-9]{1,3}(?:\.[0-9]{1,3}){3}|ipv6:[0-9a-f:.]+)\]")
_ATOM = re.compile(r"[^\s\x00-\x20\x7f()<>\[\]:;@\\,\"]+")
_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"')
_DOTS = ("\u3002", "\uff0e", "\uff61")
_GMAIL = frozenset({"gmail.com", "googlemail.com"})


@dataclass(frozen=True, slots=True)
class Mailbox:
    """A mailbox in canonical form. ``domain`` is empty when the string is no address; then ``text`` is the string, folded.

    ``written`` is the local part with the dots that Gmail does not count, because they part the words of a name.
    """

    text: str
    local: str
    domain: str
    written: str


def canonical(address: str) -> str:
    """Give the canonical spelling: lower case, no display name, no ``smtp:``, IDNA domain, no +tag, no Gmail dots.

    A string that is no address comes back folded and trimmed, so that it can still be shown and compared. Never raises.
    """
    return parse(address).text


def canonical_domain(domain: str) -> str:
    """Give the ASCII form of a domain, lower case, without a trailing dot; empty when it is no domain that could receive mail."""
    if _LITERAL.fullmatch(domain.lower()):
        return domain.lower()
    ascii_domain = _to_ascii(domain.strip())
    labels = ascii_domain.split(".")
    if len(labels) < 2 or len(ascii_domain) > 253 or not all(_LABEL.fullmatch(label) for label in labels):
        return ""
    # An all-numeric top level is an IP address without its brackets; .invalid is reserved to be no address (RFC 2606).
    return "" if labels[-1].isdigit() or labels[-1] == "invalid" else ascii_domain


@lru_cache(maxsize=65_536)
def parse(address: str) -> Mailbox:
    """Read one address as any feed writes it."""
    mailbox = _read(address)
    for _ in range(4):
        # What is no address is folded; a folded form that reads otherwise (a full-width @) is read again, so that spelling is stable.
        if mailbox.domain or mailbox.text == address:
            break
        address = mailbox.text
        mailbox = _read(address)
    return mailbox


def _read(address: str) -> Mailbox:
    if len(address) < 255 and _PLAIN.fullmatch(address) and not address.startswith("imcea"):
        local, _, domain = address.rpartition("@")
    else:
        address = split_mailbox(address)[1]
        local, at, domain = address.rpartition("@")
        if not at or not local:
            return _no_address(address)
    domain = canonical_domain(domain)
    local = _local(local)
    if not domain or not local:
        return _no_address(address)
    written = local
    if domain in _GMAIL:
        domain = "gmail.com"
        local = local if local.startswith('"') else local.replace(".", "")
    text = f"{local}@{domain}"
    if not local or len(text) > 320:
        return _no_address(address)
    return Mailbox(text, local, domain, written)


def _local(local: str) -> str:
    local = fold(local.strip())
    if _QUOTED.fullmatch(local):
        inner = re.sub(r"\\(.)", r"\1", local[1:-1])
        if not _ATOM.fullmatch(inner):
            return '"' + inner.replace("\\", "\\\\").replace('"', '\\"') + '"'
        local = inner
    if not _ATOM.fullmatch(local) or local.startswith("imceaex-"):
        return ""
    base, plus, _ = local.partition("+")
    return base if plus and base else local


def _to_ascii(domain: str) -> str:
    for dot in _DOTS:
        domain = domain.replace(dot, ".")
    domain = domain.removesuffix(".")
    if domain.isascii():
        return domain.lower()
    try:
        return idna.encode(domain, uts46=True, transitional=False).decode("ascii").lower()
    except (idna.IDNAError, UnicodeError):
        return ""


def _no_address(text: str) -> Mailbox:
    return Mailbox(fold(text)[:320].strip(), "", "", "")
