"""What the contract is held against: a detector, its examples and its page."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from detectors.registry import AnyDetector
from detectors.testing.example import Example


class ContractBrokenError(Exception):
    """A detector does not keep its contract; the message says what it did."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A detector under test. ``page`` is its ``docs/detectors/<id>.md``."""

    detector: type[AnyDetector]
    examples: Sequence[Example]
    page: Path
