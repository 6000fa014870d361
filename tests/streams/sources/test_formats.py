"""Which format a file is in, and what a user gets to hear when none can be told."""

import csv
import gzip
import io
import json
from pathlib import Path

import pytest

from streams.errors import UsageError
from streams.sources.formats import FORMATS, detect, read_input

_HERE = Path(__file__).parent


def _rows(name: str) -> list[dict[str, object]]:
    return [case["row"] for case in json.loads((_HERE / name / "cases.json").read_text(encoding="utf-8")) if "events" in case["expected"]]


def _csv(rows: list[dict[str, object]]) -> str:
    rows = [row for row in rows if row.keys() == rows[0].keys()]
    out = io.StringIO()
    writer = csv.DictWriter(out, rows[0].keys())
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


@pytest.mark.parametrize("name", sorted(FORMATS))
@pytest.mark.parametrize("shape", ["array", "lines", "page"])
def test_format_is_told_from_json(tmp_path: Path, name: str, shape: str) -> None:
    """Every format is recognised by its content, in each shape of JSON and under any file name."""
    rows = _rows(name)
    path = tmp_path / "export"
    if shape == "lines":
        path.write_text("\n".join(json.dumps(row) for row in rows))
    else:
        path.write_text(json.dumps(rows if shape == "array" else {"@odata.context": "c", "value": rows}))
    assert detect(path) == name


@pytest.mark.parametrize("name", ["m365-audit", "m365-message-trace", "exchange-tracking", "defender-email"])
def test_format_is_told_from_csv(tmp_path: Path, name: str) -> None:
    """The exports that come as CSV are recognised by their columns, in any order."""
    path = tmp_path / "export.csv"
    path.write_text(_csv([dict(reversed(row.items())) for row in _rows(name)]), encoding="utf-8-sig")
    assert detect(path) == name


def test_broken_first_records_do_not_hide_the_format(tmp_path: Path) -> None:
    """The first records that can be read decide."""
    path = tmp_path / "export"
    path.write_text("{broken\n{broken\n" + json.dumps(_rows("mail-ndjson")[0]))
    assert detect(path) == "mail-ndjson"


def test_named_format_is_taken_at_its_word(tmp_path: Path) -> None:
    """FORMAT:PATH is not second-guessed, and the path may hold colons."""
    path = tmp_path / "a:b.json"
    path.write_text("[]")
    found = read_input(f"file-ndjson:{path}")
    assert (found.format.name, found.path) == ("file-ndjson", path)


def test_path_alone_is_detected(tmp_path: Path) -> None:
    """PATH alone means: look into it."""
    path = tmp_path / "x.json"
    path.write_text(json.dumps(_rows("m365-audit")))
    assert read_input(str(path)).format.name == "m365-audit"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{tmp}/none.csv", "there is no file"),
        ("m365-audit:{tmp}/none.csv", "there is no file"),
        ("{tmp}", "is a folder"),
        ("m365-mail:{tmp}/notes.txt", "unknown format 'm365-mail'.*known formats: .*file-ndjson, .*m365-audit"),
        ("{tmp}/notes.txt", "cannot tell the format.*FORMAT:.*known formats: .*file-ndjson, .*m365-audit"),
        ("{tmp}/empty", "cannot tell the format"),
    ],
)
def test_what_cannot_be_read_says_what_can(tmp_path: Path, text: str, message: str) -> None:
    """The message names the input, and the known formats where that helps."""
    (tmp_path / "notes.txt").write_text("Dear all,\nno records here, sorry\n")
    (tmp_path / "empty").write_text("")
    with pytest.raises(UsageError, match=message):
        read_input(text.format(tmp=tmp_path))


@pytest.mark.parametrize(
    ("dates", "first"),
    [
        (["03/04/2024 09:00:00", "22/04/2024 09:00:00"], "2024-04-03"),
        (["03/04/2024 09:00:00", "04/22/2024 09:00:00"], "2024-03-04"),
        (["3/4/2024 9:00:00 AM", "22/4/2024 9:00:00 AM"], "2024-04-03"),
        (["3/4/2024 9:00:00 AM", "4/22/2024 9:00:00 AM"], "2024-03-04"),
        (["03/04/2024 09:00:00"], "2024-04-03"),
        (["3/4/2024 9:00:00 AM"], "2024-03-04"),
        (["2024-03-04T09:00:00Z", "22/04/2024 09:00:00"], "2024-03-04"),
    ],
)
def test_the_whole_file_says_in_which_order_its_dates_are(tmp_path: Path, dates: list[str], first: str) -> None:
    """One date that can be read in one way only decides for all; without one, AM and PM mean the American order."""
    row = {"SenderAddress": "a@x.example", "RecipientAddress": "b@y.example", "MessageId": "<m@x.example>"}
    rows = [{"Received": date, **row} for date in dates]
    path = tmp_path / "trace.csv"
    path.write_text(_csv([dict(row) for row in rows]))
    parsed = FORMATS["m365-message-trace"].parser(path)(rows[0])
    assert isinstance(parsed, list)
    expected = FORMATS["m365-message-trace"].parse({**rows[0], "Received": f"{first}T09:00:00Z"})
    assert isinstance(expected, list)
    assert parsed[0].occurred_at == expected[0].occurred_at


@pytest.mark.parametrize("named", ["", "windows-security:"])
@pytest.mark.parametrize(
    ("beginning", "words"),
    [
        (b"ElfFile\x00", "wevtutil qe"),
        (b"!BDN", "readpst"),
        (b"PAR1", "Parquet"),
        (b"(\xb5/\xfd", "unzstd"),
        (b"x" * 257 + b"ustar", "tar archive"),
    ],
    ids=["evtx", "pst", "parquet", "zstd", "tar"],
)
def test_a_file_in_a_form_that_is_not_read_says_what_to_do(tmp_path: Path, beginning: bytes, words: str, named: str) -> None:
    """Whatever format it is named as, packed or not: a thousand dead letters would not help."""
    path = tmp_path / "export"
    for data in (beginning + bytes(600), gzip.compress(beginning + bytes(600))):
        path.write_bytes(data)
        with pytest.raises(UsageError, match=words):
            read_input(f"{named}{path}")


@pytest.mark.parametrize(
    ("name", "last"),
    [
        ("postfix", "mx1 postfix/qmgr[790]: 4F9D195432C: from=<a@b.example>, size=1, nrcpt=1 (queue active)"),
        ("samba-audit", "fs2 smbd_audit[12]: aryder|192.0.2.44|ws114|intel|pread_send|ok|a.docx"),
    ],
)
def test_a_night_of_other_programs_does_not_hide_the_format(tmp_path: Path, name: str, last: str) -> None:
    """A log that several programs share may begin with thousands of lines of another."""
    path = tmp_path / "messages"
    others = "".join(f"Mar  4 02:15:{second % 60:02} mx1 dovecot: imap-login: Login: user=<u{second}>\n" for second in range(5_000))
    path.write_text(f"{others}Mar  4 09:15:31 {last}\n", "utf-8")
    assert detect(path) == name
