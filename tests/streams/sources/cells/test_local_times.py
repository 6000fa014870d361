"""Times of a zone that the export does not name are read in the zone that whoever loads it declares."""

import csv
import io
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from streams.errors import SourceError, UsageError
from streams.sources.cells.instants import DateOrder
from streams.sources.cells.local_times import LocalTimes
from streams.sources.formats import read_input

_LONDON = ZoneInfo("Europe/London")
_TRACKING = {"EventId": "SEND", "Source": "SMTP", "Sender": "jo@own.example", "Recipients": "me@gmail.com", "MessageId": "<m@own.example>"}
_WINDOWS = {
    "Id": "4663",
    "LogName": "Security",
    "ProviderName": "Microsoft-Windows-Security-Auditing",
    "MachineName": "fs1",
    "RecordId": "42",
    "Message": "Subject:\r\n\tAccount Name:\t\tjhale\r\n\r\nObject:\r\n\tObject Name:\t\tD:\\a.docx\r\n\tAccess Mask:\t\t0x1",
}


def _millis(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1000)


@pytest.mark.parametrize(
    ("text", "order", "expected"),
    [
        ("04/07/2024 10:15:31", "by-clock", "2024-07-04T09:15:31"),
        ("04/07/2024 10:15:31", "month-first", "2024-04-07T09:15:31"),
        ("04/01/2024 10:15:31", "by-clock", "2024-01-04T10:15:31"),
        ("2024-07-04 10:15:31", "by-clock", "2024-07-04T09:15:31"),
        ("2024-07-04T10:15:31+02:00", "by-clock", "2024-07-04T08:15:31"),
        ("/Date(1720084531000)/", "by-clock", "2024-07-04T09:15:31"),
        ("2024-10-27 01:30:00", "by-clock", "2024-10-27T00:30:00"),
        ("2024-03-31 01:30:00", "by-clock", "2024-03-31T01:30:00"),
    ],
)
def test_time_is_read_in_the_declared_zone(text: str, order: DateOrder, expected: str) -> None:
    """Summer time counts, an offset in the text wins, an hour that comes twice is the first, one that never came is as long after."""
    assert LocalTimes(_LONDON, order).instant(text) == _millis(expected)


def test_without_a_zone_only_what_says_its_offset_is_read() -> None:
    """A time of an unknown zone is refused, and the words say what to write."""
    assert LocalTimes().instant("2024-07-04T10:15:31Z") == _millis("2024-07-04T10:15:31")
    with pytest.raises(SourceError, match=r"\[zone=Europe/London\]") as found:
        LocalTimes().instant("2024-07-04 10:15:31")
    assert found.value.reason == "no-offset"


@pytest.mark.parametrize(
    ("format_", "column", "row"), [("exchange-tracking", "Timestamp", _TRACKING), ("windows-security", "TimeCreated", _WINDOWS)]
)
def test_zone_of_an_input_holds_for_its_file(tmp_path: Path, format_: str, column: str, row: dict[str, str]) -> None:
    """``[zone=…]`` is taken at its word, and a later date of the file tells the order of day and month."""
    path = tmp_path / "export.csv"
    text = io.StringIO()
    writer = csv.DictWriter(text, [column, *row])
    writer.writeheader()
    writer.writerows({column: at, **row} for at in ("7/4/2024 10:15:31 AM", "7/14/2024 10:15:31 AM"))
    path.write_text(text.getvalue(), newline="")
    found = read_input(f"{format_}[zone=Europe/London]:{path}")
    parse = found.format.parser(path)
    parsed = [parse(record.row) for record in found.format.records(path) if record.row is not None]
    assert [event.occurred_at for events in parsed if isinstance(events, list) for event in events] == [
        _millis("2024-07-04T09:15:31"),
        _millis("2024-07-14T09:15:31"),
    ]


@pytest.mark.parametrize("options", ["zone=Atlantis", "when=now", ""])
def test_zone_that_is_none_is_refused(tmp_path: Path, options: str) -> None:
    """A zone that does not exist, another option, or none at all is wrong use."""
    path = tmp_path / "export.csv"
    path.write_text("x")
    with pytest.raises(UsageError):
        read_input(f"exchange-tracking[{options}]:{path}")
