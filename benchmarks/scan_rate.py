"""How many lines a second ``custodiet scan`` reads, and how much memory it takes.

``python -m benchmarks.scan_rate [--lines N]``. A file of mail-ndjson is made, then the real command runs over it in a process of its
own: from its start to its end, with reading reference data, sorting, both stages and printing.
"""

import json
import tempfile
import time
from pathlib import Path

from benchmarks.rig.command import custodiet
from benchmarks.rig.figures import Report, arguments, median, say
from benchmarks.rig.force import people, write_reference
from benchmarks.rig.mails import DAY, Span, mails
from schemas.public import dumps

OFFICERS = 3_000
MEGABYTE = 1024 * 1024


def write_mails(file: Path, lines: int) -> None:
    """Write so many mails of the last year."""
    span = Span(time.time_ns() // 1_000_000 - 365 * DAY, 365 * DAY)
    with file.open("wb") as out:
        out.writelines(dumps(event) for event in mails(lines, people(OFFICERS), span))


def measure(lines: int, runs: int) -> Report:
    """Make the file, run, and report."""
    with tempfile.TemporaryDirectory(prefix="custodiet-bench-") as folder:
        file, reference, told = Path(folder) / "mails.ndjson", Path(folder) / "reference", Path(folder) / "told.json"
        write_reference(reference, people(OFFICERS))
        write_mails(file, lines)
        say(f"{lines:,} lines, {file.stat().st_size / MEGABYTE:,.0f} MB")
        ran = []
        for _ in range(runs):
            ran.append(custodiet(["scan", f"mail-ndjson:{file}", "--reference", str(reference), "--json"], told))
            say(f"{ran[-1].seconds:.1f} s, {ran[-1].peak / MEGABYTE:.0f} MB")
        result = json.loads(told.read_bytes())
        megabytes = file.stat().st_size / MEGABYTE
    seconds = median([each.seconds for each in ran])
    report = Report(f"scan: {lines:,} lines of mail-ndjson, {megabytes:,.0f} MB, median of {runs} runs")
    report.add("lines a second", lines / seconds, "lines/s")
    report.add("megabytes a second", megabytes / seconds, "MB/s")
    report.at_most("peak memory", max(each.peak for each in ran) / MEGABYTE, 500.0, "MB")
    report.add("alerts", len(result["alerts"]))
    report.notes.append(", ".join(f"{name} {number:,}" for name, number in result.items() if isinstance(number, int)))
    return report


def main() -> None:
    """Run the benchmark."""
    parser = arguments(__doc__)
    parser.add_argument("--lines", type=int, default=200_000)
    parser.add_argument("--runs", type=int, default=2)
    given = parser.parse_args()
    measure(given.lines, given.runs).show(as_json=given.json)


if __name__ == "__main__":
    main()
