"""What stands before the operation in a line of vfs_full_audit: the prefix that smb.conf sets (``full_audit:prefix``)."""

import re
from functools import lru_cache

PREFIXES = (
    *("%u|%I|%m|%S", "%u|%I|%S", "%u|%I"),
    *("IP=%I|USER=%u|MACHINE=%m|VOLUME=%S", "USER=%u|IP=%I|MACHINE=%m|VOLUME=%S"),
)
"""Tried in this order where none is named. Where ``%I`` stands an IP address must, so that no other order passes for one of these."""

_TOKEN = re.compile(r"%(?P<letter>[A-Za-z$])")
_KNOWN = {"u": "user", "U": "session_user", "D": "domain", "S": "share", "P": "root", "h": "host", "L": "server", "I": "ip", "m": "machine"}
_REST = r"\|(?P<operation>[a-z_]{2,40})\|(?P<result>ok|fail(?: ?\([^|]{0,200}\))?)(?:\|(?P<arguments>.*))?"
_IP = r"(?:\d{1,3}(?:\.\d{1,3}){3}|[0-9a-fA-F.]*+:[0-9a-fA-F.:]*+)"
_DOMAIN_PLUS = re.compile(r"(?P<domain>[A-Z0-9][A-Z0-9._-]*)\+(?P<user>.+)")  # winbind separator = +


def matched(text: str, prefixes: tuple[str, ...]) -> re.Match[str] | None:
    """Return the line as prefix, ``operation``, ``result`` and ``arguments``; None where none of the prefixes fits."""
    for prefix in prefixes:
        match = _pattern(prefix, guessed=prefixes is PREFIXES).fullmatch(text)
        if match is not None:
            return match
    return None


@lru_cache(maxsize=64)
def _pattern(prefix: str, *, guessed: bool) -> re.Pattern[str]:
    """Compile a prefix: what a substitution stands for holds no ``|``; the first of several with one letter counts."""
    parts: list[str] = []
    seen: set[str] = set()
    at = 0
    for token in _TOKEN.finditer(prefix):
        name = _KNOWN.get(token["letter"])
        parts.append(re.escape(prefix[at : token.start()]))
        held = _IP if guessed and name == "ip" else "[^|]*?"
        parts.append(f"(?P<{name}>{held})" if name is not None and name not in seen else held)
        seen.add(name or "")
        at = token.end()
    parts.append(re.escape(prefix[at:]))
    return re.compile("".join(parts) + _REST, re.DOTALL)


def account(match: re.Match[str]) -> str:
    """Return who acted, with the domain where the line tells it."""
    found = match.groupdict()
    user = (found.get("user") or found.get("session_user") or "").strip()
    domain = (found.get("domain") or "").strip()
    joined = _DOMAIN_PLUS.fullmatch(user)
    if joined is not None and not domain:
        domain, user = joined["domain"], joined["user"]
    return f"{domain}\\{user}" if domain and "\\" not in user and "@" not in user else user
