"""Message tracking as servers write it to their files: comments, quoted commas, several steps of one mail."""

import gzip
from pathlib import Path

import pytest

from schemas.identity import message_key
from schemas.records import MailEvent
from streams.sources.exchange.tracking import STEPS
from streams.sources.formats import FORMATS, Input, detect
from streams.sources.load import Load

_NOW = 1_800_000_000_000
_OLD = (
    "date-time,client-ip,client-hostname,server-ip,server-hostname,source-context,connector-id,source,event-id,internal-message-id,message-id,"
    "recipient-address,recipient-status,total-bytes,recipient-count,related-recipient-address,reference,message-subject,sender-address,"
    "return-path,message-info"
)
_NEW = (
    _OLD.replace("message-id,recipient", "message-id,network-message-id,recipient")
    + ",directionality,tenant-id,original-client-ip,original-server-ip,custom-data,transport-traffic-type,log-id,schema-version"
)


def _head(fields: str, version: str = "15.02.1544.004") -> str:
    return (
        f"#Software: Microsoft Exchange Server\r\n#Version: {version}\r\n#Log-type: Message Tracking Log\r\n"
        f"#Date: 2024-03-04T09:00:00.000Z\r\n#Fields: {fields}\r\n"
    )


def _step(number: int, event: str, source: str, recipients: str = "ava.ryder91@gmail.com;c.lowe@northmoor.police.example") -> str:
    where = '192.0.2.10,MBX01,192.0.2.11,MBX02,"MDB:6191, Mailbox:279f, ClientType:OWA",'
    ids = f"7301444{number},<m1@mbx01.northmoor.police.example>,1341ac7b13fb42ab4d4408cf7f55890f"
    mail = '1102345,2,,,"Op ""LANTERN"", briefing",a.ryder@northmoor.police.example,a.ryder@northmoor.police.example,'
    row = f"9f0c6a2e-{number:04}-4222-8333-08dc3c1a0001,15.02.1544.004"
    return (
        f"2024-03-04T09:15:{number:02}.487Z,{where},{source},{event},{ids},{recipients},To;Cc,{mail},Originating,,192.0.2.50,,"
        f"S:MessageValue=Normal,Email,{row}\r\n"
    )


_STEPS_OF_ONE_MAIL = (
    '2024-03-04T09:15:00.052Z,,,,,"MDB:6191, Mailbox:279f, Event:269492708, MessageClass:IPM.Note",,STOREDRIVER,NOTIFYMAPI'
    + "," * 21
    + "\r\n"
    + _step(1, "RECEIVE", "STOREDRIVER")
    + _step(2, "SUBMIT", "STOREDRIVER")
    + _step(3, "HAREDIRECT", "SMTP")
    + _step(4, "RECEIVE", "SMTP")
    + _step(5, "AGENTINFO", "AGENT")
    + _step(6, "EXPAND", "ROUTING")
    + _step(7, "SENDEXTERNAL", "SMTP", "ava.ryder91@gmail.com")
    + _step(8, "DELIVER", "STOREDRIVER", "c.lowe@northmoor.police.example")
)


def _load(*paths: Path) -> tuple[Load, list[MailEvent], list[str]]:
    letters: list[str] = []
    load = Load([Input(FORMATS[detect(path)], path) for path in paths], _NOW, lambda letter: letters.append(letter.reason))
    return load, [event for event in load if isinstance(event, MailEvent)], letters


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_every_step_of_a_mail_is_a_fact_of_one_message(tmp_path: Path, encoding: str) -> None:
    """Nine rows are six facts under one key and three discards; quoted commas and quotes come out as they were meant."""
    path = tmp_path / "MSGTRK2024030409-1.LOG"
    path.write_bytes((_head(_NEW) + _STEPS_OF_ONE_MAIL).encode(encoding))
    load, events, letters = _load(path)
    assert (load.counts.read, load.counts.facts, load.counts.discarded, letters) == (9, 6, 3, [])
    assert {message_key(event) for event in events} == {"m1@mbx01.northmoor.police.example"}
    assert {event.subject for event in events} == {'Op "LANTERN", briefing'}
    assert len({event.record_id for event in events}) == 6
    assert dict(load.discards) == {"server-event": 3}


def test_logs_of_old_and_new_servers_may_be_joined(tmp_path: Path) -> None:
    """Each part keeps its own columns."""
    old = (
        "2012-02-29T16:18:26.000Z,,HUB01,,MBX00,,,STOREDRIVER,DELIVER,83322,<o1@x.example>,c.lowe@northmoor.police.example,,1441,1,,,"
        "Hello,a@x.example,a@x.example,2012-02-29T16:18:25.481Z\r\n"
    )
    path = tmp_path / "joined.log.gz"
    path.write_bytes(gzip.compress((_head(_OLD, "08.03.0000.000") + old + _head(_NEW) + _step(1, "RECEIVE", "SMTP")).encode()))
    _, events, letters = _load(path)
    assert letters == []
    assert [(event.message_id, event.recipients[0]) for event in events] == [
        ("<o1@x.example>", "c.lowe@northmoor.police.example"),
        ("<m1@mbx01.northmoor.police.example>", "ava.ryder91@gmail.com"),
    ]


def test_the_same_log_twice_is_read_once(tmp_path: Path) -> None:
    """A copy of a log gives duplicates and no facts, with or without an id of its own in each row."""
    old = (
        _head(_OLD) + "2024-03-04T09:15:31.487Z,,A,,B,,,SMTP,RECEIVE,1,<o1@x.example>,b@y.example,,1,1,,,Hello,a@x.example,a@x.example,\r\n"
    )
    paths = [tmp_path / name for name in ("a.log", "b.log", "c.log", "d.log")]
    for path, text in zip(paths, (old, old, _head(_NEW) + _STEPS_OF_ONE_MAIL, _head(_NEW) + _STEPS_OF_ONE_MAIL), strict=True):
        path.write_text(text, newline="")
    load, _, _ = _load(*paths)
    assert (load.counts.facts, load.counts.duplicates) == (7, 7)


def test_a_report_of_exchange_online_is_none_of_an_own_server(tmp_path: Path) -> None:
    """The portal's extended report has the same columns with underscores, and its own format."""
    path = tmp_path / "report.csv"
    path.write_text(_NEW.replace("-", "_").replace("date_time", "date_time_utc") + "\n" + _step(1, "RECEIVE", "SMTP"))
    assert detect(path) == "m365-message-trace"


def test_the_page_lists_every_step_that_is_read() -> None:
    """So that nobody has to guess."""
    page = (Path(__file__).parents[4] / "docs" / "sources" / "exchange-tracking.md").read_text(encoding="utf-8")
    assert [step for step in STEPS if f"`{step.upper()}`" not in page] == []
