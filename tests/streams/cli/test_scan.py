"""``custodiet scan``: its options, what it prints, how it ends."""

import json
import random
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from rich.console import Console

from schemas.records import Millis
from streams.cli.as_of import as_of
from streams.cli.main import WRONG_USE, run
from streams.cli.scan import DIFFERENT
from streams.cli.scan_progress import ScanProgress
from streams.errors import UsageError

SAMPLES = Path(__file__).parents[3] / "samples"
EXPORTS = [str(SAMPLES / "exports" / name) for name in ("audit-search.csv", "message-trace.csv", "defender-hunt.csv")]


def scan(*options: str, inputs: list[str] = EXPORTS) -> int:
    """Run the command over the samples; return its exit code."""
    return run(["scan", *inputs, "--reference", str(SAMPLES / "reference"), *options])


def told(capsys: pytest.CaptureFixture[str], *options: str, inputs: list[str] = EXPORTS) -> dict[str, Any]:
    """Run it with --json; return what it printed."""
    assert scan(*options, "--json", inputs=inputs) in {0, DIFFERENT}
    printed: dict[str, Any] = json.loads(capsys.readouterr().out)
    return printed


def at(text: str) -> Millis:
    """Return an instant."""
    return int(datetime.fromisoformat(text).timestamp() * 1000)


def test_only_one_detector_gives_what_it_gives_among_all(capsys: pytest.CaptureFixture[str]) -> None:
    """Its alerts are those of a whole scan, and no other's are there."""
    whole = told(capsys)["alerts"]
    for name in ("repeated-personal-email", "known-document", "again-after-training"):
        alone = [{**alert, "revision": 0} for alert in told(capsys, "--only", name)["alerts"]]
        assert alone
        assert alone == [{**alert, "revision": 0} for alert in whole if alert["detector"] == name]


def test_a_detector_that_is_none_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    """With those that there are."""
    assert scan("--only", "slow-drop") == WRONG_USE
    message = capsys.readouterr().err
    assert "slow-drop" in message
    assert "slow-drip" in message


def test_as_of_leaves_out_what_came_later_and_counts_it(capsys: pytest.CaptureFixture[str]) -> None:
    """No alert reaches past the day, and the counts add up: what lay after it was discarded."""
    whole = told(capsys)
    last = sorted(alert["last_at"] for alert in whole["alerts"])[len(whole["alerts"]) // 2][:10]
    part = told(capsys, "--as-of", last)
    assert part["after_as_of"] > 0
    assert part["alerts"]
    assert max(alert["last_at"] for alert in part["alerts"])[:10] <= last
    assert sum(part[name] for name in ("facts", "duplicates", "dead_letters", "late", "discarded")) == part["read"] == whole["read"]
    assert whole["after_as_of"] == 0


@pytest.mark.parametrize(
    ("text", "last"),
    [
        ("2026-06-30", "2026-06-30T23:00:00+00:00"),  # British Summer Time
        ("2026-12-31", "2027-01-01T00:00:00+00:00"),
        ("2026-03-29", "2026-03-29T23:00:00+00:00"),  # a day of 23 hours
    ],
)
def test_a_day_ends_where_the_force_is(text: str, last: str) -> None:
    """With its last millisecond."""
    assert as_of(text, ZoneInfo("Europe/London")) == at(last) - 1


def test_an_instant_is_taken_as_it_stands() -> None:
    """It needs an offset."""
    assert as_of("2026-06-30T12:00:00+02:00", UTC) == at("2026-06-30T10:00:00+00:00")
    for wrong in ("2026-06-30T12:00:00", "2026-02-30", "June", "9999-12-31"):
        with pytest.raises(UsageError, match="neither a day"):
            as_of(wrong, UTC)


def test_a_backtest_tells_what_a_changed_configuration_would_do(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing when nothing changed, with 0; with 3 what differs, in a table and as JSON."""
    old, config = tmp_path / "old.ndjson", tmp_path / "changed.yaml"
    assert scan("--alerts", str(old)) == 0
    assert scan("--diff", str(old)) == 0
    assert "0 added, 0 dropped, 0 changed" in capsys.readouterr().out
    config.write_text("detectors: {repeated-personal-email: {rules: [{window: 7d, measure: count, threshold: 5}]}}", "utf-8")
    assert scan("--diff", str(old), "--config", str(config)) == DIFFERENT
    capsys.readouterr()
    found = told(capsys, "--diff", str(old), "--config", str(config))["diff"]
    assert found["dropped"]
    assert {alert["detector"] for alert in found["dropped"]} == {"repeated-personal-email"}
    kept = found["unchanged"] + len(found["changed"]) + len(found["dropped"])
    assert kept == len(old.read_bytes().splitlines())


def test_an_earlier_file_that_is_none_is_refused_before_anything_is_read(tmp_path: Path) -> None:
    """With the line."""
    (tmp_path / "old.ndjson").write_text("[1]\n", "utf-8")
    assert scan("--diff", str(tmp_path / "old.ndjson")) == WRONG_USE


def test_an_export_doubled_and_shuffled_gives_the_same_alerts_and_tells_the_duplicates(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The header stays first; every record is there twice, the second time in another order."""
    header, *lines = Path(EXPORTS[0]).read_bytes().splitlines(keepends=True)
    doubled = tmp_path / "audit-search.csv"
    doubled.write_bytes(header + b"".join(random.Random(5).sample(lines * 2, 2 * len(lines))))
    whole, twice = told(capsys), told(capsys, inputs=[str(doubled), *EXPORTS[1:]])
    strip = [[{**alert, "revision": 0} for alert in each["alerts"]] for each in (whole, twice)]
    assert strip[0] == strip[1]
    more = {name: twice[name] - whole[name] for name in ("read", "facts", "duplicates", "dead_letters", "late", "discarded")}
    assert more["duplicates"] > 2_000
    assert (more["facts"], more["late"]) == (0, 0)
    # What cannot be read, and what is discarded unread, is no fact that could be known again: it ends the same way twice.
    assert more["duplicates"] + more["dead_letters"] + more["discarded"] == more["read"] == len(lines)


def test_a_mail_that_three_feeds_tell_of_is_one_piece_with_three_sources(capsys: pytest.CaptureFixture[str]) -> None:
    """Given together in any order, the feeds of the samples unite."""
    whole = told(capsys)["alerts"]
    feeds = [{source["feed"] for source in piece["sources"]} for alert in whole for piece in alert["evidence"]]
    assert {"m365-audit", "m365-message-trace", "defender-email"} in feeds
    turned = told(capsys, inputs=EXPORTS[::-1])["alerts"]
    assert [{**alert, "revision": 0} for alert in turned] == [{**alert, "revision": 0} for alert in whole]


def test_the_bar_shows_rate_and_stage_on_a_terminal_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """A log or a pipe gets nothing of it."""
    monkeypatch.setenv("TERM", "xterm")  # wherever this test runs: on a dumb terminal nothing can be drawn
    for terminal in (True, False):
        console = Console(file=StringIO(), force_terminal=terminal, width=100)
        with ScanProgress(console) as progress:
            progress("reading", 1_000_000, 2_000_000)
            progress("judging", 10, 40)
            progress._bar.refresh()
        written = console.file.getvalue()  # type: ignore[attr-defined] # it is the StringIO above
        assert ("10 of 40 activities" in written) == terminal
        assert bool(written) == terminal


def test_a_file_that_cannot_be_written_fails(tmp_path: Path) -> None:
    """Before the work, not after it."""
    assert scan("--alerts", str(tmp_path / "none" / "alerts.ndjson")) == WRONG_USE


def test_the_report_is_written_and_shows_who_was_alerted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With nothing of a mail to the federation alone."""
    page = tmp_path / "report.html"
    alerts = told(capsys, "--html", str(page))["alerts"]
    text = page.read_text("utf-8")
    assert text.rstrip().endswith("</html>")
    assert [alert["alert_id"] for alert in alerts if alert["alert_id"] not in text] == []
    assert "polfed" not in text
