"""What custodiet's indices, aliases and templates are called."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

from streams.errors import UsageError

Family: TypeAlias = Literal["alerts", "marks"]


@dataclass(frozen=True, slots=True)
class Names:
    """The names under one ``prefix`` (empty in production; tests and shared clusters set one, such as ``t3f9a-``)."""

    prefix: str = ""

    def __post_init__(self) -> None:
        """Refuse with UsageError what Elasticsearch takes for no index's name."""
        if self.prefix.startswith(("_", "-", ".")):
            raise UsageError(f"{self.prefix!r} cannot begin the name of an index: begin it with a letter or a digit")

    @property
    def alerts(self) -> str:
        """The alias over every alert, written through and read from."""
        return self.alias("alerts")

    @property
    def active(self) -> str:
        """The filtered alias that shows active alerts alone."""
        return f"{self.alerts}-active"

    @property
    def marks(self) -> str:
        """The alias over analysts' marks: acknowledge, assign, dismiss."""
        return self.alias("marks")

    def alias(self, family: Family) -> str:
        """Return a family's alias, which is also the name of its template."""
        return f"{self.prefix}custodiet-{family}"

    def index(self, family: Family, version: int) -> str:
        """Return the name of one version of a family's index."""
        return f"{self.alias(family)}-v{version}"

    def pattern(self, family: Family) -> str:
        """Return the pattern over all versions of a family's index."""
        return f"{self.alias(family)}-v*"

    def version(self, family: Family, index: str) -> int | None:
        """Return the version that an index name carries; None when it is none of the family's."""
        tail = index.removeprefix(f"{self.alias(family)}-v")
        return int(tail) if tail != index and tail.isdecimal() else None
