"""Bulk access to sensitive files.

Behaviour: an officer opens, downloads or copies far more different sensitive files within 24 hours than they usually do, and many at that:
what comes before a large theft, or is one, by a way that no mail shows.
Proof: the records of each access, with what says that the file is sensitive (label, known hash, path, marking in its name).
Blind spots: files that nothing classifies; a pace that rises slowly enough to become the officer's habit; systems that log no access.
What the analyst does: see whether the files belong to one case and the officer to it, and look for what left: mail, print, removable media.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import timedelta
from decimal import Decimal
from functools import cache
from statistics import median_high
from typing import Annotated, ClassVar

from pydantic import Field, model_validator

from detectors import contract, files, judging
from detectors.contract import Episode, Evidence, Key, View
from detectors.durations import Duration, milliseconds
from detectors.judging import Limit
from detectors.mails import class_reasons
from detectors.patterns import leaver
from schemas.records import Activity, FileAction, Grouping, Kind, Millis


class Config(contract.Config):
    """How many different files in which window, how far above the usual day, and what the usual day is taken from."""

    window: Annotated[Duration, Field(gt=timedelta())] = timedelta(hours=24)
    floor: int = Field(default=30, ge=1)
    factor: Decimal = Field(default=Decimal(3), ge=0)
    baseline_days: int = Field(default=30, ge=1)
    least_days: int = Field(default=5, ge=1)

    @model_validator(mode="after")
    def _days_fit(self) -> "Config":
        if self.least_days > self.baseline_days:
            raise ValueError("least_days may not be more than baseline_days: no usual day would ever be known")
        return self


class BulkAccess(contract.Detector[Config]):
    """Different sensitive files in 24 hours: at least a floor, and above a multiple of the officer's own usual day."""

    id: ClassVar[str] = "bulk-access"
    version: ClassVar[int] = 1
    title: ClassVar[str] = "Bulk access to sensitive files"
    guidance: ClassVar[str] = "See whether the files and the officer belong to one case, and look for what left the force afterwards."
    grouping: ClassVar[Grouping] = "officer"
    kinds: ClassVar[frozenset[Kind]] = frozenset({"file"})
    actions: ClassVar[frozenset[FileAction]] = frozenset(files.ACCESSES)
    Config: ClassVar[type[contract.Config]] = Config

    @property
    def reach(self) -> timedelta:
        """From the end of a window back to the first civil day of its baseline, of which two may have 25 hours."""
        return self.config.window + timedelta(days=self.config.baseline_days + 1, hours=2)

    def select(self, activity: Activity, key: Key) -> Evidence | None:  # noqa: ARG002 - the officer's own key says no more
        """Return the access when the file is sensitive. Which file it is stands in the role too: of a crowded day that is kept."""
        file = files.file_of(activity)
        if file is None or not files.is_sensitive(file):
            return None
        which = files.identity(activity, file)
        return Evidence(
            activity_id=activity.activity_id,
            at=activity.occurred_at,
            role=which,
            facets=(("document", which),),
            reasons=class_reasons(activity, self.force.points, verb="holds"),
            summary=files.told(activity, file),
        )

    def judge(self, view: View) -> Iterable[Episode]:
        """Return the runs in which too many different files were accessed."""
        named = judging.named_by_role(view, "document")
        usual = self._usual(named.counted)
        limit = Limit(milliseconds(self.config.window), "documents", lambda end: self._threshold(named, end, usual(end)))
        for part in judging.parts_above(named, [limit], self.force.calendar):
            different = len({piece.role for piece in part.evidence})
            words = f"{different} different sensitive files were accessed; on the officer's usual day it is {usual(part.evidence[0].at)}"
            pattern = (self.force.points.reason("repeat", words=words), *leaver(part.evidence, view.subject, self.force.points))
            yield Episode(evidence=part.evidence, trigger=part.trigger, reasons=pattern)

    def _threshold(self, view: View, end: Millis, usual: int) -> int:
        """Return how many different files are too many in the window that ends then: the floor gives way to monitoring, habit does not."""
        return max(judging.eased(self.config.floor, view.subject, end), int(self.config.factor * usual) + 1)

    def _usual(self, pieces: Sequence[Evidence]) -> Callable[[Millis], int]:
        """Return what tells, for the end of a window, the officer's usual day before it.

        That is the median of different files over the civil days with any, in the ``baseline_days`` before the day on which the window
        begins: leave and days off do not lower it, and one earlier haul does not raise it. On fewer than ``least_days`` days there is
        no habit yet: 0.
        """
        day_of = self.force.calendar.day
        files_of: dict[int, set[str]] = {}
        for piece in pieces:
            files_of.setdefault(day_of(piece.at), set()).add(piece.role)

        @cache
        def before(day: int) -> int:
            counts = [len(files_of[each]) for each in range(day - self.config.baseline_days, day) if each in files_of]
            return median_high(counts) if len(counts) >= self.config.least_days else 0

        return lambda end: before(day_of(end - milliseconds(self.config.window)))
