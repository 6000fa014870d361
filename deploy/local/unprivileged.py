"""Elasticsearch refuses to run as root: then it runs as a user that may do nothing, from a folder that user can enter."""

import os
import pwd
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path

from deploy.local.errors import StackError

USER = "nobody"


def is_root() -> bool:
    """Tell whether this process runs as root."""
    return os.geteuid() == 0


def demoted(command: Sequence[str]) -> list[str]:
    """Give the command that runs `command` as the unprivileged user, in the same process; unchanged when not root.

    Raises StackError when the machine has no `setpriv`.
    """
    if not is_root():
        return list(command)
    setpriv = shutil.which("setpriv")
    if setpriv is None:
        raise StackError("Elasticsearch does not run as root, and setpriv (package util-linux) is missing: install it, or be another user.")
    user = pwd.getpwnam(USER)
    return [setpriv, f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups", "--no-new-privs", "--", *command]


def make_home(beside: Path) -> Path:
    """Make the folder for Elasticsearch's programs and data: `beside` itself, or as root a new one that the unprivileged user owns.

    A checkout may lie under a private home, which that user cannot enter; the system's folder for temporary files it can.
    """
    if not is_root():
        beside.mkdir(parents=True, exist_ok=True)
        return beside
    home = Path(tempfile.mkdtemp(prefix="custodiet-elasticsearch-"))
    give(home)
    return home


def give(folder: Path) -> None:
    """Hand `folder` and all in it to the unprivileged user; nothing when not root."""
    if not is_root():
        return
    user = pwd.getpwnam(USER)
    os.chown(folder, user.pw_uid, user.pw_gid)
    for where, folders, files in os.walk(folder):
        for name in (*folders, *files):
            os.chown(Path(where) / name, user.pw_uid, user.pw_gid, follow_symlinks=False)


def reachable(program: Path) -> bool:
    """Tell whether the unprivileged user may run `program`: read and enter for everybody on each folder up to the root."""
    real = program.resolve()
    if not is_root():
        return os.access(real, os.X_OK)
    everybody_runs = 0o005
    return real.stat().st_mode & everybody_runs == everybody_runs and all(folder.stat().st_mode & 0o001 for folder in real.parents)
