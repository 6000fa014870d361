"""The officer behind a key, as far as dated facts tell: leaving, suspension, training, warnings, monitoring, declared addresses."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal, NamedTuple, TypeAlias

from schemas.records import Millis, SubjectFact

DAY_MS = 86_400_000

MilestoneKind: TypeAlias = Literal["training", "warning"]


class Milestone(NamedTuple):
    """A day on which the officer was told how to do it, or not to: ``at`` is its first instant."""

    at: Millis
    what: MilestoneKind


@dataclass(frozen=True, slots=True)
class Subject:
    """The united view of an officer's SubjectFacts; each fact is one row of the officer's record."""

    officer_id: str
    facts: tuple[SubjectFact, ...]

    @classmethod
    def of(cls, officer_id: str, facts: Iterable[SubjectFact]) -> "Subject | None":
        """Unite the facts that stand (void ones are gone); None when nothing is known."""
        standing = tuple(sorted((fact for fact in facts if not fact.void), key=lambda fact: fact.fact_id))
        return cls(officer_id, standing) if standing else None

    @property
    def declared(self) -> frozenset[str]:
        """Every personal address that any of the officer's records declares, in canonical form: one's own mailbox stays one's own."""
        return frozenset(address for fact in self.facts for address in fact.personal_addresses)

    @property
    def milestones(self) -> tuple[Milestone, ...]:
        """Every training and warning that any of the officer's records names, each once, earliest first."""
        trained = {Milestone(fact.trained_at, "training") for fact in self.facts if fact.trained_at is not None}
        warned = {Milestone(fact.warned_at, "warning") for fact in self.facts if fact.warned_at is not None}
        return tuple(sorted(trained | warned))

    def leaving_within(self, at: Millis, ahead: timedelta) -> bool:
        """Tell whether ``at`` lies in the time ``ahead`` of a last day, or on that day."""
        reach = int(ahead.total_seconds() * 1000)
        return any(fact.last_day is not None and fact.last_day - reach <= at < fact.last_day + DAY_MS for fact in self.facts)

    def suspended(self, at: Millis) -> bool:
        """Tell whether the officer was suspended at this instant; a suspension without an end lasts."""
        return any(_within(at, fact.suspended_from, fact.suspended_to) for fact in self.facts)

    def monitored(self, at: Millis) -> bool:
        """Tell whether the officer was under enhanced monitoring at this instant."""
        return any(_within(at, fact.monitored_from, fact.monitored_to) for fact in self.facts)


def _within(at: Millis, start: Millis | None, end: Millis | None) -> bool:
    return start is not None and start <= at and (end is None or at < end)
