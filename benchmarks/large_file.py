"""How much memory it takes to read a very large file, whatever its format and shape.

``python -m benchmarks.large_file [--megabytes N] [--shape NAME]``. For each shape a file is made, then read, parsed, sorted and freed of
repeats as ``ingest`` does, in a process of its own whose peak is taken. One record in ten means something, as in a real log.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from benchmarks.rig.figures import Report, arguments, say
from benchmarks.rig.ground import RunFailedError
from deploy.local.state import CHECKOUT

MEGABYTE = 1024 * 1024
_FILLER = "x" * 1_500
_PROGRAM = """
import sys
from pathlib import Path
from streams.sources.formats import FORMATS, Input
from streams.sources.load import Load
load = Load([Input(FORMATS[sys.argv[1]], Path(sys.argv[2]))], 4_000_000_000_000, lambda _: None)
sent = sum(1 for _ in load)
assert load.counts.ended == load.counts.read, load.counts
status = Path("/proc/self/status").read_text()
peak = next(line.split()[1] for line in status.splitlines() if line.startswith("VmHWM"))  # what wait4 says counts the parent in
print(sent, load.counts.read, load.counts.dead_letters, peak)
"""


def _at(number: int) -> str:
    return f"2024-{number % 12 + 1:02}-{number % 28 + 1:02}T{number % 24:02}:{number % 60:02}:31"


def _audit(number: int) -> dict[str, object]:
    item = {"Subject": "minutes", "InternetMessageId": f"<{number}@own.example>", "Attachments": "minutes (2).docx (12b)"}
    operation = "UserLoggedIn" if number % 10 else "Send"
    return {"Id": str(number), "Operation": operation, "CreationTime": _at(number), "UserId": "a@own.example", "Item": item, "F": _FILLER}


def _array(number: int) -> str:
    return ("[" if number == 0 else ",") + json.dumps(_audit(number))


def _table(number: int) -> str:
    head = "CreationDate,Operations,AuditData\r\n" if number == 0 else ""
    return head + f'x,Send,"{json.dumps(_audit(number)).replace(chr(34), chr(34) * 2)}"\r\n'


def _postfix(number: int) -> str:
    told = f"{_at(number)}+00:00 mx1 postfix"
    name = f"{0xA0000 + number:X}"
    lines = [
        f"smtpd[1]: {name}: client=pc[192.0.2.7], sasl_username=a@own.example",
        f"cleanup[2]: {name}: message-id=<{number}@own.example>",
        f"qmgr[3]: {name}: from=<a@own.example>, size=1000, nrcpt=1 (queue active)",
        f"smtp[4]: {name}: to=<b{number % 999}@gmail.com>, relay=mx[192.0.2.9]:25, delay=1, dsn=2.0.0, status=sent (ok)",
        f"qmgr[3]: {name}: removed",
    ]
    return "".join(f"{told}/{line}\n" for line in lines)


def _mbox(number: int) -> str:
    lines = [
        *("From a@own.example Mon Mar  4 09:15:31 2024", "From: a@own.example", "To: b@gmail.com", "Date: Mon, 4 Mar 2024 09:15:31 +0000"),
        *(f"Message-ID: <{number}@own.example>", "Subject: minutes", "", *([_FILLER[:70]] * 30), "", ""),
    ]
    return "\n".join(lines)


def _events(number: int) -> str:
    data = {
        "SubjectUserName": "a",
        "ObjectType": "File",
        "ObjectName": f"D:\\{number}.docx",
        "AccessMask": "0x1" if number % 10 == 0 else "0x80",
    }
    held = "".join(f'<Data Name="{name}">{value}</Data>' for name, value in data.items())
    system = (
        f'<EventID>4663</EventID><TimeCreated SystemTime="{_at(number)}Z"/><EventRecordID>{number}</EventRecordID><Computer>fs1</Computer>'
    )
    return f"<Event><System>{system}</System><EventData>{held}<Data Name='F'>{_FILLER}</Data></EventData></Event>\n"


SHAPES: Mapping[str, tuple[str, Callable[[int], str], str]] = {
    "audit-array": ("m365-audit", _array, "]"),
    "audit-lines": ("m365-audit", lambda number: json.dumps(_audit(number)) + "\n", ""),
    "audit-csv": ("m365-audit", _table, ""),
    "postfix": ("postfix", _postfix, ""),
    "mbox": ("maildir", _mbox, ""),
    "windows-xml": ("windows-security", _events, ""),
}
"""Format, the text of record number N, and how the file ends."""


def _pieces(record: Callable[[int], str], size: int) -> Iterator[str]:
    number = written = 0
    while written < size:
        text = record(number)
        written += len(text)
        number += 1
        yield text


def read(format_: str, file: Path) -> tuple[float, int, str]:
    """Read the file in a process of its own; return its seconds, the most bytes that it ever had resident, and what it counted."""
    began = time.perf_counter()
    process = subprocess.Popen(  # noqa: S603 - the program under measurement
        [sys.executable, "-c", _PROGRAM, format_, str(file)],
        cwd=CHECKOUT,
        env={**os.environ, "PYTHONPATH": str(CHECKOUT)},
        stdout=subprocess.PIPE,
    )
    told, _ = process.communicate()
    if process.returncode != 0:
        raise RunFailedError(f"reading {file.name} ended with {process.returncode}")
    *counts, peak = told.decode().split()
    return time.perf_counter() - began, int(peak) * 1024, " ".join(counts)


def measure(shapes: list[str], megabytes: int) -> Report:
    """Make each file, read it, and report."""
    report = Report(f"reading {megabytes:,} MB")
    for name in shapes:
        format_, record, end = SHAPES[name]
        with tempfile.TemporaryDirectory(prefix="custodiet-bench-") as folder:
            file = Path(folder) / name
            with file.open("w", encoding="utf-8") as out:
                out.writelines(_pieces(record, megabytes * MEGABYTE))
                out.write(end)
            seconds, peak, told = read(format_, file)
        sent, records, dead = told.split()
        say(f"{name}: {seconds:.0f} s, {peak / MEGABYTE:.0f} MB; {int(records):,} records, {int(sent):,} events, {dead} dead letters")
        report.at_most(f"{name}, peak memory", peak / MEGABYTE, 200.0, "MB")
        report.add(f"{name}, megabytes a second", megabytes / seconds, "MB/s")
    return report


def main() -> None:
    """Run the benchmark."""
    parser = arguments(__doc__)
    parser.add_argument("--megabytes", type=int, default=1024)
    parser.add_argument("--shape", choices=sorted(SHAPES), action="append")
    given = parser.parse_args()
    measure(given.shape or list(SHAPES), given.megabytes).show(as_json=given.json)


if __name__ == "__main__":
    main()
