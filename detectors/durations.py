"""Lengths of time as configuration writes them: a whole number and a unit, ``7d``, ``36h``, ``90m``."""

import re
from datetime import timedelta
from typing import Annotated

from pydantic import BeforeValidator, PlainSerializer

_UNITS = {"s": timedelta(seconds=1), "m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}
_WRITTEN = re.compile(r"\s*(\d{1,6})\s*([smhdw])\s*")


def parse_duration(written: object) -> timedelta:
    """Return the elapsed time that ``written`` stands for; a day is 24 h. Raise ValueError on anything else than number and unit."""
    if isinstance(written, timedelta):
        return written
    match = _WRITTEN.fullmatch(written) if isinstance(written, str) else None
    if match is None:
        raise ValueError(f"{written!r} is no duration; write a whole number and one of {', '.join(_UNITS)}, such as 7d or 60m")
    return int(match[1]) * _UNITS[match[2]]


def write_duration(duration: timedelta) -> str:
    """Return the shortest way to write a duration of whole seconds, in the largest unit up to days that divides it."""
    for unit in ("d", "h", "m"):
        if duration % _UNITS[unit] == timedelta():
            return f"{duration // _UNITS[unit]}{unit}"
    return f"{duration // _UNITS['s']}s"


def milliseconds(duration: timedelta) -> int:
    """Return a duration in whole milliseconds."""
    return duration // timedelta(milliseconds=1)


Duration = Annotated[timedelta, BeforeValidator(parse_duration), PlainSerializer(write_duration)]
"""A pydantic field type that reads and writes durations in this form."""
