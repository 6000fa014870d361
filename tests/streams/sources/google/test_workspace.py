"""Pages of the Reports API, and the same mail from three exports."""

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest

from schemas.identity import message_key
from schemas.records import MailEvent
from streams.sources.formats import FORMATS, Input, detect
from streams.sources.load import Load

_CASES = json.loads((Path(__file__).parents[1] / "google-workspace" / "cases.json").read_text(encoding="utf-8"))


def _rows(beginning: str) -> list[dict[str, Any]]:
    return [case["row"] for case in _CASES if case["name"].startswith(beginning)]


def _activities() -> list[dict[str, Any]]:
    rows = [case["row"] for case in _CASES if "kind" in case["row"] and "events" in case["expected"]]
    return [{**row, "id": {**row["id"], "uniqueQualifier": str(number)}} for number, row in enumerate(rows)]


@pytest.mark.parametrize("indent", [None, 2])
@pytest.mark.parametrize("joined", [1, 3])
def test_pages_of_the_api_are_read(tmp_path: Path, indent: int | None, joined: int) -> None:
    """Pages as they come, one or several joined in a file; an activity on two pages counts once."""
    page = {"kind": "admin#reports#activities", "etag": '"x/y"', "nextPageToken": "A:1:2", "items": _activities()}
    path = tmp_path / "page.json"
    path.write_text("\n".join(json.dumps(page, indent=indent) for _ in range(joined)))
    assert detect(path) == "google-workspace"
    letters: list[str] = []
    load = Load([Input(FORMATS["google-workspace"], path)], 1_800_000_000_000, lambda letter: letters.append(letter.reason))
    assert sum(1 for _ in load) > len(_activities())  # one activity holds several events
    assert letters == []
    assert (load.counts.read, load.counts.facts) == (len(_activities()) * joined, len(_activities()))
    assert load.counts.duplicates == len(_activities()) * (joined - 1)


@pytest.mark.parametrize("beginning", ["console: sent", "search: sent", "Drive console: shared"])
def test_console_tables_are_told(tmp_path: Path, beginning: str) -> None:
    """Each of the three tables is recognised by its columns."""
    rows = _rows(beginning)
    out = io.StringIO()
    writer = csv.DictWriter(out, rows[0].keys())
    writer.writeheader()
    writer.writerows(rows)
    path = tmp_path / "export.csv"
    path.write_text(out.getvalue(), encoding="utf-8-sig")
    assert detect(path) == "google-workspace"


def test_one_mail_from_three_exports_meets() -> None:
    """API, console and Email Log Search name the mail alike; each is a fact of its own."""
    mails = []
    for beginning in ("a mail was sent", "console: sent", "search: sent"):
        parsed = FORMATS["google-workspace"].parse(_rows(beginning)[0])
        assert isinstance(parsed, list)
        assert isinstance(parsed[0], MailEvent)
        mails.append(parsed[0])
    assert len({message_key(mail) for mail in mails}) == 1
    assert len({mail.record_id for mail in mails}) == 3
