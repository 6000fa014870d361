"""Fields of a raw record by name, however the export spells the name and nests the value.

Names are compared by their letters and digits in lower case: ``Message ID``, ``message_id`` and ``MessageId`` are one.
"""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache

from schemas.records import Millis
from streams.errors import SourceError
from streams.sources.cells.instants import DateOrder, read_instant
from streams.sources.cells.whole_numbers import whole_number
from streams.sources.shapes.json_text import decode_json

_NOT_IN_A_NAME = re.compile(r"[\W_]+")
# What stands where somebody took a value out before they handed the export on: it would be one and the same in thousands of records, so
# as an id it would make one of them, and as an account or a Message-ID unite what has nothing to do with each other.
_TAKEN_OUT = re.compile(
    r"[\[({<*]+\s*(?:redacted|removed|masked|withheld|hidden|omitted|anonymi[sz]ed|obfuscated)(?:[\s_:-][\w\s:-]{0,40})?[\])}>*]+"
    r"|(?-i:REDACTED(?:[_ -][A-Z_ -]{1,40})?)|[*\u2588]{3,}|x{8}(?:-x{4}){3}-x{12}|0{8}(?:-0{4}){3}-0{12}",
    re.IGNORECASE,
)
_MAY_BE_TAKEN_OUT = frozenset("[({<*\u2588RxX0")


@lru_cache(maxsize=4096)
def plain_name(name: str) -> str:
    """Return a field's name as it is compared."""
    return _NOT_IN_A_NAME.sub("", name).lower()


def as_object(value: object) -> Mapping[str, object] | None:
    """Return ``value`` as a JSON object, also when it is the text of one."""
    if isinstance(value, str):
        value = _nested(value, "{")
    return value if isinstance(value, Mapping) else None


def as_list(value: object) -> list[object]:
    """Return ``value`` as a list: a list as it is, the text of one decoded, nothing as empty, anything else as its only item."""
    if isinstance(value, str):
        nested = _nested(value, "[")
        value = value if nested is None else nested
    if isinstance(value, list):
        return value
    return [] if value is None or value == "" else [value]


def _nested(text: str, opening: str) -> object:
    if not text.lstrip().startswith(opening):
        return None
    try:
        return decode_json(text.encode())
    except SourceError:
        return None


def as_text(value: object) -> str | None:
    """Return ``value`` as text without blanks around it; None when there is nothing, or something that is no single value.

    Nothing is also what says that something was taken out (``[REDACTED_ID]``, ``***``, the GUID of noughts).
    """
    if isinstance(value, str):
        text = value.strip()
        return None if not text or (text[0] in _MAY_BE_TAKEN_OUT and _TAKEN_OUT.fullmatch(text)) else text
    return str(value) if isinstance(value, int | float) else None


class Fields:
    """A view of one object. Where several names are given, the first that holds something counts."""

    __slots__ = ("_values",)

    def __init__(self, row: Mapping[str, object]) -> None:
        """Index the row; of two spellings of one name the first that holds something is kept."""
        values: dict[str, object] = {}
        for key, value in row.items():
            name = plain_name(key)
            if values.get(name) in (None, ""):
                values[name] = value
        self._values = values

    def __contains__(self, name: str) -> bool:
        """Whether the record has this field, filled or not."""
        return plain_name(name) in self._values

    def raw(self, *names: str) -> object:
        """Return the value as it stands; None when there is none."""
        for name in names:
            value = self._values.get(plain_name(name))
            if value is not None and value != "":
                return value
        return None

    def text(self, *names: str) -> str | None:
        """Return the value as text without blanks around it."""
        for name in names:
            found = as_text(self._values.get(plain_name(name)))
            if found is not None:
                return found
        return None

    def needed(self, *names: str) -> str:
        """Return the value as text; raises SourceError ``missing-field``."""
        found = self.text(*names)
        if found is None:
            raise SourceError("missing-field", f"no {' or '.join(names)}")
        return found

    def number(self, *names: str) -> int | None:
        """Return the value as a whole number; None when it is none."""
        return whole_number(self.raw(*names))

    def instant(self, *names: str, order: DateOrder = "by-clock") -> Millis:
        """Return the value as an instant (UTC where it says none); raises SourceError."""
        value = self.raw(*names)
        if isinstance(value, Mapping):  # PowerShell writes a decorated date as {"value": "/Date(...)/", "DateTime": "..."}
            value = Fields(value).raw("value")
        return read_instant(value, order)

    def object(self, *names: str) -> "Fields":
        """Return a nested object; an empty one when there is none."""
        return Fields(as_object(self.raw(*names)) or {})

    def objects(self, *names: str) -> Iterator["Fields"]:
        """Yield the objects of a nested list."""
        for item in as_list(self.raw(*names)):
            found = as_object(item)
            if found is not None:
                yield Fields(found)

    def names(self) -> Iterator[str]:
        """Yield the names, as they are compared."""
        return iter(self._values)
