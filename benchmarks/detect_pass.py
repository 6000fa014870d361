"""What one pass over a key costs when the key has a month, a year or four years of history.

``python -m benchmarks.detect_pass [--a-day N]``. In one process and without Kafka: the detect stage over a store in memory, one
officer, detectors at their defaults, N mails a day to personal accounts. A pass is one more mail: the key is read, all that is within
reach is judged, and the rows that changed are written. The cost has to follow what is within reach, not all that ever was: with those
detectors alone that reach 30 days it is to be the same after four years as after one; with those that reach three years, four are all
within reach.
"""

import asyncio
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from benchmarks.rig.figures import Report, arguments, median, say
from detectors.engine.engine import Engine
from schemas.identity import activity_key
from schemas.records import Activity, ClassifiedAddress, ClassifiedDocument, Millis, OfficerContext, Source
from schemas.wire import Wire
from streams.config import default_config
from streams.stages.chunk import Delivered
from streams.stages.detect import DetectStage
from streams.stages.store import MemoryStore

DAY = 24 * 3_600_000
START = 1_577_836_800_000  # 2020-01-01
OFFICER = "NB00001"
MARKS = (30, 365, 4 * 365)
DAYS_A_CHUNK = 28
FAR = timedelta(days=3_650)
VARIANTS = (
    ("reach 30 d", 0.05, timedelta(days=30)),
    ("all detectors", 0.05, FAR),
    ("all detectors, all sensitive", 1.0, FAR),
)
"""What each is called, the share of sensitive mails, and the longest reach of the detectors that take part."""
NAMES = {30: "1 month", 365: "1 year", 4 * 365: "4 years"}


@dataclass(frozen=True, slots=True)
class Pass:
    """The cost of a pass in seconds, and the bytes of state rows that it found."""

    seconds: float
    state: int


class Key:
    """One key's state, grown day by day."""

    def __init__(self, a_day: int, sensitive: float, reach: timedelta) -> None:
        """Start with nothing; of the mails, the share ``sensitive`` makes an alert each. Only detectors that reach no farther judge."""
        config = default_config()
        detectors = {name: each for name, each in config.enabled_detectors().items() if each.reach <= reach}
        engine = Engine(detectors.values(), calendar=config.calendar, lateness=config.allowed_lateness, config_version=config.version)
        self._wire = Wire()
        self._stage = DetectStage(wire=self._wire, engine=engine, detectors=detectors, config_version=config.version)
        self._a_day = a_day
        self._every = round(1 / sensitive) if sensitive else 0
        self._store = MemoryStore()
        self._offset = 0

    def grow(self, since: int, until: int) -> None:
        """Lay in the days from ``since`` to ``until``."""
        for day in range(since, until, DAYS_A_CHUNK):
            end = min(day + DAYS_A_CHUNK, until)
            chunk = [self._delivered(START + day * DAY + place * DAY // self._a_day) for place in range((end - day) * self._a_day)]
            asyncio.run(self._stage.handle(chunk, self._store, chunk[-1].timestamp))

    def passes(self, day: int, count: int) -> Pass:
        """Measure passes of one mail each, in the day after the last."""
        spent = []
        state = sum(map(len, self._store.rows.values()))
        for number in range(count):
            delivered = self._delivered(START + day * DAY + number * 60_000)
            began = time.process_time()
            asyncio.run(self._stage.handle([delivered], self._store, delivered.timestamp))
            spent.append(time.process_time() - began)
        return Pass(median(spent), state)

    def _delivered(self, at: Millis) -> Delivered:
        self._offset += 1
        mail = self._mail(f"a{self._offset:09}", at, sensitive=bool(self._every) and self._offset % self._every == 0)
        return Delivered(
            "activities", 0, self._offset, at, activity_key("officer", OFFICER).encode(), self._wire.encode(mail, "activities")
        )

    @staticmethod
    def _mail(name: str, at: Millis, *, sensitive: bool) -> Activity:
        document = ClassifiedDocument(name=f"notes {name}.docx", size=10_000, marking="OFFICIAL-SENSITIVE" if sensitive else None)
        return Activity(
            activity_id=name,
            revision=1,
            kind="mail",
            grouping="officer",
            value=OFFICER,
            occurred_at=at,
            officer_id=OFFICER,
            officer=OfficerContext(name="Elin Harkness", rank="Constable", unit="Response"),
            message_id=f"{name}@mail.northmoor.example",
            direction="outbound",
            subject="Notes",
            addresses=(ClassifiedAddress(address=f"tide{int(name[1:]) % 50}@gmail.com", class_="personal"),),
            documents=(document,),
            content=True,
            external_count=1,
            sources=(Source(feed="mail-ndjson", record_id=name),),
            reference_version="bench",
        )


def history(key: Key, passes: int) -> Iterator[Pass]:
    """Grow a key, and yield the cost of a pass at each mark."""
    since = 0
    for mark in MARKS:
        key.grow(since, mark)
        yield key.passes(mark, passes)
        since = mark + 1


def main() -> None:
    """Run the benchmark."""
    parser = arguments(__doc__)
    parser.add_argument("--a-day", type=int, default=20, help="mails a day")
    parser.add_argument("--passes", type=int, default=15)
    given = parser.parse_args()
    report = Report(f"detect: one pass over a key of {given.a_day} mails a day, CPU time, median of {given.passes} passes")
    for words, share, reach in VARIANTS:
        found: list[Pass] = []
        for mark, each in zip(MARKS, history(Key(given.a_day, share, reach), given.passes), strict=True):
            found.append(each)
            say(f"{words}, {NAMES[mark]}: {each.seconds * 1000:.1f} ms, {each.state / 1024:,.0f} KB of state")
            report.add(f"{words}: a pass at {NAMES[mark]}", each.seconds * 1000, "ms")
            report.add(f"{words}: state at {NAMES[mark]}", each.state / 1024, "KB")
        report.add(f"{words}: 1 year to 1 month", found[1].seconds / found[0].seconds, "x")
        report.add(f"{words}: 4 years to 1 month", found[2].seconds / found[0].seconds, "x")
        report.add(f"{words}: 4 years to 1 year", found[2].seconds / found[1].seconds, "x")
    report.show(as_json=given.json)


if __name__ == "__main__":
    main()
