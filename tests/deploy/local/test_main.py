"""The launcher's command line, as far as it needs no server."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from deploy.local import __main__ as command
from deploy.local.stack import Stack

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(autouse=True)
def empty_checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Let the commands work on a checkout in which nothing has been started."""
    monkeypatch.setattr(command, "Stack", lambda say: Stack(tmp_path, os.environ, say))
    return tmp_path


def test_status_of_nothing_is_not_running(capsys: pytest.CaptureFixture[str]) -> None:
    """Where nothing runs the status says so, in words and for programs, with an exit code of its own."""
    assert command.main(["status"]) == command.NOT_RUNNING
    assert capsys.readouterr().out.count("not running") == 2
    assert command.main(["status", "--json"]) == command.NOT_RUNNING
    assert {name: told["ready"] for name, told in json.loads(capsys.readouterr().out).items()} == {"kafka": False, "elasticsearch": False}


def test_down_and_wipe_of_nothing_are_done(capsys: pytest.CaptureFixture[str]) -> None:
    """Stopping and wiping what is not there is no fault."""
    assert command.main(["down"]) == command.DONE
    assert "nothing was running" in capsys.readouterr().out
    assert command.main(["wipe", "--all"]) == command.DONE


def test_env_before_the_first_start_says_what_to_do(capsys: pytest.CaptureFixture[str]) -> None:
    """Without ports there are no settings to print; the message names the command that makes them."""
    assert command.main(["env"]) == command.FAILED
    told = capsys.readouterr()
    assert told.out == ""
    assert "python -m deploy.local up" in told.err


@pytest.mark.parametrize("arguments", [[], ["start"], ["stop", "postgres"], ["nonsense"]])
def test_wrong_use_is_told(arguments: list[str]) -> None:
    """An unknown command or server is wrong use."""
    with pytest.raises(SystemExit) as raised:
        command.main(arguments)
    assert raised.value.code == 2


def test_run_without_a_command_is_wrong_use(empty_checkout: Path) -> None:
    """`run` with nothing to run starts no server."""
    assert command.main(["run", "--"]) == 2
    assert not (empty_checkout / ".state").exists()


def test_doctor_names_all_that_is_missing(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """On a machine without Maven and Java both are named at once, with what to install."""
    monkeypatch.setattr("deploy.local.jdk.PLACES", ())
    for name, value in (("PATH", "/nowhere"), ("HOME", "/nowhere"), ("JAVA_HOME", "")):
        monkeypatch.setenv(name, value)
    assert command.main(["doctor", "--quiet"]) == command.FAILED
    missing = [line for line in capsys.readouterr().out.splitlines() if line.startswith("MISSING")]
    assert [word for word in ("Maven", "Java 17", "Java 21") if not any(word in line for line in missing)] == []


def test_launcher_needs_the_standard_library_only() -> None:
    """The launcher starts in a Python without any package, because it runs before there is an environment."""
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", f"import sys; sys.path.insert(0, {str(ROOT)!r}); import deploy.local.__main__"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr == ""
    assert done.returncode == 0
