"""The commands that make a force and score alerts on it."""

import json
from pathlib import Path

import pytest

from streams.cli.main import DONE, FAILED, WRONG_USE, run

SMALL = ["--officers", "30", "--from", "2024-03-01", "--to", "2024-03-07", "--mails-per-day", "0.5"]


def test_a_force_is_made_scanned_and_scored(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The whole way that the help shows; figures as JSON with recall and precision at the top."""
    folder, alerts = tmp_path / "force", tmp_path / "alerts.ndjson"
    assert run(["simulate", str(folder), *SMALL, "--habit", "burst", "--habit", "protected-witness-once"]) == DONE
    assert "offenders" in capsys.readouterr().out
    exports = [str(path) for path in sorted((folder / "exports").iterdir())]
    assert run(["scan", *exports, "--reference", str(folder / "reference"), "--alerts", str(alerts)]) == DONE
    capsys.readouterr()

    assert run(["score", str(alerts), str(folder / "truth.json"), "--json"]) == DONE
    figures = json.loads(capsys.readouterr().out)
    assert list(figures)[:2] == ["recall", "precision"]
    assert figures["recall"] == 1.0
    assert set(figures["habits"]) == {"burst", "protected-witness-once"}
    assert figures["missed"] == []

    assert run(["score", str(alerts), str(folder / "truth.json")]) == DONE
    shown = capsys.readouterr().out
    assert "recall" in shown
    assert "100.0% (2 of 2)" in shown
    assert "protected-witness-once" in shown


def test_whoever_is_missed_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With no alerts at all that is everybody, and precision is nothing to speak of."""
    assert run(["simulate", "--out", str(tmp_path / "force"), *SMALL, "--habit", "burst"]) == DONE
    (tmp_path / "none.ndjson").write_bytes(b"")
    capsys.readouterr()
    assert run(["score", str(tmp_path / "none.ndjson"), str(tmp_path / "force" / "truth.json")]) == DONE
    shown = capsys.readouterr().out
    assert "0.0% (0 of 2)" in shown
    assert "reaches" in shown
    assert run(["score", str(tmp_path / "none.ndjson"), str(tmp_path / "force" / "truth.json"), "--json"]) == DONE
    figures = json.loads(capsys.readouterr().out)
    assert (figures["recall"], figures["precision"]) == (0.0, None)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["simulate"], "name the folder"),
        (["simulate", "a", "--out", "b"], "name the folder"),
        (["simulate", "a", "--to", "2025-01-01", "--years", "1"], "give one of them"),
        (["simulate", "a", "--from", "2025-01-01", "--to", "2024-01-01"], "before it begins"),
        (["simulate", "a", "--from", "yesterday"], "yesterday"),
        (["simulate", "a", "--officers", "0"], "officers"),
        (["simulate", "a", "--junk", "0.5"], "junk"),
        (["simulate", "a", "--habit", "bribery"], "bribery"),
        (["score", "a"], "TRUTH"),
    ],
)
def test_wrong_use_is_told(arguments: list[str], says: str, capsys: pytest.CaptureFixture[str]) -> None:
    """With exit code 2, before anything is written."""
    assert run(arguments) == WRONG_USE
    assert says in capsys.readouterr().err


def test_files_that_cannot_be_read_end_with_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Named, and not in a traceback."""
    (tmp_path / "a").write_text("{}", "utf-8")
    assert run(["score", str(tmp_path / "none"), str(tmp_path / "a")]) == FAILED
    assert "cannot read" in capsys.readouterr().err
    (tmp_path / "alerts").write_text("", "utf-8")
    assert run(["score", str(tmp_path / "alerts"), str(tmp_path / "a")]) == FAILED
    assert "no truth" in capsys.readouterr().err
