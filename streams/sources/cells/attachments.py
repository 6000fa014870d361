"""Attachments as exports write them: ``name (123b); name (45b)`` in one string, or a list of objects."""

import re
from collections.abc import Iterator

from schemas.records import Attachment
from streams.sources.cells.fields import Fields, as_list, as_object, as_text
from streams.sources.cells.whole_numbers import whole_number

_SIZE = re.compile(r"\s?\((?P<number>\d[\d,.]{0,29})\s?(?P<unit>[kKmMgG]?)[bB]\)\s*(?:;|\Z)")
_UNITS = {"": 1, "k": 1024, "m": 1024**2, "g": 1024**3}
_SHA256 = re.compile(r"[0-9a-fA-F]{64}")


def attachments(value: object) -> tuple[Attachment, ...]:
    """Return the attachments of a field in its order; sizes in bytes."""
    found: list[Attachment] = []
    for item in as_list(value):
        held = as_object(item)
        if held is not None:
            found.extend(_of_object(Fields(held)))
        elif (text := as_text(item)) is not None:
            found.extend(_of_text(text))
    return tuple(found)


def _of_text(text: str) -> Iterator[Attachment]:
    """Cut the string at each size: a name may hold anything else, semicolons, brackets and dots included."""
    start = 0
    for match in _SIZE.finditer(text):
        name = text[start : match.start()].strip()
        size = whole_number(match["number"])
        start = match.end()
        if name:
            yield Attachment(name=name, size=None if size is None else size * _UNITS[match["unit"].lower()])
    for name in text[start:].split(";"):  # names without a size
        if name.strip():
            yield Attachment(name=name.strip())


def _of_object(fields: Fields) -> Iterator[Attachment]:
    name = fields.text("FileName", "Name", "AttachmentName")
    if name is not None:
        yield Attachment(
            name=name,
            size=fields.number("FileSize", "SizeInBytes", "Size", "FileSizeBytes"),
            label=fields.text("SensitivityLabelId", "SensitivityLabel", "Label"),
            sha256=sha256(fields.text("SHA256", "FileHash", "Sha256Hash")),
        )


def sha256(text: str | None) -> str | None:
    """Return the hash in lower case when it is 64 hex digits."""
    return text.lower() if text is not None and _SHA256.fullmatch(text) else None
