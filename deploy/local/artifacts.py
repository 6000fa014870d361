"""Fetches what the stack runs, by Maven: its own cache under ~/.m2 is what checkouts share."""

import hashlib
import os
import shutil
import subprocess
import zipfile
from collections.abc import Mapping
from pathlib import Path

from deploy.local import versions
from deploy.local.errors import StackError
from deploy.local.jdk import Jdk
from deploy.local.state import Say, locked

POM = Path(__file__).parent / "maven" / "pom.xml"
PATIENCE = 1_800
"""Seconds: the first fetch is 180 MB over a line that may be slow."""


def kafka(folder: Path, java: Jdk, say: Say) -> Path:
    """Give the folder of the broker's jars under `folder`, fetched when it is not there yet. Raises StackError."""
    jars = folder / f"kafka-{versions.KAFKA}-log4j-{versions.LOG4J}"
    if not jars.is_dir():
        say(f"fetching Kafka {versions.KAFKA} by Maven (first time only)")
        draft = _empty(folder / "kafka.new")
        # The jars have checksum files, and a mismatch ends the fetch.
        _maven("dependency:copy-dependencies@kafka", draft, java, say, "--strict-checksums")
        draft.replace(jars)
    return jars


def elasticsearch(folder: Path, home: Path, java: Jdk, say: Say) -> Path:
    """Give the folder of Elasticsearch's programs under `home`, fetched and unpacked when it is not there yet. Raises StackError."""
    programs = home / f"elasticsearch-{versions.ELASTICSEARCH}"
    if not programs.is_dir():
        say(f"fetching Elasticsearch {versions.ELASTICSEARCH} by Maven (first time only)")
        draft = _empty(folder / "elasticsearch.new")
        _maven("dependency:copy@elasticsearch", draft, java, say)
        archive = draft / f"elasticsearch-{versions.ELASTICSEARCH}.zip"
        _check(archive)
        unpacked = _empty(home / "unpacked.new")
        _unpack(archive, unpacked)
        (unpacked / programs.name).replace(programs)
        unpacked.rmdir()
        shutil.rmtree(draft)
    return programs


def _empty(folder: Path) -> Path:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


def _maven(goal: str, target: Path, java: Jdk, say: Say, *options: str) -> None:
    program = shutil.which("mvn")
    if program is None:
        raise StackError("Maven is missing: install it (Debian: apt-get install maven) so that `mvn` is on PATH.")
    command = [
        program,
        "--batch-mode",
        "--quiet",
        *options,
        f"--file={POM}",
        goal,
        f"-Dtarget={target}",
        f"-Dkafka.version={versions.KAFKA}",
        f"-Dkafka.scala={versions.SCALA}",
        f"-Dlog4j.version={versions.LOG4J}",
        f"-Delasticsearch.version={versions.ELASTICSEARCH}",
    ]
    environment: Mapping[str, str] = {**os.environ, "JAVA_HOME": str(java.home)}
    # Two Mavens that write one cache at once can spoil it.
    with locked(Path.home() / ".m2" / "custodiet.lock", say):
        try:
            done = subprocess.run(
                command, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=PATIENCE, check=False
            )
        except subprocess.TimeoutExpired as error:
            raise StackError(f"Maven has not fetched {goal} within {PATIENCE} s; try again: what came is kept.") from error
    if done.returncode != 0:
        raise StackError(f"Maven could not fetch it:\n{(done.stdout + done.stderr).strip()[-3000:]}")


def _check(archive: Path) -> None:
    with archive.open("rb") as handle:
        found = hashlib.file_digest(handle, "sha256").hexdigest()
    if found != versions.ELASTICSEARCH_SHA256:
        raise StackError(f"{archive} is not what was reviewed, and is not run: SHA-256 {found}, not {versions.ELASTICSEARCH_SHA256}")


def _unpack(archive: Path, folder: Path) -> None:
    with zipfile.ZipFile(archive) as packed:
        for entry in packed.infolist():
            path = Path(packed.extract(entry, folder))
            # The format keeps Unix modes in the upper half of this field; `extract` leaves them out and the start scripts need theirs.
            mode = entry.external_attr >> 16
            if mode and path.is_file():
                path.chmod(mode & 0o777)
