"""The whole contract of a detector, on one screen.

A detector says *what is evidence* (``select``) and *when it is too much* (``judge``). Both are pure: no wall clock, no network, no
memory of earlier calls. The engine owns everything else: which activities a key holds, exceptions, order, ids, quarters, revisions
and retirement.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar, Generic, TypeVar, get_args

from pydantic import BaseModel, ConfigDict

from detectors.calendar import Calendar
from detectors.points import Points
from detectors.subject import Subject
from schemas.records import Activity, FileAction, Grouping, Kind, Millis, Reason, Severity

__all__ = ["Config", "Detector", "Episode", "Evidence", "Key", "Reason", "Severity", "Subject", "View"]


class Config(BaseModel):
    """What every detector's ``Config`` extends: frozen, and an unknown key is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    enabled: bool = True


@dataclass(frozen=True, slots=True)
class Key:
    """What an activity is grouped under: ``grouping`` and its value (an officer id, a canonical address, a content hash)."""

    grouping: Grouping
    value: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a detector sees in one activity.

    ``at`` is the event time in UTC milliseconds; ``role`` lets one detector keep several sorts of evidence apart; ``value`` is what
    the measure ``bytes`` adds up; ``facets`` are (name, value) pairs that the measures ``addresses``, ``documents`` and ``officers``
    count distinctly by the names ``address``, ``document`` and ``officer``; ``reasons`` are the piece's own points; ``summary`` is one
    sentence for the analyst. With ``counted`` False the piece is *shadow*: kept and shown, not counted; ``authorised_by`` says under
    whose authority. A piece of a crowded day has no more than id, instant, role and reasons.
    """

    activity_id: str
    at: Millis
    role: str = ""
    value: int = 0
    facets: tuple[tuple[str, str], ...] = ()
    reasons: tuple[Reason, ...] = ()
    summary: str = ""
    counted: bool = True
    authorised_by: str | None = None

    @property
    def points(self) -> int:
        """The sum of the piece's own points."""
        return sum(reason.points for reason in self.reasons)


@dataclass(frozen=True, slots=True)
class View:
    """All that a detector may look at when it judges a key: its evidence, sorted by (at, activity_id), and the officer's dated facts.

    ``settled`` are the activity ids of pieces whose alerts are final: they count in windows but belong to no episode again, and no
    pattern's reason may rest on them.
    """

    key: Key
    counted: Sequence[Evidence]
    shadow: Sequence[Evidence] = ()
    subject: Subject | None = None
    settled: frozenset[str] = frozenset()

    def between(self, after: Millis, upto: Millis, role: str | None = None) -> list[Evidence]:
        """Return the counted evidence with ``after < at <= upto``, of one role or of any."""
        return [piece for piece in self.counted if after < piece.at <= upto and (role is None or piece.role == role)]


@dataclass(frozen=True, slots=True)
class Episode:
    """Evidence that belongs together and is too much: one alert.

    ``trigger`` is the activity id of the first piece, by (at, activity_id), with which a window reached its threshold; ``reasons`` are
    the pattern's points, beside those of the pieces. A run that spans quarters is given as one Episode per part (``judging`` does it).
    """

    evidence: tuple[Evidence, ...]
    trigger: str
    reasons: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True)
class Force:
    """What detectors are told of the force: its civil calendar and its points."""

    calendar: Calendar
    points: Points


C = TypeVar("C", bound=Config)


class Detector(ABC, Generic[C]):
    """One behaviour to watch for. Subclasses are stateless beyond their ``config``.

    ``kinds`` are the activities that it takes, under its ``grouping``; of files those with one of its ``actions``. What no detector
    takes is not written.
    """

    id: ClassVar[str]
    version: ClassVar[int]
    title: ClassVar[str]
    guidance: ClassVar[str]
    grouping: ClassVar[Grouping]
    kinds: ClassVar[frozenset[Kind]]
    actions: ClassVar[frozenset[FileAction]] = frozenset(get_args(FileAction))
    Config: ClassVar[type[Config]]

    def __init__(self, config: C, force: Force) -> None:
        """Keep the configuration and the force's calendar and points; a detector has no other state."""
        self.config = config
        self.force = force

    @property
    @abstractmethod
    def reach(self) -> timedelta:
        """The farthest apart that two pieces of evidence can change each other's judgement."""

    @abstractmethod
    def select(self, activity: Activity, key: Key) -> Evidence | None:
        """Return what this activity proves to this detector, or None. Pure in the one activity."""

    @abstractmethod
    def judge(self, view: View) -> Iterable[Episode]:
        """Return the episodes that this evidence amounts to. Pure in the view."""
