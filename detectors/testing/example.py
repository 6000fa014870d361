"""Examples: a rule of a detector told by a pair of histories."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from detectors.contract import Force
from detectors.engine.facts import Record
from detectors.registry import AnyDetector
from detectors.testing.builders import force


@dataclass(frozen=True, slots=True)
class Example:
    """One history that must fire, and one that just misses it. Both are of one key.

    ``rule`` says what tells the two apart; ``config`` is what the configuration file would say of the detector.
    """

    rule: str
    fires: tuple[Record, ...]
    near_miss: tuple[Record, ...]
    config: Mapping[str, Any] = field(default_factory=dict)

    def detector(self, of: type[AnyDetector], told: Force | None = None) -> AnyDetector:
        """Return a new detector, configured as this example wants it, for a force of its own or the default one."""
        return of(of.Config.model_validate(dict(self.config)), told or force())
