"""Large attachments taken out of mails while they are read."""

import base64
import hashlib
from pathlib import Path

import pytest

from schemas.records import MailEvent
from streams.sources.formats import FORMATS
from streams.sources.mails.message import parse
from streams.sources.mails.slimming import LONG, Slimmer

_HEAD = b"From: a@x.example\nTo: b@y.example\nDate: Mon, 4 Mar 2024 09:15:31 +0000\n"


def _mail(data: bytes, *, within: bool = False, end: bytes = b"\n") -> bytes:
    part = b'Content-Type: application/zip; name="big.zip"\nContent-Transfer-Encoding: base64\n\n' + base64.encodebytes(data)
    if within:
        inner = b'From: x@y.example\nContent-Type: multipart/mixed; boundary="in"\n\n--in\n' + part + b"--in--\n"
        part = b"Content-Type: message/rfc822; name=m.eml\n\n" + inner
    mail = _HEAD + b"Content-Type: multipart/mixed; boundary=out\n\n--out\nContent-Type: text/plain\n\nhello\n--out\n" + part + b"--out--\n"
    return mail.replace(b"\n", end)


def _slim(mail: bytes) -> tuple[bytes, list[str]]:
    slimmer = Slimmer()
    kept = b"".join(slimmer.add(line) for line in mail.splitlines(keepends=True)) + slimmer.finish()
    return kept, slimmer.taken


def _attachments(row: dict[str, object]) -> list[tuple[str, int | None, str | None]]:
    parsed = parse(row)
    assert isinstance(parsed, list)
    assert isinstance(parsed[0], MailEvent)
    return [(one.name, one.size, one.sha256) for one in parsed[0].attachments]


@pytest.mark.parametrize("size", [LONG + 1, LONG + 2, 3 * LONG, 1_000_000])
@pytest.mark.parametrize("within", [False, True])
@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
def test_what_is_taken_out_is_told_as_if_it_were_there(size: int, end: bytes, *, within: bool) -> None:
    """Size and hash are those of the content, whether it is read whole or taken out."""
    data = bytes(number % 251 for number in range(size))
    mail = _mail(data, within=within, end=end)
    kept, taken = _slim(mail)
    assert len(kept) < 2_000
    assert _attachments({"message": kept, "taken": taken}) == _attachments({"message": mail})
    assert _attachments({"message": kept, "taken": taken})[-1] == ("big.zip", size, hashlib.sha256(data).hexdigest())


@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
def test_short_content_stays_as_it_is(end: bytes) -> None:
    """A mail without anything large is handed on byte by byte."""
    mail = _mail(b"x" * 1000, end=end)
    assert _slim(mail) == (mail, [])


def test_marker_that_a_mail_brings_along_says_nothing() -> None:
    """What was not taken out is what it looks like."""
    marker = f"{'0' * 64}:5".encode()
    assert _attachments({"message": _mail(marker), "taken": []}) == [("big.zip", 66, hashlib.sha256(marker).hexdigest())]


def test_large_mail_is_read_whole(tmp_path: Path) -> None:
    """The reader takes large content out; the size is that of the message."""
    data = b"0123456789" * 1_000_000
    path = tmp_path / "large.eml"
    path.write_bytes(_mail(data))
    (record,) = FORMATS["maildir"].records(path)
    assert record.row is not None
    assert _attachments(dict(record.row)) == [("big.zip", len(data), hashlib.sha256(data).hexdigest())]
    assert record.row["size"] == path.stat().st_size
    assert "cut" not in record.row


def test_large_text_is_cut(tmp_path: Path) -> None:
    """Content that is not encoded has no end to wait for: the beginning is kept, and the last attachment is not told wrongly."""
    path = tmp_path / "large.eml"
    path.write_bytes(_HEAD + b"Content-Type: text/csv; name=rows.csv\n\n" + (b"a,b" * 100 + b"\n") * 40_000)
    (record,) = FORMATS["maildir"].records(path)
    assert record.row is not None
    assert _attachments(dict(record.row)) == [("rows.csv", None, None)]
