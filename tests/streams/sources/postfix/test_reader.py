"""Messages put together from the lines of mail logs."""

import gzip
import os
import random
from collections.abc import Iterable
from pathlib import Path

import pytest

from schemas.records import MailEvent
from streams.errors import UsageError
from streams.sources.formats import FORMATS, Input, detect, read_input
from streams.sources.load import FeedUnhealthy, Load
from streams.sources.postfix.lines import Queued, proof
from streams.sources.postfix.messages import MOST_LINES, Messages, Place

_NOW = 1_800_000_000_000
_MODIFIED = 1_709_600_000  # 2024-03-05T00:53:20Z


def _at(second: int) -> str:
    return f"Mar  4 {second // 3600:02}:{second // 60 % 60:02}:{second % 60:02} mx1 postfix"


def _mail(queue_id: str, second: int, recipients: Iterable[str] = ("b@y.example",), sender: str = "a@x.example") -> list[str]:
    to = [f"smtp[3]: {queue_id}: to=<{one}>, relay=mx[192.0.2.9]:25, delay=1, status=sent (ok)" for one in recipients]
    texts = [
        f"smtpd[1]: {queue_id}: client=pc[192.0.2.7]",
        f"cleanup[2]: {queue_id}: message-id=<{queue_id}-{second}@x.example>",
        f"qmgr[4]: {queue_id}: from=<{sender}>, size=100, nrcpt=1 (queue active)",
        *to,
        f"qmgr[4]: {queue_id}: removed",
    ]
    return [f"{_at(second)}/{text}" for text in texts]


def _written(path: Path, lines: Iterable[str]) -> Path:
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    os.utime(path, (_MODIFIED, _MODIFIED))
    return path


def _load(path: Path) -> tuple[Load, list[MailEvent]]:
    load = Load([Input(FORMATS["postfix"], path)], _NOW, lambda _: None)
    return load, [event for event in load if isinstance(event, MailEvent)]


def test_interleaved_messages_are_told_apart(tmp_path: Path) -> None:
    """Lines of many messages lie between each other, and lines of none between them; every line ends in a count."""
    chance = random.Random(3)
    mails = [_mail(f"{0xA0000 + number:X}", 60, [f"r{number}@y.example", f"s{number}@y.example"]) for number in range(50)]
    lines: list[str] = []
    while any(mails):
        lines.append(chance.choice([mail for mail in mails if mail]).pop(0))
        if chance.random() < 0.2:
            lines.append(f"{_at(60)}/smtpd[1]: connect from pc[192.0.2.7]")
    load, events = _load(_written(tmp_path / "log", lines))
    assert sorted(event.recipients for event in events) == sorted((f"r{number}@y.example", f"s{number}@y.example") for number in range(50))
    assert load.discards["no-message"] == sum("connect from" in line for line in lines)
    assert load.counts.ended == load.counts.read == 50 + load.discards["no-message"]


def test_line_that_overtakes_the_end_still_belongs(tmp_path: Path) -> None:
    """A delivery that is logged after ``removed`` is no message of its own."""
    lines = _mail("A1B2C3", 60, ["b@y.example", "c@y.example"])
    lines[-1], lines[-2] = lines[-2], lines[-1]
    _, events = _load(_written(tmp_path / "log", lines))
    assert [event.recipients for event in events] == [("b@y.example", "c@y.example")]


@pytest.mark.parametrize("removed", [True, False])
@pytest.mark.parametrize("apart", [1, 3600])
def test_queue_id_that_is_given_again_is_another_message(tmp_path: Path, *, removed: bool, apart: int) -> None:
    """Short ids come back, sometimes at once, sometimes without the end of the first."""
    first = _mail("A1B2C3", 60, ["b@y.example"])
    lines = [*(first if removed else first[:-1]), *_mail("A1B2C3", 60 + apart, ["c@y.example"])]
    _, events = _load(_written(tmp_path / "log", lines))
    assert [(event.message_id, event.recipients) for event in events] == [
        ("<A1B2C3-60@x.example>", ("b@y.example",)),
        (f"<A1B2C3-{60 + apart}@x.example>", ("c@y.example",)),
    ]


def test_hosts_and_instances_have_queues_of_their_own(tmp_path: Path) -> None:
    """One id on two hosts, or in two instances, is two messages."""
    lines = _mail("A1B2C3", 60)
    other = [line.replace("mx1", "mx2").replace("<b@", "<c@") for line in lines]
    third = [line.replace("postfix/", "postfix-out/").replace("<b@", "<d@") for line in lines]
    _, events = _load(_written(tmp_path / "log", [line for trio in zip(lines, other, third, strict=True) for line in trio]))
    assert sorted(event.recipients[0] for event in events) == ["b@y.example", "c@y.example", "d@y.example"]


def test_folder_of_rotated_logs_is_one_log(tmp_path: Path) -> None:
    """A message that begins in one file and ends in the next, compressed or not, is whole; the order of names does not matter."""
    lines = _mail("A1B2C3", 60)
    _written(tmp_path / "mail.log", lines[3:])
    (tmp_path / "mail.log.1.gz").write_bytes(gzip.compress("\n".join(lines[:3]).encode(), mtime=0))
    os.utime(tmp_path / "mail.log.1.gz", (_MODIFIED, _MODIFIED))
    found = read_input(str(tmp_path))
    assert found.format.name == "postfix"
    _, events = _load(found.path)
    assert [(event.sender, event.recipients) for event in events] == [("a@x.example", ("b@y.example",))]


def test_mail_with_very_many_recipients_comes_in_pieces(tmp_path: Path) -> None:
    """No recipient is lost, every piece knows sender and Message-ID, and no two are one record."""
    recipients = [f"r{number}@y.example" for number in range(3 * MOST_LINES)]
    _, events = _load(_written(tmp_path / "log", _mail("A1B2C3", 60, recipients)))
    assert sorted(address for event in events for address in event.recipients) == sorted(recipients)
    assert {(event.sender, event.message_id) for event in events} == {("a@x.example", "<A1B2C3-60@x.example>")}
    assert len({event.record_id for event in events}) == len(events) > 1


def test_open_messages_are_bounded() -> None:
    """Of messages that never end the longest untouched are let go."""
    messages = Messages(most_open=10)
    given = []
    for number in range(100):
        line = Queued("mx1", "postfix", f"{0xA0000 + number:X}", "smtpd", "client=pc[192.0.2.7]")
        given += list(messages.add(line, number, Place("log", number, b"x")))
    assert len(given) == 90
    assert len(given) + len(list(messages.finish())) == 100


def test_message_is_forgotten_after_a_week() -> None:
    """A message of which nothing more is said does not stay."""
    messages = Messages()
    day = 24 * 3600 * 1000
    first = Queued("mx1", "postfix", "A1B2C3", "smtpd", "client=pc[192.0.2.7]")
    assert list(messages.add(first, 0, Place("log", 1, b"x"))) == []
    later = Queued("mx1", "postfix", "A1B2C4", "smtpd", "client=pc[192.0.2.7]")
    last = Queued("mx1", "postfix", "A1B2C5", "smtpd", "client=pc[192.0.2.7]")
    assert list(messages.add(later, 6 * day, Place("log", 2, b"x"))) == []
    assert [one.line for one in messages.add(last, 8 * day, Place("log", 3, b"x"))] == [1]


@pytest.mark.parametrize(
    ("queue_id", "process", "text", "second"),
    [
        ("3pJjgB6dpKz1JBPW", "smtpd", "client=pc[192.0.2.7]", 1_450_051_574),
        ("3pJjgB6dpKz1JBPW", "qmgr", "removed", None),
        ("A1B2C3", "smtpd", "client=pc[192.0.2.7]", None),
        ("A1B2C3", "cleanup", "message-id=<20240304091531.A1B2C3@mx1>", 1_709_543_731),
        ("A1B2C3", "cleanup", "message-id=<20240304091531.A1B2C4@mx1>", None),
        ("A1B2C3", "cleanup", "message-id=<20241304091531.A1B2C3@mx1>", None),
    ],
)
def test_lines_that_prove_an_instant(queue_id: str, process: str, text: str, second: int | None) -> None:
    """A long queue id at its beginning, and a Message-ID that Postfix made for this very message."""
    assert proof(Queued("mx1", "postfix", queue_id, process, text)) == (None if second is None else second * 1000)


def test_summer_time_is_found_in_the_log(tmp_path: Path) -> None:
    """Local time of a server in Britain is an hour ahead of what its own Message-ID says, for the lines before it too."""
    lines = [
        line.replace("Mar  4", "Jul  4").replace("<A1B2C3-36000@x.example>", "<20230704090000.A1B2C3@mx1>")
        for line in _mail("A1B2C3", 36_000)
    ]
    _, events = _load(_written(tmp_path / "log", lines))
    assert [event.occurred_at for event in events] == [1_688_461_200_000]
    assert detect(tmp_path / "log") == "postfix"


def test_declared_zone_and_day_place_the_lines(tmp_path: Path) -> None:
    """Local time of the declared zone, in the last year that fits the declared day, whatever the file's own time is."""
    lines = [line.replace("Mar  4", "Jul  4") for line in _mail("A1B2C3", 36_000)]
    path = _written(tmp_path / "log", lines)
    found = read_input(f"postfix[zone=Europe/London,until=2022-07-31]:{path}")
    events = [event for event in Load([found], _NOW, lambda _: None) if isinstance(event, MailEvent)]
    assert [event.occurred_at for event in events] == [1_656_925_200_000]  # 2022-07-04T09:00:00Z
    iso = _written(tmp_path / "iso", [line.replace("Jul  4", "2022-07-04") for line in lines])
    found = read_input(f"postfix[zone=Europe/London]:{iso}")
    events = [event for event in Load([found], _NOW, lambda _: None) if isinstance(event, MailEvent)]
    assert [event.occurred_at for event in events] == [1_656_925_200_000]


@pytest.mark.parametrize("options", ["zone=Atlantis", "until=yesterday", "year=2024"])
def test_option_that_is_none_is_refused(tmp_path: Path, options: str) -> None:
    """What cannot be read is wrong use, not a log in UTC."""
    path = _written(tmp_path / "log", _mail("A1B2C3", 60))
    with pytest.raises(UsageError, match="postfix"):
        read_input(f"postfix[{options}]:{path}")


def test_log_may_be_written_backwards(tmp_path: Path) -> None:
    """A search engine exports the latest line first: messages are whole all the same, one queue id given twice is two of them."""
    forwards = [*_mail("A1B2C3", 60, ["b@y.example"]), *_mail("A1B2C3", 660, ["c@y.example"]), *_mail("A1B2C4", 660, ["d@y.example"])]
    _, events = _load(_written(tmp_path / "log", reversed(forwards)))
    assert sorted((event.occurred_at, event.message_id, event.sender, event.recipients) for event in events) == sorted(
        (event.occurred_at, event.message_id, event.sender, event.recipients) for event in _load(_written(tmp_path / "log", forwards))[1]
    )
    assert len(events) == 3


def test_damaged_logs_are_read_to_their_end(tmp_path: Path) -> None:
    """Whatever happens to the bytes of a log, every record ends once and nothing but a finding about the feed is raised."""
    chance = random.Random(5)
    whole = "\n".join(line for number in range(40) for line in _mail(f"{0xA0000 + number:X}", 60 + number)).encode()
    for _ in range(150):
        data = bytearray(whole)
        for _ in range(chance.randint(1, 40)):
            at = chance.randrange(len(data))
            data[at : at + chance.choice([0, 1, 30])] = chance.choice(
                [b"", b"\x00", b"\n", b"<", b">", b": ", b"\xff", data[at : at + 90], b"{"]
            )
        path = tmp_path / "log"
        path.write_bytes(bytes(data))
        load = Load([Input(FORMATS["postfix"], path)], _NOW, lambda _: None)
        try:
            events = list(load)
        except FeedUnhealthy:
            continue
        assert load.counts.ended == load.counts.read > 0
        assert len(events) > 20


def test_lines_that_cannot_be_read_are_dead_letters(tmp_path: Path) -> None:
    """A line that is no line, and one that is too long, cost themselves and no more."""
    lines = _mail("A1B2C3", 60)
    load, events = _load(_written(tmp_path / "log", [lines[0], "???", *lines[1:3], f"{lines[3]}{'x' * (1 << 20)}", *lines[3:]]))
    assert (len(events), load.counts.dead_letters) == (1, 2)
