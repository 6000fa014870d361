"""Reading a CSV file of reference records cell by cell, collecting every fault with its place instead of stopping at the first."""

import csv
import io
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import TypeVar
from zoneinfo import ZoneInfo

from schemas.records import Millis
from streams.errors import UsageError

T = TypeVar("T")

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_SHOWN = 80


@dataclass(frozen=True, slots=True)
class Fault:
    """One wrong cell: where it stands, what it says, what would be right. ``line`` counts from 1, the header included."""

    file: str
    line: int | None
    column: str | None
    value: str | None
    allowed: str

    def __str__(self) -> str:
        """Write the fault as ``file, line 3, column "kind": "x": allowed is …``."""
        place = [self.file, *([f"line {self.line}"] if self.line else []), *([f'column "{self.column}"'] if self.column else [])]
        value = "" if self.value is None else f' "{_shorten(self.value)}":'
        return f"{', '.join(place)}:{value} {self.allowed}"


class ReferenceFilesError(UsageError):
    """The reference files cannot be used; the message lists every fault that was found, and ``faults`` holds them."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        """Keep the faults and write one line for each."""
        self.faults = tuple(faults)
        super().__init__("the reference files cannot be used:\n" + "\n".join(f"  {fault}" for fault in self.faults))


@dataclass(slots=True)
class Faults:
    """The faults of all files read so far."""

    found: list[Fault] = field(default_factory=list)

    def add(self, file: str, line: int | None, column: str | None, value: str | None, allowed: str) -> None:
        """Note one fault."""
        self.found.append(Fault(file, line, column, value, allowed))


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a CSV file; its readers note a fault and give a harmless value, so that the rest of the file is checked as well."""

    file: str
    line: int
    cells: dict[str, str]
    zone: ZoneInfo
    faults: Faults

    def fault(self, column: str, allowed: str) -> None:
        """Note that this row's cell is wrong."""
        self.faults.add(self.file, self.line, column, self.cells.get(column, ""), allowed)

    def text(self, column: str) -> str | None:
        """Give the trimmed text, None when the cell is empty."""
        return self.cells.get(column, "").strip() or None

    def required(self, column: str) -> str:
        """Give the text of a cell that must not be empty."""
        value = self.text(column)
        if value is None:
            self.fault(column, "a value is needed here")
        return value or ""

    def many(self, column: str) -> tuple[str, ...]:
        """Give the parts of a list joined by ``;``."""
        return tuple(dict.fromkeys(part.strip() for part in self.cells.get(column, "").split(";") if part.strip()))

    def instant(self, column: str) -> Millis | None:
        """Read a date (midnight in the force's zone) or an ISO 8601 instant with its offset."""
        value = self.text(column)
        if value is None:
            return None
        try:
            return read_instant(value, self.zone)
        except ValueError:
            self.fault(column, "allowed is a date such as 2024-03-31, or an instant with its offset such as 2024-03-31T09:00:00Z")
            return None

    def number(self, column: str) -> int | None:
        """Read a whole number above zero."""
        value = self.text(column)
        if value is None:
            return None
        if not (value.isascii() and value.isdigit() and len(value) < 10 and int(value) > 0):
            self.fault(column, "allowed is a whole number above 0, or nothing for no limit")
            return None
        return int(value)

    def flag(self, column: str) -> bool:
        """Read yes or no; an empty cell is no."""
        value = (self.text(column) or "no").casefold()
        if value not in {"yes", "no", "true", "false", "1", "0", "y", "n"}:
            self.fault(column, "allowed is yes or no")
        return value in {"yes", "true", "1", "y"}

    def one_of(self, column: str, allowed: Sequence[T], read: Callable[[str], str] = str.casefold) -> T | None:
        """Give the one of ``allowed`` that the cell names, case aside; None when it is empty."""
        value = self.text(column)
        if value is None:
            return None
        for choice in allowed:
            if read(str(choice)) == read(value):
                return choice
        self.fault(column, f"allowed is one of {', '.join(map(str, allowed))}")
        return None

    def after(self, start: str, end: str, first: Millis | None, last: Millis | None) -> None:
        """Check that a time ends after it starts."""
        if first is not None and last is not None and last <= first:
            self.fault(end, f"must be later than {start} ({self.cells.get(start, '').strip()})")


def read_instant(text: str, zone: ZoneInfo) -> Millis:
    """Read ``YYYY-MM-DD`` as midnight in ``zone``, or an ISO 8601 instant that names its offset; ValueError otherwise."""
    if _DATE.fullmatch(text):
        at = datetime.combine(date.fromisoformat(text), time(), tzinfo=zone)
    else:
        at = datetime.fromisoformat(text)
        if at.tzinfo is None or "-" not in text[:5]:
            message = "no offset"
            raise ValueError(message)
    return (at.astimezone(UTC) - _EPOCH) // timedelta(milliseconds=1)


def read_rows(path: Path, columns: Sequence[str], needed: Sequence[str], zone: ZoneInfo, faults: Faults) -> Iterator[Row]:
    """Read a CSV file with a header line; ``columns`` may stand in it, ``needed`` must. Blank lines are passed over."""
    text = read_text(path, faults)
    if text is None:
        return
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    header: list[str] | None = None
    line = 1
    try:
        for cells in reader:
            line, here = reader.line_num + 1, line
            if not any(cell.strip() for cell in cells):
                continue
            if header is None:
                header = _header(path.name, here, cells, columns, needed, faults)
                continue
            if len(cells) > len(header) and any(cell.strip() for cell in cells[len(header) :]):
                wrong = f"{len(cells)} cells under {len(header)} columns; a cell that holds a comma needs quotes"
                faults.add(path.name, here, None, None, wrong)
                continue
            yield Row(path.name, here, dict(zip(header, cells, strict=False)), zone, faults)
    except csv.Error as error:
        faults.add(path.name, reader.line_num, None, None, f"not readable as CSV: {error}")
    if header is None:
        faults.add(path.name, 1, None, None, f"a header line is needed: {','.join(columns)}")


def read_text(path: Path, faults: Faults) -> str | None:
    """Read a UTF-8 file whole, a byte order mark dropped; None, and a fault, when it cannot be."""
    try:
        return path.read_bytes().decode("utf-8-sig").replace("\0", "")
    except UnicodeDecodeError as error:
        faults.add(path.name, None, None, None, f"not UTF-8 (byte {error.start + 1}): save it as UTF-8")
    except FileNotFoundError:
        faults.add(path.name, None, None, None, f"missing: it is needed in {path.parent}, if only with its header line")
    except OSError as error:
        faults.add(path.name, None, None, None, f"cannot be read: {error.strerror}")
    return None


def _header(file: str, line: int, cells: Sequence[str], columns: Sequence[str], needed: Sequence[str], faults: Faults) -> list[str]:
    header = [cell.strip() for cell in cells]
    for column in header:
        if column not in columns:
            faults.add(file, line, column, None, f"unknown column; allowed are {', '.join(columns)}")
    for column in sorted({column for column in header if header.count(column) > 1}):
        faults.add(file, line, column, None, "the column stands here twice")
    for column in needed:
        if column not in header:
            faults.add(file, line, column, None, "this column is needed")
    return header


def _shorten(text: str) -> str:
    text = text.replace("\n", " ").replace("\r", " ")
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"
