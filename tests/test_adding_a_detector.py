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
from streams.cli.main import WRONG_USE, run
from streams.cli.skeleton import write_skeleton
from streams.errors import UsageError

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "adding-a-detector.md"
COPIED = ("schemas", "detectors", "streams", "tests/detectors", "docs/detectors", "deploy/config", "samples/reference")
BLOCK = re.compile(r"^```(?P<language>\w+) ?(?P<what>[^\n]*)\n(?P<text>.*?)^```$", re.DOTALL | re.MULTILINE)


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """Give a copy of what the walk touches."""
    for folder in COPIED:
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__"))
    for file in ("pyproject.toml", "tests/conftest.py"):
        shutil.copy(ROOT / file, tmp_path / file)
    return tmp_path


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
    assert {block["language"] for block in blocks} == {"console", "python", "markdown", "yaml", "json"}
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
                promised = re.findall(r"^> `(.+)`$", text[block.end() : text.index("\n## ", block.end())], re.MULTILINE)
                assert promised
                assert [words for words in promised if words not in told] == []
            else:
                assert ran.returncode == 0, f"{command}\n{told}"
            last = ran.stdout
    assert "large-volume" in {alert["detector"] for alert in json.loads(last)["alerts"]}


def test_the_example_is_none_of_the_catalogue() -> None:
    """Else the walk would end at its first command."""
    assert "large-volume" not in DETECTORS


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["Large"], "no name"),
        (["large_volume"], "no name"),
        (["large-volume2"], "no name"),
        (["import"], "means something else"),
        (["config"], "means something else"),
        (["large-volume", "--title", 'A "large" volume'], "no title"),
        (["large-volume", "--title", "One | two"], "no title"),
        (["slow-drip"], "already"),
        (["large-volume"], "no source checkout"),
    ],
)
def test_what_cannot_become_a_detector_is_refused(
    arguments: list[str], said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A name or title that is none, a name that is taken, a place that is no checkout: before anything is written."""
    assert run(["detectors", "new", *arguments, "--root", str(tmp_path)]) == WRONG_USE
    assert said in capsys.readouterr().err.replace("\n", " ")
    assert list(tmp_path.iterdir()) == []


def test_a_skeleton_is_in_the_houses_style(checkout: Path) -> None:
    """Long names and titles with signs in them included; a second detector lies beside the first; none is written over."""
    for name, title in (("a", "It's 50% of what's sent, again & again (é)"), ("zz-" + "very-" * 6 + "long", "x" * 80)):
        assert [did for _, did in write_skeleton(checkout, name, title)] == ["new"] * 3 + ["changed"] * 3
        with pytest.raises(UsageError, match="something already"):
            list(write_skeleton(checkout, name, title))
    for command in ("ruff check detectors tests", "ruff format --check detectors tests"):
        ran = shell(command, checkout)
        assert ran.returncode == 0, ran.stdout
    assert len(parse_registry(checkout)) == len(DETECTORS) + 2


def parse_registry(checkout: Path) -> list[str]:
    """Return the ids in a checkout's table."""
    return re.findall(r'^        "([a-z-]+)": \w+,$', (checkout / "detectors" / "registry.py").read_text("utf-8"), re.MULTILINE)
