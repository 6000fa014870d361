"""The changelog rows of the enrich stage: what was said of one message, which rows are due to leave, how far a partition is.

Each mirrors one Avro schema under ``state/``. A fact is kept as the bytes of its record in the framing of the wire, which names its own
version: a new version of MailEvent needs no new version of these rows.
"""

from schemas.records import Grouping, Kind, Millis, Record


class FactRank(Record, frozen=True, kw_only=True):
    """A place in the order in which facts are kept when there are too many: lower ``rank`` first, then ``name``."""

    rank: int
    name: bytes


class HeldFact(Record, frozen=True, kw_only=True):
    """One record of one feed. ``name`` is a digest of all that it says, ``offset`` where it was read first, ``event`` its bytes.

    ``outside`` is the number of recipients outside the force before some were left out (0: none were); ``cut`` says that something was
    left out; ``rank`` is known once there were too many facts.
    """

    name: bytes
    offset: int
    occurred_at: Millis
    event: bytes
    outside: int = 0
    cut: bool = False
    rank: int | None = None


class Emission(Record, frozen=True, kw_only=True):
    """One activity that was published under one key of ``activities``; ``digest`` is that of its content, without its revision."""

    activity_id: str
    kind: Kind
    grouping: Grouping
    value: str
    officer_id: str
    occurred_at: Millis
    revision: int
    void: bool = False
    digest: bytes = b""


class UnionRow(Record, frozen=True, kw_only=True):
    """Everything that was said of one message (or one file or setting event) and everything that was published of it.

    No fact at or above ``floor`` is held: there were too many, and those above it were let go. ``ended_at`` is the last instant of the
    mails of the same Message-ID that have left this row.
    """

    key: str
    facts: tuple[HeldFact, ...] = ()
    floor: FactRank | None = None
    ended_at: Millis | None = None
    emitted: tuple[Emission, ...] = ()


class DueRow(Record, frozen=True, kw_only=True):
    """The union rows that one chunk wrote, and the partition's clock after it: by then every fact in them had happened."""

    clock: Millis
    unions: tuple[bytes, ...] = ()


class LateOffset(Record, frozen=True, kw_only=True):
    """A record of the last chunk that came too late, and the clock that it met."""

    offset: int
    clock: Millis


class PartitionRow(Record, frozen=True, kw_only=True):
    """How far one partition is: ``through`` is the last offset applied, ``clock`` the highest event time, the counts are of all its time.

    ``sure_clock`` is the clock up to which all that was made of the partition has surely been sent; what leaves the state leaves by it.
    ``first_due`` to ``next_due`` (exclusive) are the numbers of the DueRows that wait; the offsets are of records of the last chunk that
    were set aside, so that a redelivery sets them aside again.
    """

    topic: str
    partition: int
    through: int = -1
    clock: Millis | None = None
    sure_clock: Millis | None = None
    first_due: int = 0
    next_due: int = 0
    late_offsets: tuple[LateOffset, ...] = ()
    refused_offsets: tuple[int, ...] = ()
    read: int = 0
    facts: int = 0
    duplicates: int = 0
    dead_letters: int = 0
    late: int = 0
    discarded: int = 0
    redelivered: int = 0
