"""The changelog rows of the detect stage: one head row a key, and one row for each month of its activities.

Each mirrors one Avro schema under ``state/``. State of an older version is read by the newer schema.
"""

from schemas.records import Activity, Alert, ExceptionFact, Kind, Millis, Reason, Record, Status, SubjectFact


class BareEvidence(Record, frozen=True, kw_only=True):
    """What an activity that is not kept whole was worth to one detector: its points are never lost in a crowd."""

    detector: str
    role: str = ""
    reasons: tuple[Reason, ...] = ()


class BareFact(Record, frozen=True, kw_only=True):
    """An activity of a crowded day: id, instant, and what it is worth to each detector that it counts for."""

    activity_id: str
    revision: int
    kind: Kind
    void: bool = False
    occurred_at: Millis
    counted_by: tuple[BareEvidence, ...] = ()


class DetectorMark(Record, frozen=True, kw_only=True):
    """What is remembered of one detector on one key: the floor below which it looks at nothing, and the settled activity ids."""

    detector: str
    floor: Millis | None = None
    settled: tuple[str, ...] = ()


class KindFloor(Record, frozen=True, kw_only=True):
    """Facts of this kind before this instant are no longer held."""

    kind: Kind
    floor: Millis


class ExceptionUse(Record, frozen=True, kw_only=True):
    """How often an exception was drawn on by mails that are no longer held."""

    exception_id: str
    times: int


class LateMark(Record, frozen=True, kw_only=True):
    """A record of the last chunk that came too late, kept until that chunk is surely acknowledged."""

    offset: int
    occurred_at: Millis
    clock: Millis
    late_by: int


class IssuedAlert(Record, frozen=True, kw_only=True):
    """An alert id that was announced, and its content for as long as a redelivery may need it."""

    alert_id: str
    detector: str
    trigger: str
    status: Status
    revision: int
    last_at: Millis
    digest: str
    alert: Alert | None = None
    published: bool = False


class HeadRow(Record, frozen=True, kw_only=True):
    """All of a detect key but its activities. ``months`` (yyyymm) names the MonthRows that belong to it."""

    key: str
    through: int
    clock: Millis | None = None
    floors: tuple[KindFloor, ...] = ()
    subjects: tuple[SubjectFact, ...] = ()
    exceptions: tuple[ExceptionFact, ...] = ()
    used: tuple[ExceptionUse, ...] = ()
    detectors: tuple[DetectorMark, ...] = ()
    issued: tuple[IssuedAlert, ...] = ()
    late: tuple[LateMark, ...] = ()
    months: tuple[int, ...] = ()


class MonthRow(Record, frozen=True, kw_only=True):
    """A detect key's activities of one UTC month (yyyymm) of ``occurred_at``."""

    key: str
    month: int
    activities: tuple[Activity, ...] = ()
    bare: tuple[BareFact, ...] = ()


class DetectorVersion(Record, frozen=True, kw_only=True):
    """A detector and the version of it that this state was made with."""

    detector: str
    version: int


class DetectionRow(Record, frozen=True, kw_only=True):
    """One partition of the detect stage: how far it is, how its records ended, and with which detectors and configuration.

    ``began_at`` is the first offset that there was when the state began. While ``takes_over_at`` is set a new generation keeps what it
    finds to itself; it speaks when it has read up to that offset.
    """

    topic: str
    partition: int
    through: int
    began_at: int = 0
    takes_over_at: int | None = None
    read: int = 0
    facts: int = 0
    duplicates: int = 0
    dead_letters: int = 0
    late: int = 0
    discarded: int = 0
    redelivered: int = 0
    config_version: str = ""
    detectors: tuple[DetectorVersion, ...] = ()
