"""Memory stays bounded, whatever the size of the file."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

_MEGABYTE = 1 << 20
_ROOT = Path(__file__).parents[3]


def _records(count: int) -> Iterator[dict[str, object]]:
    """Yield records of which one in ten is a mail and the others are nothing to us, as in a real audit log."""
    for number in range(count):
        at = f"2024-03-{number % 28 + 1:02}T{number % 24:02}:00:00"
        item = {"Subject": "subject", "InternetMessageId": f"<{number}@x.example>", "Attachments": "a.docx (12b)"}
        operation = "UserLoggedIn" if number % 10 else "Send"
        yield {"Id": str(number), "Operation": operation, "CreationTime": at, "UserId": "a@x.example", "Item": item, "Filler": "x" * 2_000}


def _array(path: Path, count: int) -> None:
    with path.open("w") as file:
        file.write("[")
        for number, record in enumerate(_records(count)):
            file.write("," * (number > 0) + json.dumps(record))
        file.write("]")


def _lines(path: Path, count: int) -> None:
    with path.open("w") as file:
        file.writelines(json.dumps(record) + "\n" for record in _records(count))


def _csv(path: Path, count: int) -> None:
    with path.open("w") as file:
        file.write("RecordType,CreationDate,UserIds,Operations,AuditData\n")
        file.writelines('2,x,a@x.example,Send,"' + json.dumps(record).replace('"', '""') + '"\n' for record in _records(count))


_PROGRAM = """
import sys
from pathlib import Path
from streams.sources.formats import FORMATS, Input
from streams.sources.load import Load
load = Load([Input(FORMATS["m365-audit"], Path(sys.argv[1]))], 1_800_000_000_000, lambda _: None, memory=1 << 20)
sent = sum(1 for _ in load)
status = Path("/proc/self/status").read_text()
print(sent, *[int(line.split()[1]) // 1024 for line in status.splitlines() if line.startswith("VmHWM")])
"""


def _peak(path: Path) -> tuple[int, int]:
    """Load a file in a process of its own; return how many events it gave and the most memory that it held, in MB."""
    run = subprocess.run([sys.executable, "-c", _PROGRAM, str(path)], capture_output=True, text=True, check=True, cwd=_ROOT)
    sent, peak = run.stdout.split()
    return int(sent), int(peak)


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="the peak of a process is read from /proc")
@pytest.mark.parametrize("write", [_array, _lines, _csv])
def test_memory_does_not_grow_with_the_file(tmp_path: Path, write: Callable[[Path, int], None]) -> None:
    """Forty times the records take no more memory than buffers do, sorting included."""
    small, large = tmp_path / "small", tmp_path / "large"
    write(small, 500)
    write(large, 20_000)
    assert large.stat().st_size > 40 * _MEGABYTE
    few, little = _peak(small)
    many, peak = _peak(large)
    assert (few, many) == (50, 2_000)
    assert peak < little + 20
    assert peak < 150
