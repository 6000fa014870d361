"""Every detector of the registry passes the whole contract."""

import importlib
from pathlib import Path

import pytest

from detectors.registry import DETECTORS
from detectors.testing.suite import CHECKS, Candidate

ROOT = Path(__file__).resolve().parents[2]


def candidate(detector_id: str) -> Candidate:
    """Find what belongs to a detector by its id: ``EXAMPLES`` in its test module, and its page."""
    name = f"test_{detector_id.replace('-', '_')}"
    where = Path(__file__).parent / "behaviours" / f"{name}.py"
    assert where.is_file(), f"{detector_id} has no tests: write {where} with EXAMPLES in it"
    module = importlib.import_module(f"tests.detectors.behaviours.{name}")
    return Candidate(DETECTORS[detector_id], getattr(module, "EXAMPLES", ()), ROOT / "docs" / "detectors" / f"{detector_id}.md")


@pytest.mark.parametrize("check", CHECKS)
@pytest.mark.parametrize("detector_id", DETECTORS)
def test_registered_detector_keeps_the_contract(detector_id: str, check: str) -> None:
    """The detector passes this check of the suite."""
    CHECKS[check](candidate(detector_id))


@pytest.mark.parametrize("detector_id", DETECTORS)
def test_registry_names_a_detector_by_its_own_id(detector_id: str) -> None:
    """The key in the table is the id that the detector goes by."""
    assert DETECTORS[detector_id].id == detector_id


def test_every_page_is_of_a_registered_detector() -> None:
    """No page outlives its detector."""
    pages = {page.stem for page in (ROOT / "docs" / "detectors").glob("*.md")} - {"README"}
    assert pages == set(DETECTORS)
