"""The typed records that travel between custodiet's stages.

Every class mirrors one Avro schema under ``avro/`` field for field (a test holds the two together). Instants are UTC milliseconds
since the epoch (``Millis``); the public JSON form writes them as ISO 8601. Records are frozen: a stage makes a new one and never
edits one that it was handed. All of them stand on one page, so that what travels can be read in one go.
"""

from typing import Annotated, Literal, TypeAlias

import msgspec

INSTANT = "instant"
"""What marks a field of time, for those that look at types."""

Millis: TypeAlias = Annotated[int, msgspec.Meta(title=INSTANT, ge=-62_135_596_800_000, le=253_402_300_799_999)]
"""An instant: UTC milliseconds since 1970-01-01T00:00:00Z, from year 1 to year 9999: what ISO 8601 and a datetime can say."""

EventTime: TypeAlias = Annotated[int, msgspec.Meta(title=INSTANT, ge=0, le=7_258_118_399_999)]
"""When something happened: Millis from 1970 to 2199, so that what is reckoned from it (windows, horizons) stays an instant."""

Direction: TypeAlias = Literal["outbound", "inbound", "internal", "unknown"]
FileAction: TypeAlias = Literal["open", "download", "copy", "upload", "modify", "delete", "share", "print"]
SettingAction: TypeAlias = Literal["set", "removed"]
Kind: TypeAlias = Literal["mail", "inbound", "file", "setting"]
Grouping: TypeAlias = Literal["officer", "address", "document"]
AddressClass: TypeAlias = Literal["own-tenant", "protected", "partner", "disposable", "relay", "personal", "external", "invalid"]
Own: TypeAlias = Literal["no", "possible", "likely", "declared"]
Marking: TypeAlias = Literal["OFFICIAL", "OFFICIAL-SENSITIVE", "SECRET", "TOP SECRET"]
Severity: TypeAlias = Literal["low", "medium", "high", "critical"]
Status: TypeAlias = Literal["active", "superseded", "withdrawn"]
Change: TypeAlias = Literal["opened", "extended", "severity-raised", "superseded", "withdrawn"]
ClassKind: TypeAlias = Literal["label", "path", "name", "hash", "dlp", "site"]
AddressList: TypeAlias = Literal["own", "partner", "protected", "personal", "exclude"]


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """The base of everything that travels."""


class Attachment(Record, frozen=True, kw_only=True):
    """One attachment as a feed names it; ``sha256`` is lower-case hex of the content, ``size`` is in bytes."""

    name: str
    size: int | None = None
    label: str | None = None
    sha256: str | None = None


class MailEvent(Record, frozen=True, kw_only=True):
    """What one feed said of one message: a partial fact.

    ``account`` is who acted (a delegate, say) where the feed tells it; ``recipients`` are RFC 5322 addr-specs or mailboxes
    (``Name <addr>``), envelope and header recipients alike; ``size`` is the whole message in bytes.
    """

    feed: str
    record_id: str
    message_id: str | None = None
    occurred_at: EventTime
    direction: Direction = "unknown"
    sender: str
    account: str | None = None
    recipients: tuple[str, ...] = ()
    subject: str | None = None
    attachments: tuple[Attachment, ...] = ()
    labels: tuple[str, ...] = ()
    dlp_types: tuple[str, ...] = ()
    size: int | None = None


class FileEvent(Record, frozen=True, kw_only=True):
    """Somebody did something to one file. ``path`` is as the feed writes it: a UNC path, a URL or a drive path."""

    feed: str
    record_id: str
    occurred_at: EventTime
    account: str
    path: str
    name: str
    action: FileAction
    sha256: str | None = None
    size: int | None = None
    label: str | None = None


class SettingEvent(Record, frozen=True, kw_only=True):
    """A mailbox rule, a mailbox forwarding or a transport rule was set, changed or removed.

    ``setting`` is the parameter's name in the product (``ForwardTo``, ``ForwardingSmtpAddress``); ``targets`` its addresses.
    """

    feed: str
    record_id: str
    occurred_at: EventTime
    account: str
    mailbox: str | None = None
    setting: str
    targets: tuple[str, ...] = ()
    action: SettingAction = "set"


class Officer(Record, frozen=True, kw_only=True):
    """One row of officers.csv: an officer or member of staff as of ``valid_from`` (inclusive) to ``valid_to`` (exclusive).

    ``last_day`` is the first instant of the last working day in the force's zone; dates become instants the same way.
    """

    officer_id: str
    name: str
    collar_number: str | None = None
    rank: str | None = None
    unit: str | None = None
    role: str | None = None
    vetting: str | None = None
    line_manager: str | None = None
    addresses: tuple[str, ...] = ()
    accounts: tuple[str, ...] = ()
    personal_addresses: tuple[str, ...] = ()
    last_day: Millis | None = None
    suspended_from: Millis | None = None
    suspended_to: Millis | None = None
    trained_at: Millis | None = None
    warned_at: Millis | None = None
    monitored_from: Millis | None = None
    monitored_to: Millis | None = None
    valid_from: Millis | None = None
    valid_to: Millis | None = None


class DocumentClass(Record, frozen=True, kw_only=True):
    """One row of document_classes.csv: what a label, path, name, hash, DLP type or site says of a document."""

    class_id: str
    kind: ClassKind
    pattern: str
    marking: Marking | None = None
    categories: tuple[str, ...] = ()
    protected_person: bool = False
    valid_from: Millis | None = None
    valid_to: Millis | None = None


class AddressListEntry(Record, frozen=True, kw_only=True):
    """One entry of addresses.yaml: a domain (its subdomains too) or a full address, on one list."""

    list: AddressList
    pattern: str


class Source(Record, frozen=True, kw_only=True):
    """Where a fact came from."""

    feed: str
    record_id: str


class OfficerContext(Record, frozen=True, kw_only=True):
    """The officer as of the event."""

    name: str | None = None
    collar_number: str | None = None
    rank: str | None = None
    unit: str | None = None
    role: str | None = None
    vetting: str | None = None
    line_manager: str | None = None


class Classification(Record, frozen=True, kw_only=True):
    """What is known of the content of a document or message, with the reason codes that say why."""

    marking: Marking | None = None
    categories: tuple[str, ...] = ()
    protected_person: bool = False
    reasons: tuple[str, ...] = ()


class ClassifiedAddress(Record, frozen=True, kw_only=True):
    """One recipient (or, inbound, the sender) that lies outside. ``address`` is canonical; None when it is withheld."""

    address: str | None
    class_: AddressClass = msgspec.field(name="class")
    own: Own = "no"
    reasons: tuple[str, ...] = ()


class ClassifiedDocument(Record, frozen=True, kw_only=True):
    """One attachment or file. ``name`` is None when it is withheld."""

    name: str | None = None
    size: int | None = None
    sha256: str | None = None
    label: str | None = None
    marking: Marking | None = None
    categories: tuple[str, ...] = ()
    protected_person: bool = False
    reasons: tuple[str, ...] = ()


class Activity(Record, frozen=True, kw_only=True):
    """An officer did something that can matter, enriched; written once per grouping.

    ``value`` is the grouping's value (officer id, canonical address, content hash). ``void`` takes the activity back from this key.
    ``content`` is True when the mail has an attachment, a label or a marking. ``external_count`` counts distinct recipients outside
    the own tenant; ``broadcast`` says there are more than 100. ``withheld`` says a protected channel was among the recipients, so that
    subject, attachment names and that address are left out.
    """

    activity_id: str
    revision: int
    kind: Kind
    grouping: Grouping
    value: str
    void: bool = False
    occurred_at: EventTime
    officer_id: str
    officer: OfficerContext | None = None
    account: str | None = None
    message_id: str | None = None
    direction: Direction | None = None
    subject: str | None = None
    path: str | None = None
    action: str | None = None
    setting: str | None = None
    addresses: tuple[ClassifiedAddress, ...] = ()
    documents: tuple[ClassifiedDocument, ...] = ()
    message: Classification | None = None
    content: bool = False
    external_count: int = 0
    broadcast: bool = False
    withheld: bool = False
    size: int | None = None
    reasons: tuple[str, ...] = ()
    sources: tuple[Source, ...] = ()
    reference_version: str = ""


class SubjectFact(Record, frozen=True, kw_only=True):
    """An officer's dated facts, one per officer record, written under ``officer:<id>``. The highest ``revision`` of a ``fact_id`` wins."""

    fact_id: str
    revision: int
    void: bool = False
    officer_id: str
    name: str | None = None
    personal_addresses: tuple[str, ...] = ()
    last_day: Millis | None = None
    suspended_from: Millis | None = None
    suspended_to: Millis | None = None
    trained_at: Millis | None = None
    warned_at: Millis | None = None
    monitored_from: Millis | None = None
    monitored_to: Millis | None = None
    valid_from: Millis | None = None
    valid_to: Millis | None = None


class ExceptionFact(Record, frozen=True, kw_only=True):
    """An authorised use of one outside address, for ``limit`` mails at the most.

    It is in force from ``starts`` (inclusive) to ``ends`` (exclusive).
    """

    exception_id: str
    revision: int
    void: bool = False
    officer_id: str
    address: str
    highest_marking: Marking | None = None
    purpose: str = ""
    authorised_by: str
    starts: Millis | None = None
    ends: Millis | None = None
    limit: int | None = None


class Reason(Record, frozen=True, kw_only=True):
    """Why points were given."""

    code: str
    points: int
    words: str


class AlertAddress(Record, frozen=True, kw_only=True):
    """An address in an alert's evidence."""

    address: str | None
    class_: AddressClass = msgspec.field(name="class")
    own: Own = "no"


class AlertDocument(Record, frozen=True, kw_only=True):
    """A document in an alert's evidence."""

    name: str | None = None
    size: int | None = None
    sha256: str | None = None
    marking: Marking | None = None
    categories: tuple[str, ...] = ()


class AlertEvidence(Record, frozen=True, kw_only=True):
    """One piece of evidence.

    ``officer_id`` is set where the alert's key is no officer's; ``points`` is the sum of the piece's own reasons; ``authorised_by`` is
    set on shadow pieces under an exception.
    """

    activity_id: str
    occurred_at: Millis
    kind: Kind
    officer_id: str | None = None
    summary: str
    message_id: str | None = None
    path: str | None = None
    addresses: tuple[AlertAddress, ...] = ()
    documents: tuple[AlertDocument, ...] = ()
    points: int = 0
    authorised_by: str | None = None
    sources: tuple[Source, ...] = ()


class Alert(Record, frozen=True, kw_only=True):
    """One part of one episode of one detector on one key, upserted by ``revision``.

    ``revision`` and ``change`` tell how the alert came to be as it is and are not part of its content: two runs over the same facts
    end with the same content, not always with the same revisions.
    """

    alert_id: str
    detector: str
    detector_version: int
    grouping: Grouping
    key: str
    officer_id: str | None = None
    officer: OfficerContext | None = None
    status: Status = "active"
    superseded_by: str | None = None
    revision: int
    change: Change
    severity: Severity
    score: int
    reasons: tuple[Reason, ...] = ()
    first_at: Millis
    last_at: Millis
    evidence_count: int
    shadow_count: int = 0
    evidence: tuple[AlertEvidence, ...] = ()
    evidence_digest: str = ""
    config_version: str = ""
    reference_version: str = ""


class DeadLetter(Record, frozen=True, kw_only=True):
    """A record that could not be read or handled: its bytes, why, and where it came from (a topic's position or a file's line)."""

    reason: str
    detail: str
    raw: bytes
    feed: str | None = None
    topic: str | None = None
    partition: int | None = None
    offset: int | None = None
    schema: str | None = None
    file: str | None = None
    line: int | None = None
    at: Millis


class LateRecord(Record, frozen=True, kw_only=True):
    """A record that came after its time: ``clock`` is the highest event time seen by then, ``late_by`` the milliseconds past the bound."""

    topic: str
    partition: int
    offset: int
    key: str
    raw: bytes
    occurred_at: Millis
    clock: Millis
    late_by: int
