"""How many mails a second the enrich worker takes, against the same agent on stock Faust.

``python -m benchmarks.enrich_throughput [--mails N] [--pairs P]``. Mails lie in a topic of four partitions before anything is measured;
then the real ``custodiet worker enrich`` and two agents on stock Faust (see ``benchmarks.rig.stock``) take turns on them, each with a
consumer group and state of its own. The clock of a run starts with its first record and stops with its last, so that neither start-up
nor joining a group counts. Stock Faust is stopped after some seconds: its rate is that of as many mails as it came to.
"""

import asyncio
import time
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from benchmarks.rig.figures import Report, arguments, median, say
from benchmarks.rig.force import people
from benchmarks.rig.ground import STARTING_SECONDS, Ground, RunFailedError
from benchmarks.rig.mails import DAY, Span, mails
from benchmarks.rig.sending import send_all

MOST_SECONDS = 240.0
MEGABYTE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Run:
    """One run: mails handled, in how many seconds, with how much memory at the most; ``facts`` are the mails that could matter."""

    handled: int
    seconds: float
    peak: int
    facts: int

    @property
    def rate(self) -> float:
        """Mails a second."""
        return self.handled / self.seconds


def chunked(ground: Ground, generation: int, count: int) -> Run:
    """Measure the enrich worker: from the beginning of its first chunk to the end of its last, as its log tells them."""
    with ground.running("enrich", "streams", "worker", "enrich", generation=generation) as worker:
        handled = facts = 0
        began = ended = 0.0
        deadline = time.monotonic() + STARTING_SECONDS + MOST_SECONDS
        while handled < count:
            for event in worker.fresh_events():
                if event.get("event") == "chunk" and event["topic"] == "mail-events":
                    ended = _instant(event)
                    began = began or ended - event["ms"] / 1000
                    handled += event["read"]
                    facts += event.get("facts", 0)
            if time.monotonic() > deadline:
                raise RunFailedError(f"only {handled} of {count} mails were handled in time")
            time.sleep(0.1)
        return Run(handled, ended - began, worker.peak_bytes(), facts)


def stock(ground: Ground, generation: int, count: int, seconds: float, *, lean: bool) -> Run:
    """Measure an agent on stock Faust, which says itself what it came to."""
    options = ["--count", str(count), "--seconds", str(seconds), *(["--lean"] if lean else [])]
    with ground.running("stock", "benchmarks.rig.stock", *options, generation=generation) as process:
        done = process.wait_for("stock-done", STARTING_SECONDS + seconds)
        return Run(done["handled"], done["seconds"], process.peak_bytes(), done["facts"])


def _instant(event: dict[str, Any]) -> float:
    return datetime.fromisoformat(event["timestamp"]).timestamp()


def measure(ground: Ground, count: int, pairs: int, seconds: float) -> Report:
    """Send the mails, run everything in turn, and report."""
    span = Span(time.time_ns() // 1_000_000 - 30 * DAY, 30 * DAY)
    sent, size = asyncio.run(send_all(ground.settings(), ground.names().topic("mail-events"), mails(count, people(3_000), span)))
    say(f"{sent:,} mails of {size / sent:.0f} bytes are in the topic")
    ours: list[Run] = []
    plain: list[Run] = []
    lean: list[Run] = []
    for number in range(pairs):
        ours.append(chunked(ground, 3 * number + 1, count))
        say(f"enrich worker: {ours[-1].rate:,.0f}/s")
        plain.append(stock(ground, 3 * number + 2, count, seconds, lean=False))
        say(f"stock Faust, same stage: {plain[-1].rate:,.0f}/s")
        lean.append(stock(ground, 3 * number + 3, count, seconds, lean=True))
        say(f"stock Faust, sieved first: {lean[-1].rate:,.0f}/s")
    report = Report(
        f"enrich: {count:,} mails of {size / sent:.0f} bytes, {ours[0].facts / count:.1%} can matter, {pairs} runs each, medians"
    )
    report.add("enrich worker", median([run.rate for run in ours]), "mails/s")
    report.add("stock Faust, same stage one event at a time", median([run.rate for run in plain]), "mails/s")
    report.add("stock Faust, sieved before the stage", median([run.rate for run in lean]), "mails/s")
    ratio = median([one.rate / other.rate for one, other in zip(ours, plain, strict=True)])
    report.at_least("ratio to the same stage", ratio, 5.0, "x")
    report.add("ratio to sieved before the stage", median([one.rate / other.rate for one, other in zip(ours, lean, strict=True)]), "x")
    report.at_most("enrich worker, peak memory", max(run.peak for run in ours) / MEGABYTE, 300.0, "MB")
    report.add("stock Faust, peak memory", max(run.peak for run in plain) / MEGABYTE, "MB")
    report.notes.append(f"stock Faust was stopped after {seconds:g} s; it had handled {median([run.handled for run in plain]):,.0f} mails")
    return report


def main() -> None:
    """Run the benchmark."""
    parser = arguments(__doc__)
    parser.add_argument("--mails", type=int, default=200_000)
    parser.add_argument("--pairs", type=int, default=2)
    parser.add_argument("--stock-seconds", type=float, default=20.0)
    given = parser.parse_args()
    with Ground(people(3_000), say) as ground:
        report = measure(ground, given.mails, given.pairs, given.stock_seconds)
    report.show(as_json=given.json)


if __name__ == "__main__":
    main()
