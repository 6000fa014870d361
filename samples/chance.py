"""Plausible variety that is the same on every machine.

Only ``Random.random`` promises the same sequence in every version of Python, so everything is drawn from it alone; what needs a name
(record ids, message ids) is hashed from what it names.
"""

import hashlib
import random
import uuid
from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")

_NAMESPACE = uuid.UUID("6f0d1f0e-6e6f-5274-8d6f-6f7261636c65")


class Chance:
    """Draws from one seed."""

    def __init__(self, seed: int) -> None:
        """Start the sequence of ``seed``."""
        self._random = random.Random(seed)  # noqa: S311 - samples are no secrets

    def below(self, limit: int) -> int:
        """Return an integer from 0 to ``limit - 1``."""
        return int(self._random.random() * limit)

    def between(self, low: int, high: int) -> int:
        """Return an integer from ``low`` to ``high``, both included."""
        return low + self.below(high - low + 1)

    def likely(self, probability: float) -> bool:
        """Return True with this probability (0 to 1)."""
        return self._random.random() < probability

    def pick(self, choices: Sequence[T]) -> T:
        """Return one of the choices."""
        return choices[self.below(len(choices))]

    def shuffled(self, items: Sequence[T]) -> list[T]:
        """Return the items in another order."""
        return sorted(items, key=lambda _: self._random.random())


def guid(*parts: str) -> str:
    """Return the GUID that these words always have."""
    return str(uuid.uuid5(_NAMESPACE, "/".join(parts)))


def digits(limit: int, *parts: str) -> int:
    """Return a number from 0 to ``limit - 1`` that these words always have."""
    return int.from_bytes(hashlib.sha256("/".join(parts).encode()).digest()[:8], "big") % limit


def letters(length: int, *parts: str) -> str:
    """Return that many upper-case hex digits (at most 64) that these words always have."""
    return hashlib.sha256("/".join(parts).encode()).hexdigest()[:length].upper()
