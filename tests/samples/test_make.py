"""The committed samples are what their code makes."""

from pathlib import Path

import pytest

from samples import make

SAMPLES = Path(make.__file__).parent
LIMIT_BYTES = 6 * 1024 * 1024


@pytest.fixture(scope="module")
def made() -> dict[str, bytes]:
    """Everything that the code makes, by path."""
    return make.make()


def test_the_committed_files_are_made_byte_for_byte(made: dict[str, bytes]) -> None:
    """Running the code reproduces each committed file."""
    different = [name for name, content in made.items() if (SAMPLES / name).read_bytes() != content]
    assert different == []


def test_nothing_lies_in_the_folders_that_is_not_made(made: dict[str, bytes]) -> None:
    """No file is left over from an earlier version."""
    lying = {path.relative_to(SAMPLES).as_posix() for folder in ("exports", "reference") for path in (SAMPLES / folder).iterdir()}
    assert lying == {name for name in made if "/" in name}


def test_writing_elsewhere_gives_the_same_files(made: dict[str, bytes], tmp_path: Path) -> None:
    """The folder can be chosen."""
    make.write(tmp_path)
    assert {path.relative_to(tmp_path).as_posix(): path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == made


def test_the_samples_stay_small(made: dict[str, bytes]) -> None:
    """They are fit for a repository."""
    assert sum(map(len, made.values())) < LIMIT_BYTES
