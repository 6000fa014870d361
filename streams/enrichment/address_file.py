"""addresses.yaml -> address-list entries, with the line of every fault."""

from pathlib import Path
from typing import Any, Final, get_args

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from schemas.records import AddressList, AddressListEntry
from streams.enrichment.address_lists import built_in, suffixes_of
from streams.enrichment.canonical import canonical_domain, parse
from streams.enrichment.reference_cells import Faults, read_text

LISTS: Final[tuple[AddressList, ...]] = get_args(AddressList)

# A list that hides mail must not be as wide as a whole registry.
_REGISTRIES = frozenset(
    {
        "co.uk",
        "org.uk",
        "me.uk",
        "ltd.uk",
        "plc.uk",
        "net.uk",
        "ac.uk",
        "sch.uk",
        "com.au",
        "co.nz",
        "co.za",
        "onmicrosoft.com",
        "mail.onmicrosoft.com",
    }
)


def read_addresses(path: Path, faults: Faults, *, own_elsewhere: bool = False) -> list[AddressListEntry]:
    """Read the five lists; every value is a domain or a full address.

    Without an own domain nothing could ever leave, so one is needed here unless there are some elsewhere.
    """
    text = read_text(path, faults)
    if text is None:
        return []
    try:
        document: Any = YAML(typ="rt", pure=True).load(text)
    except MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark is not None else None
        faults.add(path.name, line, None, None, f"not readable as YAML: {error.problem}")
        return []
    except (YAMLError, ValueError) as error:
        faults.add(path.name, None, None, None, f"not readable as YAML: {error}")
        return []
    if document is None:
        document = CommentedMap()
    if not isinstance(document, CommentedMap):
        faults.add(path.name, 1, None, None, f"a mapping of lists is needed; allowed are {', '.join(LISTS)}")
        return []
    entries: list[AddressListEntry] = []
    for key in document:
        name = next((known for known in LISTS if known == key), None)
        line = document.lc.key(key)[0] + 1
        if name is None:
            faults.add(path.name, line, None, str(key), f"unknown list; allowed are {', '.join(LISTS)}")
        elif document[key] is not None and not isinstance(document[key], CommentedSeq):
            faults.add(path.name, line, name, str(document[key]), "a list of domains and addresses is needed")
        else:
            entries.extend(_entries(path.name, name, document[key], faults))
    if not own_elsewhere and not any(entry.list == "own" for entry in entries):
        faults.add(path.name, None, "own", None, "at least one domain of the force's own is needed, else no mail would ever leave it")
    return list(dict.fromkeys(entries))


def _entries(file: str, name: AddressList, values: CommentedSeq | None, faults: Faults) -> list[AddressListEntry]:
    entries: list[AddressListEntry] = []
    for place, value in enumerate(values or ()):
        wrong = wrong_pattern(name, value)
        if wrong:
            faults.add(file, values.lc.item(place)[0] + 1 if values is not None else None, name, str(value), wrong)
        else:
            entries.append(AddressListEntry(list=name, pattern=value.strip()))
    return entries


_SHORTEST_STARRED = 4


def wrong_pattern(name: AddressList, value: object) -> str | None:  # noqa: PLR0911 - a list of checks: one answer a line
    """Say what is allowed in place of a value; None when it is right."""
    if not isinstance(value, str) or not value.strip():
        return "allowed is a domain such as northmoor.police.example, or a full address; put it in quotes if it starts with @ or *"
    text = value.strip()
    if "@" in text[1:]:
        return None if parse(text).domain else "not an address; allowed is name@domain, or a domain"
    domain = text.removeprefix("@").removeprefix("*.")
    plain = canonical_domain(domain.replace("*", "x"))
    if not plain:
        return "not a domain; allowed is a domain such as northmoor.police.example, or a full address"
    first, _, rest = domain.partition(".")
    if "*" in rest:
        return "a star may stand only in the first part of a domain, as in northmoor*.onmicrosoft.com"
    hides = name in {"own", "partner", "protected"}
    if hides and (plain in _REGISTRIES or ("*" in first and rest in _REGISTRIES and len(first) < _SHORTEST_STARRED)):
        return "too wide: it would take in everybody's addresses"
    if hides and _is_providers(plain):
        return "a provider's domain here would hide everybody's private mailbox; list full addresses instead"
    return None


def _is_providers(domain: str) -> bool:
    lists = built_in()
    return any(group.holds(suffixes_of(domain)) for group in (lists.personal, lists.disposable, lists.relay))
