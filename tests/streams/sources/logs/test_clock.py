"""Years and offsets of log lines that tell neither."""

from datetime import UTC, datetime

import pytest

from schemas.records import Millis
from streams.errors import SourceError
from streams.sources.logs.clock import Clock, clock_for
from streams.sources.logs.lines import LocalTime


def _at(text: str) -> Millis:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()) * 1000


def _local(month: int, day: int, hour: int = 12, minute: int = 0) -> LocalTime:
    return LocalTime(month, day, hour, minute, 0, 0)


def _placed(clock: Clock, *lines: LocalTime) -> list[str]:
    return [datetime.fromtimestamp(clock.place(line) / 1000, UTC).strftime("%Y-%m-%dT%H:%M") for line in lines]


@pytest.mark.parametrize(
    ("lines", "modified", "expected"),
    [
        ([(3, 4)], "2024-03-05", ["2024-03-04T12:00"]),
        ([(3, 4)], "2024-03-03T13:00", ["2024-03-04T12:00"]),
        ([(3, 4)], "2024-03-03T11:00", ["2023-03-04T12:00"]),
        ([(12, 31)], "2024-01-01T00:01", ["2023-12-31T12:00"]),
        ([(12, 31), (1, 1)], "2024-01-01T13:00", ["2023-12-31T12:00", "2024-01-01T12:00"]),
        (
            [(12, 31), (1, 1), (12, 31), (1, 1)],
            "2024-01-01T13:00",
            ["2023-12-31T12:00", "2024-01-01T12:00", "2023-12-31T12:00", "2024-01-01T12:00"],
        ),
        ([(1, 1), (6, 1), (11, 1), (2, 1)], "2024-02-02", ["2023-01-01T12:00", "2023-06-01T12:00", "2023-11-01T12:00", "2024-02-01T12:00"]),
        ([(2, 29)], "2027-05-01", ["2024-02-29T12:00"]),
        ([(2, 28), (2, 29), (3, 1)], "2027-05-01", ["2024-02-28T12:00", "2024-02-29T12:00", "2024-03-01T12:00"]),
    ],
)
def test_year_comes_from_the_time_of_the_file(lines: list[tuple[int, int]], modified: str, expected: list[str]) -> None:
    """The last line is not a day later than the file; New Year is told from line to line; a 29 February is in a leap year."""
    locals_ = [_local(*line) for line in lines]
    clock = clock_for([(line, None) for line in locals_], _at(modified))
    assert _placed(clock, *locals_) == expected


def test_year_comes_from_a_proof_whatever_the_time_of_the_file() -> None:
    """A copied file has a late time; a line that proves its instant is believed, for the lines before it too."""
    lines = [_local(12, 31, 23), _local(1, 1, 1)]
    clock = clock_for([(lines[0], None), (lines[1], _at("2020-01-01T01:00"))], _at("2026-06-01"))
    assert _placed(clock, *lines) == ["2019-12-31T23:00", "2020-01-01T01:00"]


def test_proof_gives_the_offset_until_the_next_one() -> None:
    """Local time is an hour ahead in summer; each proof says so for the lines from it on."""
    first, second, third = _local(3, 30), _local(3, 31), _local(3, 31, 13)
    clock = clock_for([(first, _at("2024-03-30T12:00"))], _at("2024-04-01"))
    assert clock.place(first, _at("2024-03-30T12:00")) == _at("2024-03-30T12:00")
    assert clock.place(second, _at("2024-03-31T11:00")) == _at("2024-03-31T11:00")
    assert clock.place(third) == _at("2024-03-31T12:00")


def test_proof_that_does_not_fit_proves_nothing() -> None:
    """An instant that no zone explains is left aside."""
    line = _local(3, 4)
    clock = clock_for([(line, _at("2019-08-01T12:00"))], _at("2024-03-05"))
    assert clock.place(line, _at("2019-08-01T12:00")) == _at("2024-03-04T12:00")


def test_day_that_is_none_is_an_error() -> None:
    """A 30 February is told, not guessed at."""
    with pytest.raises(SourceError, match="no time in 2024"):
        Clock(2024).place(_local(2, 30))
