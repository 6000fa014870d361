"""Elasticsearch as a user that may do nothing."""

import os
import pwd
import stat
import subprocess
from pathlib import Path

import pytest

from deploy.local import unprivileged
from deploy.local.errors import StackError

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
as_user = pytest.mark.skipif(os.geteuid() == 0, reason="what a user does that is not root")


@as_user
def test_user_runs_it_as_is(tmp_path: Path) -> None:
    """Who is not root runs the command unchanged, in the state folder."""
    assert unprivileged.demoted(["true"]) == ["true"]
    assert unprivileged.make_home(tmp_path / "home") == tmp_path / "home"
    unprivileged.give(tmp_path / "home")


@as_root
def test_root_becomes_nobody() -> None:
    """As root the command runs as the unprivileged user, without groups and without a way back."""
    nobody = pwd.getpwnam(unprivileged.USER)
    done = subprocess.run(unprivileged.demoted(["/bin/sh", "-c", "id -u; id -G"]), capture_output=True, text=True, check=True)
    assert done.stdout.split() == [str(nobody.pw_uid), str(nobody.pw_gid)]


@as_root
def test_home_of_root_can_be_entered_by_nobody_alone(tmp_path: Path) -> None:
    """As root the home lies outside of a checkout under a private folder, and the unprivileged user alone can use it."""
    home = unprivileged.make_home(tmp_path / "private")
    try:
        assert not home.is_relative_to(tmp_path)
        assert stat.S_IMODE(home.stat().st_mode) == 0o700
        (home / "made by root").touch()
        unprivileged.give(home)
        command = unprivileged.demoted(["/bin/sh", "-c", f"echo x > '{home}/made by root' && touch {home}/new"])
        subprocess.run(command, check=True, cwd="/")
    finally:
        subprocess.run(["/bin/rm", "-rf", str(home)], check=True)


@as_root
def test_java_under_a_private_folder_is_not_reachable(tmp_path: Path) -> None:
    """A program that the unprivileged user cannot get to, or not run, is not offered to it."""
    program = tmp_path / "java"
    program.write_text("", encoding="utf-8")
    program.chmod(0o755)
    tmp_path.chmod(0o700)
    assert not unprivileged.reachable(program)
    assert unprivileged.reachable(Path("/bin/sh"))


@as_root
def test_missing_setpriv_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the program that changes the user the message names it and its package."""
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(StackError, match=r"setpriv.*util-linux"):
        unprivileged.demoted(["true"])
