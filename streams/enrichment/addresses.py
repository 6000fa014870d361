"""The class of an address: the first that fits wins.

Own tenant, protected channel, partner, disposable, relay, personal, external; a string that is no address is invalid.
"""

import re
from collections.abc import Iterable

from schemas.records import AddressClass, AddressListEntry
from streams.enrichment.address_lists import BuiltIn, built_in, suffixes_of
from streams.enrichment.canonical import canonical, canonical_domain, parse
from streams.enrichment.mailbox import split_mailbox

__all__ = ["AddressBook", "canonical", "split_mailbox"]

_MOST_REMEMBERED = 200_000
_EVERY_TENANT = frozenset({"onmicrosoft.com", "mail.onmicrosoft.com"})


class AddressBook:
    """The built-in lists under a force's own: looks addresses and domains up, by dictionary, and never raises on any string."""

    def __init__(self, entries: Iterable[AddressListEntry]) -> None:
        """Take the entries of addresses.yaml; one that is neither an address nor a domain matches nothing (the reader refuses it)."""
        self._lists: BuiltIn = built_in()
        self._addresses: dict[str, set[str]] = {}
        self._domains: dict[str, set[str]] = {}
        self._patterns: dict[str, list[re.Pattern[str]]] = {}
        self._mixed: set[str] = set()
        self._known: dict[str, AddressClass] = {}
        for entry in entries:
            self._add(entry)

    def classify(self, address: str) -> AddressClass:
        """Class of one address, in any writing that a feed may use."""
        mailbox = parse(address)
        if not mailbox.domain:
            return "invalid"
        if mailbox.domain in self._mixed:
            return self._of(mailbox.domain, mailbox.text)
        known = self._known.get(mailbox.domain)
        return known if known is not None else self._learn(mailbox.domain)

    def classify_domain(self, domain: str) -> AddressClass | None:
        """Class of every address at this domain, or None when the lists hold full addresses there, so that the address is needed."""
        known = self._known.get(domain)
        if known is not None:
            return known
        plain = canonical_domain(domain)
        if not plain:
            return "invalid"
        plain = "gmail.com" if plain == "googlemail.com" else plain
        return None if plain in self._mixed else self._learn(plain)

    def _add(self, entry: AddressListEntry) -> None:
        pattern = entry.pattern.strip()
        if "@" in pattern.removeprefix("@"):
            mailbox = parse(pattern)
            if mailbox.domain:
                self._addresses.setdefault(entry.list, set()).add(mailbox.text)
                self._mixed.add(mailbox.domain)
            return
        domain = pattern.removeprefix("@").removeprefix("*.")
        if "*" in domain:
            self._patterns.setdefault(entry.list, []).append(_glob(domain))
            return
        domain = canonical_domain(domain)
        if domain and not (entry.list == "own" and domain in _EVERY_TENANT):
            self._domains.setdefault(entry.list, set()).add(domain)
            tenant = domain.removesuffix(".onmicrosoft.com")
            # The routing domain of a hybrid organisation stands beside the tenant's, not below it.
            if tenant != domain and "." not in tenant:
                self._domains[entry.list].add(f"{tenant}.mail.onmicrosoft.com")

    def _learn(self, domain: str) -> AddressClass:
        if len(self._known) >= _MOST_REMEMBERED:
            self._known.clear()
        found = self._of(domain, "")
        self._known[domain] = found
        return found

    def _of(self, domain: str, address: str) -> AddressClass:
        suffixes = suffixes_of(domain)
        if self._says("own", address, suffixes):
            return "own-tenant"
        if self._says("protected", address, suffixes):
            return "protected"
        if self._says("partner", address, suffixes) or self._lists.partner.holds(suffixes):
            return "partner"
        named = address in self._addresses.get("personal", ())
        if address in self._addresses.get("exclude", ()) or (not named and self._says("exclude", "", suffixes)):
            return "external"
        if named:
            return "personal"
        return self._listed(suffixes)

    def _listed(self, suffixes: tuple[str, ...]) -> AddressClass:
        excluded = self._lists.excluded.holds(suffixes)
        if not excluded and self._lists.relay.holds(suffixes):
            return "relay"
        if not excluded and self._lists.disposable.holds(suffixes):
            return "disposable"
        if self._says("personal", "", suffixes) or (not excluded and self._lists.personal.holds(suffixes)):
            return "personal"
        return "external"

    def _says(self, name: str, address: str, suffixes: tuple[str, ...]) -> bool:
        if address and address in self._addresses.get(name, ()):
            return True
        domains = self._domains.get(name)
        if domains and not domains.isdisjoint(suffixes):
            return True
        return any(pattern.fullmatch(suffixes[0]) for pattern in self._patterns.get(name, ()))


def _glob(domain: str) -> re.Pattern[str]:
    # A star stands for part of one label; names below the pattern count as they do for a plain domain.
    return re.compile(r"(?:.+\.)?" + "[^.]*".join(re.escape(piece) for piece in domain.casefold().split("*")))
