"""The entry points that the README names."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def make(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run make in the checkout."""
    return subprocess.run(["make", *arguments], cwd=ROOT, capture_output=True, text=True, check=False)


def test_help_lists_every_target() -> None:
    """`make help` names each target that a person would call."""
    listed = set(re.findall(r"^  make (\w+)", make("help").stdout, re.MULTILINE))
    assert listed >= {
        "env",
        "up",
        "down",
        "status",
        "demo",
        "scan",
        "test",
        "lint",
        "types",
        "unit",
        "integration",
        "wheel",
        "bench",
        "clean",
    }


@pytest.mark.parametrize("target", ["env", "demo", "test", "scan", "up"])
def test_too_old_python_is_named(tmp_path: Path, target: str) -> None:
    """With a Python that is too old each target ends at once with words that say so, before anything is made."""
    old = tmp_path / "python3"
    old.write_text("#!/bin/sh\nexit 1\n", encoding="utf-8")
    old.chmod(0o755)
    # A file that is always newer, so that the environment is asked for anew even where it is there.
    done = make(f"PYTHON={old}", f"READY={tmp_path}/ready", target)
    assert done.returncode != 0
    assert f"{old} is older than Python 3.11" in done.stderr


def test_no_python_is_named(tmp_path: Path) -> None:
    """Without any Python the message says what to install."""
    done = make("PYTHON=", f"READY={tmp_path}/ready", "env")
    assert done.returncode != 0
    assert "Python 3.11 or later is missing" in done.stderr


def test_ci_runs_what_people_run() -> None:
    """The script of continuous integration can be run and is `make test`."""
    script = ROOT / ".ci/run"
    assert script.stat().st_mode & 0o111
    assert "make test" in script.read_text(encoding="utf-8")
