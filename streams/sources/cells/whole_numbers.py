"""Whole numbers as exports write them: ``12``, ``"12"``, ``1156492.00``, ``"1,156,492"``, ``"1e9"``, ``"30 GB (32,212,254,720 bytes)"``."""

import math
import re

_LARGEST = 2**63 - 1
_PLAIN = re.compile(r"\d{1,30}")
_GROUPED = re.compile(r"\d{1,3}(?:,\d{3}){1,9}(?:\.\d{1,30})?")
_DECIMAL = re.compile(r"\d{1,30}(?:\.\d{0,30})?(?:[eE]\+?\d{1,2})?")
_BYTES = re.compile(r"\(([\d,]{1,40}) bytes\)")


def whole_number(value: object) -> int | None:
    """Return ``value`` as a number from 0 to 2^63-1; None when it is none (a size that cannot be read must not cost the record)."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value if 0 <= value <= _LARGEST else None
    if isinstance(value, float):
        return _from_float(value)
    return _from_text(value.strip()) if isinstance(value, str) else None


def _from_float(value: float) -> int | None:
    return whole_number(int(value)) if math.isfinite(value) and value >= 0 else None


def _from_text(text: str) -> int | None:
    if _PLAIN.fullmatch(text):
        return whole_number(int(text))
    in_bytes = _BYTES.search(text)
    if in_bytes is not None:
        return _from_text(in_bytes.group(1).replace(",", ""))
    if _GROUPED.fullmatch(text):
        text = text.replace(",", "")
    if _DECIMAL.fullmatch(text):
        return _from_float(float(text))
    return None
