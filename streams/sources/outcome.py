"""What a product's ``parse`` makes of one raw row: events, or a deliberate discard."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from schemas.records import FileEvent, MailEvent, SettingEvent

Row: TypeAlias = Mapping[str, object]
"""One raw record: a JSON object, or a CSV row by its header's names."""

Event: TypeAlias = MailEvent | FileEvent | SettingEvent


@dataclass(frozen=True, slots=True)
class Discard:
    """A record that was read and understood and cannot mean anything to us; ``reason`` is a short code that discards are counted by."""

    reason: str


Parsed: TypeAlias = list[Event] | Discard
Parse: TypeAlias = Callable[[Row], Parsed]
"""Raises SourceError and nothing else; a list is never empty."""
