"""The five ends of a record that was read, counted so that they add up."""

from dataclasses import asdict, dataclass, fields


@dataclass(slots=True)
class Counts:
    """How many records were read and how each ended; a redelivery after a crash is counted outside the sum."""

    read: int = 0
    facts: int = 0
    duplicates: int = 0
    dead_letters: int = 0
    late: int = 0
    discarded: int = 0
    redelivered: int = 0

    def add(self, other: "Counts") -> None:
        """Add another's figures to this one's."""
        for field in fields(self):
            setattr(self, field.name, getattr(self, field.name) + getattr(other, field.name))

    def minus(self, other: "Counts") -> "Counts":
        """Return what came since ``other``."""
        return Counts(**{field.name: getattr(self, field.name) - getattr(other, field.name) for field in fields(self)})

    @property
    def ended(self) -> int:
        """The sum of the five ends; equal to ``read`` when nothing was dropped in silence."""
        return self.facts + self.duplicates + self.dead_letters + self.late + self.discarded

    def five(self) -> dict[str, int]:
        """Return what was read and the five ends, by their public names."""
        return {name: figure for name, figure in asdict(self).items() if name != "redelivered"}

    def as_dict(self) -> dict[str, int]:
        """Return the figures by name."""
        return asdict(self)
