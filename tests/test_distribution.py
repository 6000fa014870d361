"""What is shipped: our three packages, whole, under names that nobody else's package takes."""

import ast
import email
import importlib.metadata
import re
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Iterable
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[1]
OURS = ("schemas", "detectors", "streams")


def top_level(files: Iterable[importlib.metadata.PackagePath | Path]) -> set[str]:
    """Name the packages and modules that these files of a distribution make importable."""
    names = set()
    for file in files:
        first = file.parts[0]
        if len(file.parts) > 1:
            names.add(first)
        elif file.suffix == ".py":
            names.add(file.stem)
    return names


def test_no_dependency_ships_our_names() -> None:
    """No installed distribution other than custodiet brings a top-level package by the name of one of ours."""
    takers = {
        f"{distribution.name} ships {name}"
        for distribution in importlib.metadata.distributions()
        if distribution.name != "custodiet"
        for name in top_level(distribution.files or ()) & set(OURS)
    }
    assert takers == set()


@pytest.mark.parametrize(
    ("file", "name"), [("schemas/__init__.py", "schemas"), ("detectors/data.json", "detectors"), ("streams.py", "streams")]
)
def test_top_level_sees_packages_and_modules(file: str, name: str) -> None:
    """A package is seen by any file in it, a module by its own file, and the notes of an installer are no module."""
    assert top_level([Path(file), Path("record.txt")]) == {name}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    """Build the wheel of this checkout."""
    target = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "uv", "build", "--quiet", "--offline", "--wheel", "--out-dir", str(target), str(ROOT)],
        check=True,
        capture_output=True,
    )
    (built,) = target.glob("*.whl")
    return zipfile.ZipFile(built)


def test_wheel_holds_every_file_of_the_packages(wheel: zipfile.ZipFile) -> None:
    """What lies in the packages is in the wheel, Avro, YAML, JSON and type marker too, and nothing else but its own notes."""
    expected = {
        path.relative_to(ROOT).as_posix()
        for package in OURS
        for path in (ROOT / package).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    packed = {name for name in wheel.namelist() if ".dist-info/" not in name and not name.endswith("/")}
    assert packed == expected
    assert {Path(name).suffix for name in packed} >= {".py", ".typed", ".avsc", ".yaml", ".json"}


def test_wheel_names_its_command_and_licence(wheel: zipfile.ZipFile) -> None:
    """The wheel installs the command `custodiet` and carries the licence text."""
    notes = {Path(name).name: name for name in wheel.namelist() if ".dist-info/" in name}
    assert "custodiet = streams.cli.main:main" in wheel.read(notes["entry_points.txt"]).decode()
    assert wheel.read(notes["LICENSE"]) == (ROOT / "LICENSE").read_bytes()
    metadata = email.message_from_bytes(wheel.read(notes["METADATA"]))
    assert metadata["License-Expression"] == "Apache-2.0"
    assert metadata["Requires-Python"] == ">=3.11"


def imported() -> set[str]:
    """Name the top-level modules of others that our packages import."""
    names: set[str] = set()
    for path in (path for package in OURS for path in (ROOT / package).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                names |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and not node.level:
                names.add(str(node.module).partition(".")[0])
    return names - set(sys.stdlib_module_names) - set(OURS)


def test_what_is_imported_is_declared_and_the_other_way_round() -> None:
    """Nothing is used that somebody else happens to bring along, and nothing is installed for no use."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    declared = {canonicalize_name(Requirement(each).name) for each in project["dependencies"]}
    optional = {canonicalize_name(Requirement(each).name) for extra in project["optional-dependencies"].values() for each in extra}
    bringers = importlib.metadata.packages_distributions()
    used = {name: {canonicalize_name(bringer) for bringer in bringers.get(name, ())} for name in imported()}
    assert {name for name, by in used.items() if not by & (declared | optional)} == set()
    # The zone data are read by the standard library, click through rich-click.
    assert declared - {bringer for by in used.values() for bringer in by} - {"tzdata", "click"} == set()


def pins(file: str) -> dict[str, set[str]]:
    """Read the pinned versions by canonical name; a name may have one version for each range of Python versions."""
    text = (ROOT / "requirements" / file).read_text(encoding="utf-8")
    found: dict[str, set[str]] = {}
    for name, version in re.findall(r"^([A-Za-z0-9._-]+)==([^ ;\\]+)", text, re.MULTILINE):
        found.setdefault(canonicalize_name(name), set()).add(version)
    return found


@pytest.mark.parametrize("group", ["runtime", "dev"])
def test_pins_satisfy_what_is_declared(group: str) -> None:
    """Each declared dependency has a pin within its bounds, so that the pins cannot be forgotten when a bound moves."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    declared = list(project["project"]["dependencies"])
    if group == "dev":
        declared += [*project["dependency-groups"]["dev"], *project["project"]["optional-dependencies"]["testing"]]
    pinned = pins(f"{group}.txt")
    unmet = {
        str(wanted)
        for wanted in map(Requirement, declared)
        if not any(wanted.specifier.contains(version) for version in pinned.get(canonicalize_name(wanted.name), ()))
    }
    assert unmet == set()


@pytest.mark.parametrize("file", ["runtime.txt", "dev.txt", "uv.txt"])
def test_pins_have_hashes_and_no_address(file: str) -> None:
    """Each pin names the hashes of what may be installed for it, and none says where from: that is the machine's affair."""
    lines = (ROOT / "requirements" / file).read_text(encoding="utf-8").replace("\\\n", "").splitlines()
    requirements = [line for line in lines if line and not line.lstrip().startswith("#")]
    assert requirements
    assert [line for line in requirements if "--hash=sha256:" not in line] == []
    assert [line for line in lines if "://" in line or "index-url" in line] == []


def test_dev_and_runtime_agree() -> None:
    """What the tests run with is what is shipped: a package that is in both files has one version."""
    runtime, dev = pins("runtime.txt"), pins("dev.txt")
    assert {name: dev.get(name) for name in runtime} == runtime
