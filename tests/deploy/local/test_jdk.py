"""Which Java runs what."""

from pathlib import Path

import pytest

from deploy.local import jdk
from deploy.local.errors import StackError
from deploy.local.jdk import Jdk


def install(folder: Path, version: str, *, release_file: bool = True) -> Path:
    """Lay out what a JDK looks like; its program says its version."""
    program = folder / "bin" / "java"
    program.parent.mkdir(parents=True)
    program.write_text(f"#!/bin/sh\necho 'openjdk version \"{version}\"' >&2\n", encoding="utf-8")
    program.chmod(0o755)
    if release_file:
        (folder / "release").write_text(f'IMPLEMENTOR="X"\nJAVA_VERSION="{version}"\n', encoding="utf-8")
    return folder


@pytest.fixture
def places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Look for JDKs in a folder of the test's own only."""
    monkeypatch.setattr(jdk, "PLACES", (f"{tmp_path}/jvm/*",))
    return tmp_path / "jvm"


@pytest.mark.parametrize(
    ("version", "release"), [("21.0.4", 21), ("17", 17), ("1.8.0_412", 8), ("25-ea", 25), ("25.0.1+8-LTS", 25), ("unknown", None)]
)
def test_feature_release_is_read(version: str, release: int | None) -> None:
    """The feature release is the first number, or the second of the old scheme."""
    assert jdk.feature_release(version) == release


@pytest.mark.parametrize("release_file", [True, False])
def test_jdk_is_inspected(tmp_path: Path, release_file: bool) -> None:  # noqa: FBT001 -- a parameter of the table
    """The release is read from the release file, or asked of the program where there is none."""
    home = install(tmp_path / "jdk", "21.0.4", release_file=release_file)
    assert jdk.inspect(home) == Jdk(home, 21)


@pytest.mark.parametrize("content", [None, "#!/bin/sh\nexit 1\n"])
def test_folder_without_java_is_none(tmp_path: Path, content: str | None) -> None:
    """A folder without the program, or with one that does not say what it is, is no JDK."""
    if content is not None:
        program = tmp_path / "bin" / "java"
        program.parent.mkdir()
        program.write_text(content, encoding="utf-8")
        program.chmod(0o755)
    assert jdk.inspect(tmp_path) is None


def test_lowest_fitting_is_picked(places: Path) -> None:
    """Among the installed the lowest release that fits is taken, however the folders sort."""
    for name, version in (("a", "25.0.1"), ("b", "21.0.4"), ("c", "17.0.9")):
        install(places / name, version)
    found = jdk.installed({})
    assert [one.release for one in found] == [17, 21, 25]
    assert jdk.pick(found, 18, "it") == Jdk(places / "b", 21)


def test_java_home_goes_first_where_it_fits(places: Path, tmp_path: Path) -> None:
    """Who sets JAVA_HOME means it, but a too old one hinders nobody."""
    install(places / "a", "21.0.4")
    named = install(tmp_path / "named", "22.0.1")
    found = jdk.installed({"JAVA_HOME": str(named)})
    assert jdk.pick(found, 21, "it") == Jdk(named, 22)
    old = install(tmp_path / "old", "11.0.2")
    assert jdk.pick(jdk.installed({"JAVA_HOME": str(old)}), 21, "it") == Jdk(places / "a", 21)


def test_java_on_path_is_found(places: Path, tmp_path: Path) -> None:
    """A Java that is only on PATH counts, by the folder that its link leads to."""
    assert not places.exists()
    home = install(tmp_path / "elsewhere", "21.0.4")
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "java").symlink_to(home / "bin" / "java")
    assert jdk.installed({"PATH": str(tmp_path / "bin")}) == [Jdk(home, 21)]


def test_one_jdk_under_two_names_counts_once(places: Path) -> None:
    """A link to a JDK beside it is no second one."""
    install(places / "jdk-21.0.4", "21.0.4")
    (places / "default").symlink_to(places / "jdk-21.0.4")
    assert len(jdk.installed({})) == 1


def test_missing_java_names_what_was_found_and_what_is_needed(places: Path) -> None:
    """Where none fits the message says which is needed, for what, and what there is."""
    install(places / "old", "11.0.2")
    with pytest.raises(StackError, match=rf"Elasticsearch needs Java 21 or later; found: 11 in {places}/old.*JAVA_HOME"):
        jdk.pick(jdk.installed({}), 21, "Elasticsearch")
