"""Labels and classifications that a mail's header carries."""

import re
from collections.abc import Callable

_LABEL = re.compile(r"MSIP_Label_(?P<id>[0-9a-fA-F-]{36})_(?P<key>[A-Za-z]+)=(?P<value>[^;]*+)")
_MARKING = re.compile(r'marking\s*=\s*"(?P<marking>[^"]*+)"', re.IGNORECASE)
_FIELDS = re.compile(r"\b(?:SEC|CAVEAT|ACCESS)=(?P<value>[^,]*+)")
_TEXTS = ("x-protective-marking", "protective-marking", "x-classification", "x-security-classification", "x-microsoft-classification")
_IDS = ("x-microsoft-classid",)
_LONGEST = 400


def labels(field: Callable[[str], str | None]) -> tuple[str, ...]:
    """Return GUIDs and names in a stable order, each once; ``field`` gives a decoded field by its lower-case name.

    Read are ``msip_labels`` (Microsoft Purview; only what is not switched off), ``SIO-Label`` (RFC 7444), protective markings, Exchange
    message classifications, and ``Sensitivity: Company-Confidential`` (RFC 4021; its other values speak of private mail).
    """
    found = _purview(field("msip_labels") or "")
    sio = _MARKING.search(field("sio-label") or "")
    found += [] if sio is None else [sio["marking"]]
    found += [text for name in (*_IDS, *_TEXTS) if (told := field(name)) for text in _written(told)]
    if (sensitivity := field("sensitivity") or "").lower().replace("-", " ") == "company confidential":
        found.append(sensitivity)
    return tuple(dict.fromkeys(text.strip()[:_LONGEST] for text in found if text.strip()))


def _written(text: str) -> list[str]:
    """Return the markings of a field; ``SEC=OFFICIAL:Sensitive, ACCESS=Legal-Privilege, ORIGIN=a@b`` has them beside what is none."""
    return [match["value"] for match in _FIELDS.finditer(text)] or [text]


def _purview(text: str) -> list[str]:
    held: dict[str, dict[str, str]] = {}
    for match in _LABEL.finditer(text):
        held.setdefault(match["id"].lower(), {})[match["key"].lower()] = match["value"].strip()
    told = [(guid, keys.get("name", "")) for guid, keys in held.items() if keys.get("enabled", "true").lower() == "true"]
    return [text for guid, name in told for text in (guid, name) if text]
