"""Which activities anybody wants: what the registered detectors take, and under which groupings."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from detectors.contract import Detector
from schemas.records import FileAction, Grouping, Kind


@dataclass(frozen=True, slots=True)
class Wanted:
    """Pairs of kind and grouping, and what done to files is asked for. An activity that nothing asks for is not written."""

    pairs: frozenset[tuple[Kind, Grouping]]
    actions: frozenset[FileAction] = Detector.actions

    @classmethod
    def of(cls, detectors: Iterable[Detector[Any]]) -> "Wanted":
        """Return what these detectors want between them."""
        them = list(detectors)
        return cls(
            frozenset((kind, detector.grouping) for detector in them for kind in detector.kinds),
            frozenset(action for detector in them if "file" in detector.kinds for action in detector.actions),
        )

    @property
    def kinds(self) -> frozenset[Kind]:
        """Every kind that some detector takes."""
        return frozenset(kind for kind, _ in self.pairs)

    def under(self, kind: Kind, grouping: Grouping) -> bool:
        """Tell whether a detector takes this kind under this grouping."""
        return (kind, grouping) in self.pairs
