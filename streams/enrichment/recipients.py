"""The addresses of one mail or setting -> which lie outside, of what class, and whether one is the officer's own."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from schemas.records import AddressClass, ClassifiedAddress, Own
from streams.enrichment.addresses import canonical, split_mailbox
from streams.enrichment.officers import OfficerIdentity
from streams.enrichment.own_accounts import OwnVerdict, resolve
from streams.enrichment.reference import Reference

BROADCAST_ABOVE: Final = 100
"""More outside recipients than this make a broadcast; as many addresses are listed at the most."""

PRIVATE: Final[frozenset[AddressClass]] = frozenset({"personal", "disposable", "relay"})
JUDGED: Final[frozenset[AddressClass]] = PRIVATE | {"external"}
"""Classes of which an address may be the officer's own."""

_STRENGTH: Final[dict[Own, int]] = {"no": 0, "possible": 1, "likely": 2, "declared": 3}
_PLACE: Final[dict[AddressClass, int]] = {
    "relay": 0, "disposable": 1, "personal": 1, "external": 2, "partner": 3, "protected": 4, "invalid": 5, "own-tenant": 6,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Recipients:
    """``listed`` are the outside addresses, own and relay ones first, at most 100; ``count`` is how many there are in all.

    ``inside`` are the canonical own-tenant addresses; ``hidden`` are the spellings, folded, of those that are protected channels.
    """

    listed: tuple[ClassifiedAddress, ...]
    count: int
    inside: tuple[str, ...]
    hidden: frozenset[str]

    @property
    def protected(self) -> bool:
        """Tell whether a protected channel is among the recipients, so that the mail's words are withheld."""
        return bool(self.hidden)

    @property
    def private(self) -> tuple[ClassifiedAddress, ...]:
        """The listed addresses that a mail may be judged by alone: personal, disposable, relay, or the officer's own."""
        return tuple(each for each in self.listed if is_private(each))


def is_private(address: ClassifiedAddress) -> bool:
    """Tell whether an address is personal, disposable, a relay, or the officer's own under whatever domain."""
    return address.class_ in PRIVATE or address.own != "no"


def classify(addresses: Iterable[str], identity: OfficerIdentity, reference: Reference) -> Recipients:
    """Classify addresses as feeds write them, each counted once however it is written. A protected one is listed without its address."""
    shown: dict[str, set[str]] = defaultdict(set)
    spelt: dict[str, set[str]] = defaultdict(set)
    for text in addresses:
        known = canonical(text)
        name, address = ("", text) if text == known else split_mailbox(text)
        shown[known].add(name)
        spelt[known] |= {address.casefold(), known}
    outside: list[ClassifiedAddress] = []
    inside: list[str] = []
    count = 0
    for address, names in shown.items():
        kind = reference.addresses.classify(address)
        if kind == "own-tenant":
            inside.append(address)
        elif kind != "invalid":
            count += 1
            verdict = judge(address, names, identity) if kind in JUDGED else OwnVerdict("no")
            outside.append(ClassifiedAddress(address=address, class_=kind, own=verdict.own, reasons=verdict.reasons))
    outside.sort(key=lambda each: (importance(each.class_, each.own), each.address or ""))
    hidden = frozenset(spelling for each in outside if each.class_ == "protected" for spelling in spelt[each.address or ""])
    listed = [each for each in outside if each.class_ != "protected"][:BROADCAST_ABOVE]
    if hidden:
        listed = [*listed[: BROADCAST_ABOVE - 1], ClassifiedAddress(address=None, class_="protected")]
    return Recipients(tuple(listed), count, tuple(sorted(inside)), hidden)


def judge(address: str, names: Iterable[str], identity: OfficerIdentity) -> OwnVerdict:
    """Return the strongest verdict among the display names under which an address was written."""
    verdicts = [resolve(address, name or None, identity) for name in sorted(names)]
    return max(verdicts, key=lambda verdict: _STRENGTH[verdict.own])


def importance(kind: AddressClass, own: Own) -> int:
    """Return an address's place when not all can be kept or listed; lower comes first."""
    return 0 if own != "no" else _PLACE[kind]
