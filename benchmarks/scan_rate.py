"""How many lines a second ``custodiet scan`` reads, and how much memory it takes.

``python -m benchmarks.scan_rate [--lines N]``. A file of mail-ndjson is made, then the real command runs over it in a process of its
own: from its start to its end, with reading reference data, sorting, both stages and printing.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.rig.figures import Report, arguments, median, say
from benchmarks.rig.force import people, write_reference
from benchmarks.rig.ground import RunFailedError
from benchmarks.rig.mails import DAY, Span, mails
from deploy.local.state import CHECKOUT
from schemas.public import dumps

OFFICERS = 3_000
MEGABYTE = 1024 * 1024


def write_mails(file: Path, lines: int) -> None:
    """Write so many mails of the last year."""
    span = Span(time.time_ns() // 1_000_000 - 365 * DAY, 365 * DAY)
    with file.open("wb") as out:
        out.writelines(dumps(event) for event in mails(lines, people(OFFICERS), span))


def scan(file: Path, reference: Path, told: Path) -> tuple[float, int]:
    """Run the command; return its seconds and the most bytes that it ever had resident."""
    command = [sys.executable, "-m", "streams", "scan", f"mail-ndjson:{file}", "--reference", str(reference), "--json"]
    environ = {**os.environ, "PYTHONPATH": str(CHECKOUT)}
    with told.open("wb") as out:
        began = time.perf_counter()
        process = subprocess.Popen(command, cwd=CHECKOUT, env=environ, stdout=out)  # noqa: S603 - the command under measurement
        _, status, used = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - began
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise RunFailedError(f"scan ended with {process.returncode}")
    return seconds, used.ru_maxrss * 1024


def measure(lines: int, runs: int) -> Report:
    """Make the file, run, and report."""
    with tempfile.TemporaryDirectory(prefix="custodiet-bench-") as folder:
        file, reference, told = Path(folder) / "mails.ndjson", Path(folder) / "reference", Path(folder) / "told.json"
        write_reference(reference, people(OFFICERS))
        write_mails(file, lines)
        say(f"{lines:,} lines, {file.stat().st_size / MEGABYTE:,.0f} MB")
        ran = []
        for _ in range(runs):
            ran.append(scan(file, reference, told))
            say(f"{ran[-1][0]:.1f} s, {ran[-1][1] / MEGABYTE:.0f} MB")
        result = json.loads(told.read_bytes())
        megabytes = file.stat().st_size / MEGABYTE
    seconds = median([each for each, _ in ran])
    report = Report(f"scan: {lines:,} lines of mail-ndjson, {megabytes:,.0f} MB, median of {runs} runs")
    report.add("lines a second", lines / seconds, "lines/s")
    report.add("megabytes a second", megabytes / seconds, "MB/s")
    report.at_most("peak memory", max(peak for _, peak in ran) / MEGABYTE, 500.0, "MB")
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
