"""Whatever order, repeats, chunks and kills make of the log: the activities that stand at the end are those of one batch."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import timedelta
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from detectors.contract import Detector
from detectors.registry import AnyDetector
from schemas.identity import event_id
from schemas.records import Activity, AddressListEntry, Attachment, DocumentClass, Grouping, Kind, MailEvent, Officer
from schemas.wire import Wire
from streams.counts import Counts
from streams.enrichment.reference import Reference
from streams.stages.chunk import Delivered, Output
from streams.stages.enrich import EnrichStage, partition_counts
from streams.stages.store import MemoryStore

HOUR = 3_600_000
DAY = 24 * HOUR
JOIN = timedelta(days=7)
START = 1_609_459_200_000
SEEDS = st.integers(min_value=0, max_value=2**32)
WIRE = Wire()
FORCE = "northmoor.police.example"
REFERENCE = Reference.build(
    [
        Officer(officer_id="o1", name="Jo Hale", addresses=(f"jo.hale@{FORCE}",)),
        Officer(officer_id="o2", name="Sam Birch", addresses=(f"sam.birch@{FORCE}",), valid_from=START + 20 * DAY),
    ],
    [DocumentClass(class_id="C1", kind="label", pattern="Witness", marking="OFFICIAL-SENSITIVE", categories=("witness protection",))],
    [AddressListEntry(list="own", pattern=FORCE), AddressListEntry(list="protected", pattern="federation.example")],
)
ADDRESSES = (
    "jo.hale77@gmail.com",
    "Kim Vale <kim@gmail.com>",
    "KIM+x@gmail.com",
    f"sam.birch@{FORCE}",
    "rep@federation.example",
    "clerk@supplier.example",
    "desk@eastmoor.police.uk",
    "x@mailinator.com",
)


class Wants:
    """As much of a detector as the stage looks at."""

    def __init__(self, grouping: Grouping, *kinds: Kind) -> None:
        """Want these kinds under this grouping."""
        self.grouping = grouping
        self.kinds = frozenset(kinds)
        self.actions = Detector.actions


DETECTORS: Mapping[str, AnyDetector] = {
    "officer": Wants("officer", "mail", "inbound"),  # type: ignore[dict-item] # no more of a detector is looked at
    "address": Wants("address", "mail"),  # type: ignore[dict-item]
    "document": Wants("document", "mail"),  # type: ignore[dict-item]
}


class KilledError(Exception):
    """The process died here."""


class MortalStore(MemoryStore):
    """Of what was put since the last commit, a death leaves any part behind."""

    def __init__(self, random: Random, chance: float) -> None:
        """Die at each write and each commit with this chance."""
        super().__init__()
        self._random = random
        self._chance = chance
        self._durable: dict[bytes, bytes] = {}
        self._pending: dict[bytes, bytes | None] = {}

    def put_many(self, rows: Mapping[bytes, bytes | None]) -> None:
        """Put, or die having put some."""
        self._pending.update(rows)
        super().put_many(rows)
        self._maybe_die()

    async def commit(self) -> None:
        """Commit, or die before or after."""
        self._maybe_die()
        self._land(self._pending)
        self._maybe_die()

    def _maybe_die(self) -> None:
        if self._random.random() < self._chance:
            some = self._random.sample(sorted(self._pending), self._random.randint(0, len(self._pending)))
            self._land({key: self._pending[key] for key in some})
            self.rows = dict(self._durable)
            raise KilledError

    def _land(self, rows: Mapping[bytes, bytes | None]) -> None:
        for key, row in rows.items():
            if row is None:
                self._durable.pop(key, None)
            else:
                self._durable[key] = row
        self._pending = {}


def history(random: Random) -> list[MailEvent]:
    """Return facts of a few messages over two months, some of which use one Message-ID again."""
    facts: list[MailEvent] = []

    def fact(feed: str, at: int, message_id: str, **said: object) -> None:
        plain = MailEvent(
            feed=feed,
            record_id=str(len(facts)),
            message_id=message_id,
            occurred_at=at,
            sender=random.choice([f"jo.hale@{FORCE}", f"Jo.Hale@{FORCE}", f"desk@{FORCE}"])
            if random.random() < 0.2
            else f"jo.hale@{FORCE}",
        )
        facts.append(replace(plain, **said))

    ids = [f"<M{number}@mail>" for number in range(random.randint(1, 5))]
    for _ in range(random.randint(1, 12)):
        message_id, at = random.choice(ids), START + random.randrange(60 * 24) * HOUR
        subject = random.choice(["Rota", "Statement", "OFFICIAL-SENSITIVE"])
        for address in random.sample(ADDRESSES, random.randint(0, 4)):
            fact("m365-message-trace", at + random.randrange(5_000), message_id, recipients=(address,), subject=subject)
        for _ in range(random.randint(0, 2)):
            account = random.choice([f"jo.hale@{FORCE}", f"sam.birch@{FORCE}", "JHALE"])
            names = random.sample(["a.pdf", "b.docx"], random.randint(0, 2))
            attachments = tuple(Attachment(name=name, size=random.choice([1, 2])) for name in names)
            fact("m365-audit", at + random.randrange(30 * HOUR), message_id, account=account, attachments=attachments)
        if random.random() < 0.4:
            attachment = Attachment(name="a.pdf", size=1, sha256="ab" * 32, label=random.choice([None, "Witness"]))
            fact("maildir", at, message_id, recipients=tuple(random.sample(ADDRESSES, 2)), subject=subject, attachments=(attachment,))
        if random.random() < 0.2:
            fact("mail-ndjson", at, message_id, sender="jo.hale77@gmail.com", recipients=(f"jo.hale@{FORCE}",), direction="inbound")
    return facts


def as_log(facts: Sequence[MailEvent], disorder: float, random: Random) -> list[Delivered]:
    """Return the facts with repeats, none more than ``disorder`` ms after its time."""
    placed = []
    for fact in facts:
        placed.append((fact.occurred_at + random.uniform(0, disorder), event_id(fact), fact))
        while random.random() < 0.15:
            placed.append((fact.occurred_at + random.uniform(0, disorder), event_id(fact), fact))
    placed.sort(key=lambda each: each[:2])
    return [
        Delivered("mail-events", 0, offset * 3, 4_000_000_000_000, b"k", WIRE.encode(fact, "mail-events"))
        for offset, (_, _, fact) in enumerate(placed)
    ]


async def run(log: Sequence[Delivered], size: range, store: MemoryStore, random: Random, lost: float = 0.0) -> tuple[list[Output], Counts]:
    """Feed a log in chunks of a random size; after a death, or with the chance ``lost`` of one around sending, go back a little."""
    acknowledged, seen = 0, list[Output]()
    while acknowledged < len(log):
        chunk = log[acknowledged : acknowledged + random.choice(size)]
        stage = EnrichStage(WIRE, lambda: REFERENCE, DETECTORS, 1, JOIN)
        try:
            handled = await stage.handle(chunk, store, now=0)
        except KilledError:
            continue
        if random.random() < lost:
            continue  # killed before anything was sent
        seen += handled.outputs
        if random.random() < lost:
            acknowledged = max(0, acknowledged - random.randrange(10))  # killed; acknowledgements are behind
            continue
        acknowledged += len(chunk)
    return seen, partition_counts(store, "mail-events", 0)


def standing(outputs: Sequence[Output]) -> dict[tuple[str, str, str], Activity]:
    """Return the activities that a consumer ends with who keeps the highest revision of each."""
    held: dict[tuple[str, str, str], Activity] = {}
    for output in outputs:
        if output.topic != "activities":
            continue
        activity = WIRE.decode(output.value, Activity)
        assert output.key == f"{activity.grouping}:{activity.value}".encode()
        key = activity.activity_id, activity.grouping, activity.value
        if key not in held or activity.revision >= held[key].revision:
            held[key] = activity
    return {key: replace(activity, revision=0) for key, activity in held.items() if not activity.void}


@settings(max_examples=60)
@given(SEEDS)
def test_any_order_chunks_and_kills_end_with_the_activities_of_one_batch(seed: int) -> None:
    """A shuffled, repeated, cut and killed run ends as one ordered chunk does, and loses count of nothing."""
    random = Random(seed)
    facts = history(random)
    batch, batch_counts = asyncio.run(run(as_log(facts, 0, random), range(10_000, 10_001), MemoryStore(), random))
    log = as_log(facts, 0.9 * JOIN.total_seconds() * 1000, random)
    seen, counts = asyncio.run(run(log, range(1, 9), MortalStore(random, 0.1), random, lost=0.1))
    assert standing(seen) == standing(batch)
    assert (counts.read, counts.ended, counts.late) == (len(log), len(log), 0)
    assert (counts.facts, counts.dead_letters) == (batch_counts.facts, 0)


@settings(max_examples=40)
@given(SEEDS, st.integers(min_value=1, max_value=60))
def test_kills_change_neither_counts_nor_what_is_set_aside(seed: int, days: int) -> None:
    """However late the records, the same log ends with the same five counts, late records and activities whether or not it is killed."""
    random = Random(seed)
    log = as_log(history(random), days * DAY, random)
    log = [replace_value(each, b"junk") if random.random() < 0.05 else each for each in log]
    calm, calm_counts = asyncio.run(run(log, range(1, 9), MemoryStore(), random))
    seen, counts = asyncio.run(run(log, range(1, 9), MortalStore(random, 0.1), random, lost=0.1))
    assert standing(seen) == standing(calm)
    assert set_aside(seen) == set_aside(calm)
    assert counts.five() == calm_counts.five()
    assert counts.ended == counts.read == len(log)


def replace_value(delivered: Delivered, value: bytes) -> Delivered:
    """Return the record with other bytes."""
    return Delivered(delivered.topic, delivered.partition, delivered.offset, delivered.timestamp, delivered.key, value)


def set_aside(outputs: Sequence[Output]) -> set[tuple[str, bytes, bytes]]:
    """Return each dead letter and late record once."""
    return {(output.topic, output.key, output.value) for output in outputs if output.topic != "activities"}


def test_the_histories_are_worth_it() -> None:
    """The made histories reach what they are made for: withheld mails, taken back activities, several groupings, used Message-IDs."""
    random = Random(1)
    reached: set[str] = set()
    for _ in range(40):
        facts = history(random)
        log = as_log(facts, 0.9 * JOIN.total_seconds() * 1000, random)
        seen, _ = asyncio.run(run(log, range(1, 4), MemoryStore(), random))
        activities = [WIRE.decode(output.value, Activity) for output in seen if output.topic == "activities"]
        reached |= {reason for activity in activities for reason in activity.reasons}
        reached |= {activity.grouping for activity in activities} | {activity.kind for activity in activities}
        reached |= {"void" for activity in activities if activity.void} | {"withheld" for activity in activities if activity.withheld}
    assert reached >= {
        "officer", "address", "document", "mail", "inbound", "void", "withheld", "message-id-reused", "delegate", "conflict:subject",
    }  # fmt: skip
