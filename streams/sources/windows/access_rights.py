"""Windows access rights (an access mask, or the codes of an access list) to what was done to the file."""

import re
from collections.abc import Mapping

from schemas.records import FileAction

_READ = 0x1 | 0x8000_0000
_WRITE = 0x2 | 0x4 | 0x4000_0000
_DELETE = 0x1_0000
_ALL = 0x1000_0000
_NAMED: Mapping[str, int] = {
    "1537": _DELETE,
    "1538": 0x2_0000,
    "1539": 0x4_0000,
    "1540": 0x8_0000,
    "1541": 0x10_0000,
    "1542": 0x100_0000,
    **{str(4416 + bit): 1 << bit for bit in range(9)},
    "delete": _DELETE,
    "read_control": 0x2_0000,
    "write_dac": 0x4_0000,
    "write_owner": 0x8_0000,
    "synchronize": 0x10_0000,
    "readdata": 0x1,
    "writedata": 0x2,
    "appenddata": 0x4,
    "readea": 0x8,
    "writeea": 0x10,
    "execute": 0x20,
    "deletechild": 0x40,
    "readattributes": 0x80,
    "writeattributes": 0x100,
}
_HEX = re.compile(r"0x(?P<digits>[0-9a-f]{1,16})", re.IGNORECASE)
_DECIMAL = re.compile(r"\d{1,19}")
_WORD = re.compile(r"%%(\d{1,5})|([A-Za-z]\w{1,40})")


def mask_of(text: str | None) -> int | None:
    """Return an access mask written as ``0x12019f`` or as a decimal number; None when it is neither."""
    if text is None:
        return None
    hexadecimal = _HEX.fullmatch(text)
    if hexadecimal is not None:
        return int(hexadecimal["digits"], 16)
    return int(text) if _DECIMAL.fullmatch(text) else None


def listed(text: str | None) -> int | None:
    """Return the rights that a text lists: ``%%1541 %%4416``, ``READ_CONTROL,ReadData``; None when it lists none that is known."""
    rights = None
    for code, name in _WORD.findall(text or ""):
        right = _NAMED.get(code or name.lower())
        rights = rights if right is None else (rights or 0) | right
    return rights


def action_of(rights: int) -> FileAction | None:
    """Return the gravest for what may leave: content seen, then changed, then deleted; None when content was neither."""
    if rights & (_READ | _ALL):
        return "open"
    if rights & _WRITE:
        return "modify"
    return "delete" if rights & _DELETE else None
