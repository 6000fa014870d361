"""Lines of mail logs in the ways that they are written."""

import json

import pytest

from streams.errors import SourceError
from streams.sources.logs.lines import LocalTime, LogLine, read_line

_AT = 1_709_543_731_000
_LOCAL = LocalTime(3, 4, 9, 15, 31, 0)


@pytest.mark.parametrize(
    ("line", "at"),
    [
        ("Mar  4 09:15:31 mx1 postfix/qmgr[812]: A: removed", _LOCAL),
        ("Mar 04 09:15:31 mx1 postfix/qmgr[812]: A: removed", _LOCAL),
        ("<22>Mar  4 09:15:31 mx1 postfix/qmgr[812]: A: removed", _LOCAL),
        ("Mar  4 09:15:31.250 mx1 postfix/qmgr: A: removed\r", LocalTime(3, 4, 9, 15, 31, 250)),
        ("Mar  4 09:15:31 mx1 postfix/qmgr[812]: [ID 197553 mail.info] A: removed", _LOCAL),
        ("Mar  4 2024 09:15:31 mx1 postfix/qmgr[812]: A: removed", _AT),
        ("2024 Mar  4 09:15:31 mx1 postfix/qmgr[812]: A: removed", _AT),
        ("2024-03-04T09:15:31.000123+00:00 mx1 postfix/qmgr[812]: A: removed", _AT),
        ("2024-03-04T10:15:31+0100 mx1 postfix/qmgr[812]: A: removed", _AT),
        ("2024-03-04 09:15:31 mx1 postfix/qmgr[812]: A: removed", _AT),
        ("Mar  4 09:15:31 192.0.2.1 mx1 postfix/qmgr[812]: A: removed", _LOCAL),
        ("<22>1 2024-03-04T09:15:31.000Z mx1 postfix/qmgr 812 - - A: removed", _AT),
        ('<22>1 2024-03-04T09:15:31Z mx1 postfix/qmgr 812 - [a@1 b="]\\"x"][c d="e"] \ufeffA: removed', _AT),
        (
            json.dumps(
                {
                    "__REALTIME_TIMESTAMP": "1709543731000123",
                    "_HOSTNAME": "mx1",
                    "SYSLOG_IDENTIFIER": "postfix/qmgr",
                    "MESSAGE": [65, 58, 32, *b"removed"],
                }
            ),
            _AT,
        ),
    ],
)
def test_line_is_read_however_it_is_written(line: str, at: int | LocalTime) -> None:
    """Time, host, program and text come out the same."""
    assert read_line(line.encode()) == LogLine(at, "mx1", "postfix/qmgr", "A: removed")


_LINE = "Mar  4 09:15:31 mx1 postfix/qmgr[812]: A: removed"


@pytest.mark.parametrize(
    ("record", "at"),
    [
        ({"@timestamp": "2024-03-09T00:00:00Z", "message": _LINE, "host": {"name": "collector"}}, _LOCAL),
        ({"event": {"original": _LINE}, "message": "A: removed"}, _LOCAL),
        ({"preview": False, "result": {"_raw": _LINE, "_time": "2024-03-09T00:00:00Z"}}, _LOCAL),
        ({"_source": {"message": _LINE}}, _LOCAL),
        (
            {
                "@timestamp": "2024-03-04T09:15:31Z",
                "message": "A: removed",
                "process": {"name": "postfix/qmgr"},
                "host": {"hostname": "mx1"},
            },
            _AT,
        ),
        ({"@timestamp": "2024-03-04T09:15:31Z", "message": "A: removed", "process.name": "postfix/qmgr", "host.hostname": "mx1"}, _AT),
        ({"timestamp": 1_709_543_731.0, "source": "mx1", "application_name": "postfix/qmgr", "message": "A: removed"}, _AT),
        ({"time": "1709543731000", "hostname": "mx1", "syslogtag": "postfix/qmgr[812]:", "msg": " A: removed"}, _AT),
    ],
)
def test_line_that_a_shipper_wraps_is_read(record: dict[str, object], at: int | LocalTime) -> None:
    """The line as it was counts before what the shipper says; where only parts are left, they make the line."""
    assert read_line(json.dumps(record).encode()) == LogLine(at, "mx1", "postfix/qmgr", "A: removed")


def test_line_may_name_no_host() -> None:
    """A container's log has none; a program's colon is no host."""
    assert read_line(b"Mar  4 09:15:31 postfix/qmgr[812]: A: removed") == LogLine(_LOCAL, "", "postfix/qmgr", "A: removed")


def test_line_without_a_program_keeps_its_text() -> None:
    """Syslog's own remarks are lines too."""
    assert read_line(b"Mar  4 09:15:31 last message repeated 3 times").program == ""


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"hello", "bad-line"),
        (b"Foo  4 09:15:31 mx1 postfix/qmgr[8]: A: removed", "bad-instant"),
        (b"2024-13-04T09:15:31Z mx1 postfix/qmgr[8]: A: removed", "bad-instant"),
        (b'{"MESSAGE": "x"}', "no-instant"),
        (b'{"@timestamp": "2024-03-04T09:15:31Z"}', "bad-line"),
        (b"{", "bad-json"),
    ],
)
def test_what_is_no_line_says_why(line: bytes, reason: str) -> None:
    """Each way to fail has its reason."""
    with pytest.raises(SourceError) as caught:
        read_line(line)
    assert caught.value.reason == reason


def test_a_message_that_rsyslog_saw_several_times_is_read_as_itself() -> None:
    """It stands within brackets and has a stamp of its own; a message that ends in a bracket keeps it."""
    line = read_line(b"Mar  4 09:15:39 mx1 postfix/smtp[82]: message repeated 3 times: [ 4F9D195432C: to=<a@b.example>, relay=m[::1]]")
    assert (line.program, line.text) == ("postfix/smtp", "4F9D195432C: to=<a@b.example>, relay=m[::1]")


@pytest.mark.parametrize("instant", [1e308, 2**70, -1, 0, True])
def test_a_number_that_is_no_instant_is_none(instant: float) -> None:
    """A shipper's number beyond all years would be an instant that nothing can hold."""
    with pytest.raises(SourceError, match="no-instant"):
        read_line(json.dumps({"timestamp": instant, "message": "itarrant|x", "host": "fs2"}).encode())
