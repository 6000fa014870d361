"""What is fetched is checked and laid out so that it runs. The fetch itself is what every integration test begins with."""

import hashlib
import os
import shutil
import zipfile
from pathlib import Path

import pytest

from deploy.local import artifacts, versions
from deploy.local.errors import StackError
from deploy.local.jdk import Jdk

JAVA = Jdk(Path("/no/java"), 25)
NAME = f"elasticsearch-{versions.ELASTICSEARCH}"


@pytest.fixture
def maven(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Put a Maven on PATH that copies `fetched` to where it is told, and notes what it was asked."""
    program = tmp_path / "bin" / "mvn"
    program.parent.mkdir()
    program.write_text(
        f'#!/bin/sh\necho "$@" >> {tmp_path}/asked\n'
        f'for word; do case $word in -Dtarget=*) cp -r {tmp_path}/fetched/. "${{word#-Dtarget=}}";; '
        "esac; done\n",
        encoding="utf-8",
    )
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:/usr/bin:/bin")
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "fetched").mkdir()
    return tmp_path


@pytest.fixture
def archive(maven: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Lay out an archive with a program in it, and let its checksum be the reviewed one."""
    path = maven / "fetched" / f"{NAME}.zip"
    with zipfile.ZipFile(path, "w") as packed:
        program = zipfile.ZipInfo(f"{NAME}/bin/elasticsearch")
        program.external_attr = 0o755 << 16
        packed.writestr(program, "#!/bin/sh\n")
        packed.writestr(f"{NAME}/config/elasticsearch.yml", "")
    monkeypatch.setattr(versions, "ELASTICSEARCH_SHA256", hashlib.sha256(path.read_bytes()).hexdigest())
    return path


def test_kafka_is_fetched_once(maven: Path) -> None:
    """The jars are fetched in the versions asked for, with checksums held, and a second call fetches nothing."""
    (maven / "fetched" / "kafka.jar").touch()
    said: list[str] = []
    for _ in range(2):
        jars = artifacts.kafka(maven / "programs", JAVA, said.append)
        assert [jar.name for jar in jars.iterdir()] == ["kafka.jar"]
    (asked,) = (maven / "asked").read_text(encoding="utf-8").splitlines()
    assert f"-Dkafka.version={versions.KAFKA}" in asked
    assert "--strict-checksums" in asked
    assert len(said) == 1


def test_programs_can_be_run_when_unpacked(maven: Path, archive: Path) -> None:
    """Start scripts keep the right to be run, and nothing of the fetch is left beside them."""
    assert archive.exists()
    programs = artifacts.elasticsearch(maven / "programs", maven / "home", JAVA, lambda _line: None)
    assert os.access(programs / "bin" / "elasticsearch", os.X_OK)
    assert [path.name for path in (maven / "home").iterdir()] == [NAME]
    assert list((maven / "programs").iterdir()) == []


def test_other_archive_than_the_reviewed_is_not_run(maven: Path, archive: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An archive with another checksum is refused, and nothing is unpacked."""
    assert archive.exists()
    monkeypatch.setattr(versions, "ELASTICSEARCH_SHA256", "0" * 64)
    with pytest.raises(StackError, match="not what was reviewed"):
        artifacts.elasticsearch(maven / "programs", maven / "home", JAVA, lambda _line: None)
    assert not (maven / "home").exists()


def test_failed_fetch_shows_what_maven_said_and_is_tried_again(maven: Path) -> None:
    """Where Maven fails its words are shown, and the next call fetches anew."""
    program = maven / "bin" / "mvn"
    good = program.read_text(encoding="utf-8")
    program.write_text("#!/bin/sh\necho 'no route to host'\nexit 1\n", encoding="utf-8")
    with pytest.raises(StackError, match="no route to host"):
        artifacts.kafka(maven / "programs", JAVA, lambda _line: None)
    program.write_text(good, encoding="utf-8")
    assert artifacts.kafka(maven / "programs", JAVA, lambda _line: None).is_dir()


def test_missing_maven_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without Maven the message says what to install."""
    monkeypatch.setenv("PATH", str(tmp_path))
    assert shutil.which("mvn") is None
    with pytest.raises(StackError, match=r"Maven is missing.*apt-get install maven"):
        artifacts.kafka(tmp_path / "programs", JAVA, lambda _line: None)
