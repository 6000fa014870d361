"""docs/adding-a-detector.md, followed to the letter in a copy of the checkout."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from detectors.registry import DETECTORS

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "adding-a-detector.md"
COPIED = ("schemas", "detectors", "streams", "tests/detectors", "docs/detectors", "deploy/config", "samples/reference")
BLOCK = re.compile(r"^```(?P<language>\w+) ?(?P<what>[^\n]*)\n(?P<text>.*?)^```$", re.DOTALL | re.MULTILINE)


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a copy of what the walk touches."""
    copy = tmp_path_factory.mktemp("checkout")
    for folder in COPIED:
        shutil.copytree(ROOT / folder, copy / folder, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", copy)
    for package in ("tests", "tests/detectors", "tests/detectors/behaviours"):
        if (ROOT / package / "conftest.py").exists():
            shutil.copy(ROOT / package / "conftest.py", copy / package)
    return copy


def shell(command: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run a line of the page in the copy, with the copy's own packages."""
    bin_ = Path(sys.executable).parent
    environ = {
        **os.environ,
        "PATH": f"{bin_}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": str(folder),
        "NO_COLOR": "1",
        "COLUMNS": "200",
    }
    return subprocess.run(["bash", "-c", command], cwd=folder, env=environ, capture_output=True, text=True, check=False)


def test_the_page_leads_to_an_alert(checkout: Path) -> None:
    """Every file as it stands there, every command as it stands there, in their order."""
    text = PAGE.read_text("utf-8")
    last = ""
    blocks = list(BLOCK.finditer(text))
    assert {block["language"] for block in blocks} == {"console", "python", "markdown", "json"}
    for block in blocks:
        if block["language"] != "console":
            path = checkout / block["what"]
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(block["text"].replace("~~~", "```"), "utf-8")
            continue
        for command in block["text"].splitlines():
            ran = shell(command, checkout)
            told = ran.stdout + ran.stderr
            if block["what"] == "fails":
                assert ran.returncode != 0
                (promised,) = re.findall(r"^> `(.+)`$", text, re.MULTILINE)
                assert promised in told
            else:
                assert ran.returncode == 0, f"{command}\n{told}"
            last = ran.stdout
    assert "large-volume" in {alert["detector"] for alert in json.loads(last)["alerts"]}


def test_the_example_is_none_of_the_catalogue() -> None:
    """Else the walk would end at its first command."""
    assert "large-volume" not in DETECTORS


def test_a_name_that_is_none_or_taken_and_a_place_that_is_no_checkout_are_refused(tmp_path: Path) -> None:
    """Before anything is written."""
    for arguments, said in (
        ("Large", "no name"),
        ("slow-drip", "already"),
        (f"large-volume --root {tmp_path}", "no source checkout"),
    ):
        ran = shell(f"custodiet detectors new {arguments}", ROOT)
        assert ran.returncode == 2
        assert said in ran.stderr.replace("\n", " ")
    assert list(tmp_path.iterdir()) == []
