"""Points: one table of reason codes that a person can read and a force can change."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal, TypeAlias

from schemas.records import Reason

Code: TypeAlias = Literal[
    "own-account-declared",
    "own-account-likely",
    "disposable-or-relay",
    "personal-address",
    "attachment",
    "marked-message",
    "official-sensitive",
    "secret",
    "category",
    "protected-person",
    "repeat",
    "sustained",
    "access-then-send-hash",
    "access-then-send-name",
    "access-then-send-time",
    "leaver",
    "again-after-training",
    "forwarding-outside",
]

POINTS: Mapping[Code, tuple[int, str]] = MappingProxyType(
    {
        "own-account-declared": (3, "went to an account that the officer declared as their own"),
        "own-account-likely": (3, "went to an account that by its name is likely the officer's own"),
        "disposable-or-relay": (3, "went to a disposable or relay address that hides who reads it"),
        "personal-address": (1, "went to a personal address"),
        "attachment": (1, "carried an attachment without a protective marking above OFFICIAL"),
        "marked-message": (1, "the message itself is labelled or marked"),
        "official-sensitive": (3, "carried OFFICIAL-SENSITIVE material"),
        "secret": (5, "carried SECRET or TOP SECRET material"),
        "category": (2, "carried protected categories of material"),
        "protected-person": (9, "concerns a protected person"),
        "repeat": (1, "was done again and again in a short time"),
        "sustained": (2, "was kept up over weeks"),
        "access-then-send-hash": (3, "the very file was opened shortly before it was sent"),
        "access-then-send-name": (2, "a file of the same name was opened shortly before it was sent"),
        "access-then-send-time": (1, "a classified file was opened shortly before something was sent"),
        "leaver": (2, "happened in the last days of service or under suspension"),
        "again-after-training": (3, "happened again after training, a warning or under enhanced monitoring"),
        "forwarding-outside": (6, "mail is forwarded outside by a standing rule"),
    }
)


@dataclass(frozen=True, slots=True)
class Points:
    """The table with a force's own figures laid over it."""

    overrides: Mapping[str, int] = field(default_factory=dict, hash=False)

    def reason(self, code: Code, *, times: int = 1, words: str | None = None) -> Reason:
        """Return the reason for a code, its points taken ``times``; ``words`` replaces the table's sentence."""
        points, sentence = POINTS[code]
        return Reason(code=code, points=self.overrides.get(code, points) * times, words=words or sentence)
