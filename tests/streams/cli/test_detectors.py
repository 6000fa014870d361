"""``custodiet detectors``: what is there, what holds, what is wrong with a file."""

from pathlib import Path

import pytest

from detectors.registry import DETECTORS
from streams.cli.main import DONE, WRONG_USE, run
from streams.config import default_config, parse_config


@pytest.fixture
def wide(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give a terminal that no line is too long for."""
    monkeypatch.setenv("COLUMNS", "250")


@pytest.mark.usefixtures("wide")
def test_the_list_names_every_detector_and_which_are_off(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With the configuration that is given."""
    config = tmp_path / "force.yaml"
    config.write_text("detectors: {slow-drip: {enabled: false}}", "utf-8")
    assert run(["detectors", "list", "--config", str(config)]) == 0
    rows = {name: line for line in capsys.readouterr().out.splitlines() for name in DETECTORS if f" {name} " in line}
    assert rows.keys() == DETECTORS.keys()
    assert [name for name, row in rows.items() if " no " in row] == ["slow-drip"]


@pytest.mark.usefixtures("wide")
@pytest.mark.parametrize("name", DETECTORS)
def test_what_is_shown_of_a_detector_can_be_written_in_the_file(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    """The configuration that holds, word for word; and the behaviour."""
    assert run(["detectors", "show", name]) == 0
    shown = capsys.readouterr().out
    assert "Blind spots: " in shown
    block = shown[shown.index("detectors:\n") : shown.index("All of it")]
    assert parse_config(block, "shown") == default_config()


def test_a_right_file_is_called_right(capsys: pytest.CaptureFixture[str]) -> None:
    """With the version that its alerts will carry."""
    assert run(["detectors", "check", "deploy/config/custodiet.yaml"]) == 0
    assert default_config().version in capsys.readouterr().out


def test_a_wrong_file_is_told_whole(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Every error at once, and the code of wrong use."""
    config = tmp_path / "force.yaml"
    config.write_text(
        "force: {timezone: Nowhere}\ndetectors:\n  slow-drip: {rules: [{window: 7d, measure: weeks, threshold: 4}]}\n", "utf-8"
    )
    assert run(["detectors", "check", str(config)]) == WRONG_USE
    told = capsys.readouterr().err
    assert "force.yaml:1: force.timezone" in told
    assert "force.yaml:3: detectors.slow-drip.rules.0.threshold: can never be reached" in told


def test_what_does_nothing_is_told_and_no_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The file may be used as it is."""
    config = tmp_path / "force.yaml"
    rules = "[{window: 365d, measure: weeks, threshold: 4}, {window: 365d, measure: weeks, threshold: 5}]"
    config.write_text(f"detectors:\n  slow-drip: {{rules: {rules}}}\n", "utf-8")
    assert run(["detectors", "check", str(config)]) == DONE
    told = capsys.readouterr().out.replace("\n", " ")
    assert "force.yaml:2: detectors.slow-drip.rules.1: adds nothing" in told
    assert " is right" in told


@pytest.mark.usefixtures("wide")
def test_what_is_shown_tells_what_a_detector_takes_and_what_was_changed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Beside the values, the keys that are not as by default."""
    config = tmp_path / "force.yaml"
    config.write_text("detectors: {bulk-access: {enabled: false, floor: 31, factor: 3}}", "utf-8")
    assert run(["detectors", "show", "bulk-access", "--config", str(config)]) == DONE
    shown = capsys.readouterr().out
    assert "version 1; not enabled; by officer; of file (copy, download, open); looks back 770h" in shown
    assert "Not as by default: enabled, floor." in shown
    assert run(["detectors", "show", "bulk-access"]) == DONE
    assert "All of it is the default." in capsys.readouterr().out
