"""What a samba log does not say itself: its prefix, its zone and its year."""

import json
import os
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from schemas.records import FileEvent
from streams.errors import SourceError, UsageError
from streams.sources.formats import detect, read_input
from streams.sources.outcome import Discard, Parse
from streams.sources.samba.audit import configured, parser

_MESSAGE = "aryder|192.0.2.44|ws114|intel|pread|ok|a.docx"


def _millis(text: str) -> int:
    return int(datetime.fromisoformat(text).timestamp() * 1000)


def _event(parse: Parse, line: str) -> FileEvent:
    parsed = parse({"line": line})
    assert isinstance(parsed, list)
    assert isinstance(parsed[0], FileEvent)
    return parsed[0]


@pytest.mark.parametrize(
    ("stamp", "until", "at"),
    [
        ("Mar  4 09:15:31", "2024-03-05T00:00:00+00:00", "2024-03-04T09:15:31+00:00"),
        ("Mar  4 09:15:31", "2024-03-03T12:00:00+00:00", "2024-03-04T09:15:31+00:00"),
        ("Mar  4 09:15:31", "2024-03-02T12:00:00+00:00", "2023-03-04T09:15:31+00:00"),
        ("Dec 31 23:59:59", "2024-01-01T06:00:00+00:00", "2023-12-31T23:59:59+00:00"),
        ("Jan  1 00:00:01", "2023-12-31T23:00:00+00:00", "2024-01-01T00:00:01+00:00"),
        ("Feb 29 10:00:00", "2027-06-01T00:00:00+00:00", "2024-02-29T10:00:00+00:00"),
        ("Jul  4 09:15:31", "2024-08-01T00:00:00+00:00", "2024-07-04T08:15:31+00:00"),
        ("Oct 27 01:30:00", "2024-11-01T00:00:00+00:00", "2024-10-27T00:30:00+00:00"),
        ("Mar  4 2019 09:15:31", "2024-08-01T00:00:00+00:00", "2019-03-04T09:15:31+00:00"),
    ],
)
def test_year_is_the_last_that_is_not_after_the_log(stamp: str, until: str, at: str) -> None:
    """A stamp without a year lies at most a day after the log was written, in London's civil time."""
    assert _event(parser(until=_millis(until)), f"{stamp} files01 smbd_audit: {_MESSAGE}").occurred_at == _millis(at)


def test_zone_is_declared() -> None:
    """A stamp without an offset is in the zone that the user names; one with an offset is not."""
    parse = parser(zone=ZoneInfo("America/New_York"))
    assert _event(parse, f"2024-03-04T09:15:31 files01 smbd_audit: {_MESSAGE}").occurred_at == _millis("2024-03-04T14:15:31+00:00")
    assert _event(parse, f"2024-03-04T09:15:31Z files01 smbd_audit: {_MESSAGE}").occurred_at == _millis("2024-03-04T09:15:31+00:00")


@pytest.mark.parametrize(
    ("prefix", "written", "account", "path"),
    [
        ("%u|%I", "aryder|192.0.2.44", "aryder", "a.docx"),
        ("%D|%u|%I|%S", "NORTHMOOR|aryder|192.0.2.44|intel", "NORTHMOOR\\aryder", "//files01/intel/a.docx"),
        ("%S: %u@%I", "intel: aryder@192.0.2.44", "aryder", "//files01/intel/a.docx"),
        ("%T|%U|%m", "2024/03/04 09:15:31|aryder|ws114", "aryder", "a.docx"),
        ("smb(%u)[%S]", "smb(aryder)[intel]", "aryder", "//files01/intel/a.docx"),
    ],
)
def test_prefix_is_read_as_it_is_configured(prefix: str, written: str, account: str, path: str) -> None:
    """Any prefix that names a user is cut off where smb.conf says, whatever else stands in it."""
    event = _event(parser((prefix,)), f"2024-03-04T09:15:31Z files01 smbd_audit: {written}|pread|ok|a.docx")
    assert (event.account, event.path, event.name) == (account, path, "a.docx")


def test_another_prefix_is_no_guess() -> None:
    """Where a prefix is named, a line with another one is a dead letter and not a wrong account."""
    with pytest.raises(SourceError, match="bad-line"):
        parser(("%I|%u",))({"line": f"2024-03-04T09:15:31Z files01 smbd_audit: {_MESSAGE}"})


def test_other_programs_lines_are_discarded() -> None:
    """A system log holds more than the audit."""
    assert parser()({"line": "2024-03-04T09:15:31Z files01 CRON[1]: (root) CMD (true)"}) == Discard("not-watched")


def test_file_time_and_options_reach_the_parser(tmp_path: Path) -> None:
    """Loading a file takes its own time for the year; options in brackets go before it."""
    path = tmp_path / "audit.log"
    line = f"Mar  4 09:15:31 files01 smbd_audit: {_MESSAGE}"
    path.write_text(f"{line}\n{line.replace('a.docx', 'b.docx')}\n")
    written = datetime(2022, 5, 1, tzinfo=UTC).timestamp()
    os.utime(path, (written, written))
    assert detect(path) == "samba-audit"
    for text, at in (
        (f"{path}", "2022-03-04T09:15:31+00:00"),
        (f"samba-audit:{path}", "2022-03-04T09:15:31+00:00"),
        (f"samba-audit[until=2024-03-04,zone=Europe/Berlin,prefix=%u|%I|%m|%S]:{path}", "2024-03-04T08:15:31+00:00"),
    ):
        known = read_input(text)
        rows = [record.row for record in known.format.records(path)]
        parse = known.format.parser(path)
        assert [name for row in rows if row is not None for name in [_event(parse, str(row["line"])).name]] == ["a.docx", "b.docx"]
        assert _event(parse, line).occurred_at == _millis(at)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"prefx": "%u"}, "no option 'prefx'"),
        ({"prefix": "%I|%m"}, "names no user"),
        ({"zone": "Mars/Olympus"}, "a zone is written"),
        ({"until": "31.3.2024"}, "until 2024-03-31"),
    ],
)
def test_wrong_options_are_refused(options: dict[str, str], message: str) -> None:
    """The message says what is allowed."""
    with pytest.raises(UsageError, match=message):
        configured(options)


@pytest.mark.parametrize(("text", "message"), [("mail-ndjson[a=b]:{path}", "takes no options"), ("samba-audit[zone]:{path}", "name=value")])
def test_options_that_cannot_be_read_are_refused(tmp_path: Path, text: str, message: str) -> None:
    """Formats without options have none, and an option has a value."""
    path = tmp_path / "x"
    path.write_text(json.dumps({}))
    with pytest.raises(UsageError, match=message):
        read_input(text.format(path=path))


def test_samba_own_log_is_read_over_two_lines(tmp_path: Path) -> None:
    """What Samba writes into its own log has the message on the line after the header."""
    path = tmp_path / "log.smbd"
    header = "[2024/03/04 09:15:31.487123,  1] ../../source3/modules/vfs_full_audit.c:627(do_log)"
    path.write_text(f"{header}\n  {_MESSAGE}\n{header}\n  {_MESSAGE.replace('a.docx', 'b.docx')}\n")
    known = read_input(str(path))
    rows = [(record.line, record.row) for record in known.format.records(path)]
    assert [number for number, _ in rows] == [1, 3]
    assert [_event(known.format.parse, str(row["line"])).name for _, row in rows if row is not None] == ["a.docx", "b.docx"]


@pytest.mark.parametrize("host", ["fs2 ", ""])
def test_a_note_of_repetition_is_a_discard(host: str) -> None:
    """Older daemons write only that the last message came again; it is a line of the log and no fault of it."""
    assert parser()({"line": f"Mar  4 09:15:39 {host}last message repeated 3 times"}) == Discard("not-watched")
