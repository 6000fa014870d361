"""Plausible variety that is the same on every machine.

Only ``Random.random`` promises the same sequence in every version of Python, so everything is drawn from it alone; what needs a name
(record ids, message ids) is hashed from what it names.
"""

import hashlib
import math
import random
import uuid
from bisect import bisect_left
from collections.abc import Sequence
from functools import lru_cache
from itertools import accumulate
from typing import TypeVar

T = TypeVar("T")

_NAMESPACE = uuid.UUID("6f0d1f0e-6e6f-5274-8d6f-6f7261636c65")


class Chance:
    """Draws from one seed."""

    def __init__(self, seed: int) -> None:
        """Start the sequence of ``seed``."""
        self._random = random.Random(seed)  # noqa: S311 - nothing here is a secret

    def share(self) -> float:
        """Return a number from 0 up to and without 1."""
        return self._random.random()

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

    def times(self, mean: float) -> int:
        """Return how often something happens that happens ``mean`` times on average (Poisson, at most 60)."""
        return bisect_left(_poisson(mean), self._random.random())

    def some(self, choices: Sequence[T], count: int) -> list[T]:
        """Return so many different ones of the choices, or all where there are no more, in any order."""
        return self.shuffled(choices)[:count]

    def shuffled(self, items: Sequence[T]) -> list[T]:
        """Return the items in another order."""
        return sorted(items, key=lambda _: self._random.random())


@lru_cache(maxsize=4096)
def _poisson(mean: float) -> tuple[float, ...]:
    return tuple(accumulate(math.exp(-mean) * mean**count / math.factorial(count) for count in range(60)))


def name_of(*parts: object) -> str:
    """Return the 32 hex digits that these words always have: what one thing that happened is called in every log."""
    return hashlib.blake2b("/".join(map(str, parts)).encode(), digest_size=16).hexdigest()


def guid(*parts: str) -> str:
    """Return the GUID that these words always have."""
    return str(uuid.uuid5(_NAMESPACE, "/".join(parts)))


def digits(limit: int, *parts: str) -> int:
    """Return a number from 0 to ``limit - 1`` that these words always have."""
    return int.from_bytes(hashlib.sha256("/".join(parts).encode()).digest()[:8], "big") % limit


def letters(length: int, *parts: str) -> str:
    """Return that many upper-case hex digits (at most 64) that these words always have."""
    return hashlib.sha256("/".join(parts).encode()).hexdigest()[:length].upper()
