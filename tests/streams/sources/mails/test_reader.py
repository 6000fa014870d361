"""Mails in folders, mboxes and archives."""

import json
import mailbox
import random
import zipfile
from email.message import EmailMessage
from pathlib import Path

import pytest

from schemas.records import MailEvent
from streams.errors import UsageError
from streams.sources.formats import FORMATS, Input, detect, read_input
from streams.sources.load import FeedUnhealthy, Load

_NOW = 1_800_000_000_000
_CASES = json.loads((Path(__file__).parents[1] / "maildir" / "cases.json").read_text(encoding="utf-8"))


def _mail(number: int, body: str = "hello\n") -> EmailMessage:
    mail = EmailMessage()
    mail["From"] = "a@x.example"
    mail["To"] = f"r{number}@y.example"
    mail["Date"] = f"Mon, 4 Mar 2024 09:15:{number:02} +0000"
    mail["Message-ID"] = f"<m{number}@x.example>"
    mail["Subject"] = "Rota"
    mail.set_content(body)
    return mail


def _recipients(path: Path) -> list[str]:
    load = Load([Input(FORMATS["maildir"], path)], _NOW, lambda letter: pytest.fail(f"{letter.reason} {letter.file}"))
    return [address for event in load if isinstance(event, MailEvent) for address in event.recipients]


def test_maildir_is_read_with_its_sub_folders(tmp_path: Path) -> None:
    """New and current mails of all folders are read; what is still being written and the server's notes are not."""
    root = mailbox.Maildir(str(tmp_path / "md"))
    root.add(_mail(1))
    root.add_folder("Sent").add(_mail(2))
    (tmp_path / "md" / "tmp" / "half").write_text("From: a@x.example\nTo: half@y.example\nDate: x\n")
    (tmp_path / "md" / "dovecot.index.log").write_bytes(b"\x00\x01")
    (tmp_path / "md" / "maildirsize").write_text("1S\n")
    found = read_input(str(tmp_path / "md"))
    assert found.format.name == "maildir"
    assert _recipients(found.path) == ["r1@y.example", "r2@y.example"]


def test_mbox_is_parted_at_its_lines_and_nowhere_else(tmp_path: Path) -> None:
    """A ``From`` at the beginning of a line of text parts nothing, quoted or not."""
    path = tmp_path / "box"
    box = mailbox.mbox(str(path))
    box.add(_mail(1, "one\n\nFrom here on it gets odd\n\nFrom me, 2024\n"))
    box.add(_mail(2))
    box.close()
    path.write_bytes(path.read_bytes().replace(b">From", b"From"))
    assert detect(path) == "maildir"
    assert _recipients(path) == ["r1@y.example", "r2@y.example"]


@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
def test_single_mails_and_archives_of_them(tmp_path: Path, end: bytes) -> None:
    """A file, and a zip archive of files, with either line end."""
    data = [_mail(number).as_bytes().replace(b"\n", end) for number in (1, 2)]
    (tmp_path / "one.eml").write_bytes(data[0])
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive:
        for number, mail in enumerate(data):
            archive.writestr(f"export/{number}.eml", mail)
    assert [detect(tmp_path / name) for name in ("one.eml", "all.zip")] == ["maildir", "maildir"]
    assert _recipients(tmp_path / "one.eml") == ["r1@y.example"]
    assert _recipients(tmp_path / "all.zip") == ["r1@y.example", "r2@y.example"]


def test_the_same_mail_in_two_places_is_one_fact(tmp_path: Path) -> None:
    """A copy in another folder, byte by byte the same, is a duplicate."""
    for name in ("a", "b"):
        (tmp_path / name).write_bytes(_mail(1).as_bytes())
    load = Load([Input(FORMATS["maildir"], tmp_path)], _NOW, lambda _: None)
    assert len(list(load)) == 1
    assert (load.counts.facts, load.counts.duplicates) == (1, 1)


def test_progress_over_a_folder_adds_up(tmp_path: Path) -> None:
    """Bytes in all are those of its files."""
    for number in range(3):
        (tmp_path / f"{number}.eml").write_bytes(_mail(number).as_bytes())
    seen: list[tuple[int, int]] = []
    list(Load([Input(FORMATS["maildir"], tmp_path)], _NOW, lambda _: None, progress=lambda done, whole: seen.append((done, whole))))
    assert seen[-1][0] == seen[-1][1] == sum(file.stat().st_size for file in tmp_path.iterdir())


def test_folder_of_something_else_is_refused(tmp_path: Path) -> None:
    """The message says that it is a folder."""
    (tmp_path / "notes.txt").write_text("Dear all,\n")
    with pytest.raises(UsageError, match="is a folder"):
        read_input(str(tmp_path))
    with pytest.raises(UsageError, match="is a folder"):
        read_input(f"m365-audit:{tmp_path}")


def test_damaged_mails_are_read_to_their_end(tmp_path: Path) -> None:
    """Whatever happens to the bytes of mails, every record ends once and nothing is a bug."""
    chance = random.Random(11)
    mails = [case["row"]["message"].encode("utf-8", "surrogateescape") for case in _CASES if isinstance(case["row"]["message"], str)]
    whole = b"".join(b"From a@x.example Mon Mar  4 09:15:31 2024\n" + mail + b"\n" for mail in mails)
    path = tmp_path / "box"
    for _ in range(60):
        data = bytearray(whole)
        for _ in range(chance.randint(1, 60)):
            at = chance.randrange(len(data))
            new = chance.choice(
                [b"", b"\x00", b"\n", b"\n\n", b"=?", b"\xff", b'"', b";", b"--b\n", b"<", b"*0*=", bytes(data[at : at + 200])]
            )
            data[at : at + chance.choice([0, 1, 40])] = new
        path.write_bytes(bytes(data))
        reasons: list[str] = []
        load = Load([Input(FORMATS["maildir"], path)], _NOW, lambda letter: reasons.append(letter.reason))  # noqa: B023  # used at once
        try:
            list(load)
        except FeedUnhealthy:
            continue
        assert load.counts.ended == load.counts.read > len(mails) // 2
        assert "bug" not in reasons


def test_parts_within_parts_without_end_are_survived(tmp_path: Path) -> None:
    """A mail made to exhaust whoever reads it is an event or a dead letter."""
    head = b"From: a@x.example\nTo: b@y.example\nDate: Mon, 4 Mar 2024 09:15:31 +0000\n"
    nested = b"".join(b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (number, number) for number in range(3_000))
    attached = b"Content-Type: message/rfc822\n\n" * 3_000
    for number, data in enumerate((head + nested, head + attached, head + b"To: " + b"x@y.example, " * 100_000 + b"\n\n")):
        (tmp_path / f"{number}.eml").write_bytes(data)
    reasons: list[str] = []
    load = Load([Input(FORMATS["maildir"], tmp_path)], _NOW, lambda letter: reasons.append(letter.reason))
    list(load)
    assert load.counts.ended == load.counts.read == 3
    assert set(reasons) <= {"nested-too-deeply"}
