"""What the detectors' pages say in figures is what the code does."""

import re
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from detectors.engine import bounds
from detectors.points import POINTS
from detectors.registry import DETECTORS
from detectors.scoring import CEILING, severity_of

PAGES = Path(__file__).resolve().parents[2] / "docs" / "detectors"
README = (PAGES / "README.md").read_text("utf-8")


def table(heading: str) -> list[list[str]]:
    """Return the cells of the table whose header's first cell is ``heading``, the header apart."""
    lines = README.splitlines()
    start = next(i for i, line in enumerate(lines) if line.startswith(f"| {heading} |")) + 2
    rows = []
    for line in lines[start:]:
        if not line.startswith("|"):
            break
        rows.append([cell.strip() for cell in line.strip("|").split("|")])
    return rows


def tuning(detector_id: str) -> Any:
    """Return the configuration that a page shows under Tuning."""
    (block,) = re.findall(r"```yaml\n(.*?)```", (PAGES / f"{detector_id}.md").read_text("utf-8"), re.DOTALL)
    return YAML(typ="safe").load(block)


def test_the_detectors_are_listed_with_title_and_grouping() -> None:
    """In the registry's order, each with a link to its page."""
    assert table("id") == [[f"[`{name}`]({name}.md)", each.title, each.grouping] for name, each in DETECTORS.items()]


def test_the_points_are_the_tables() -> None:
    """Every code with its points and words, in the code's order."""
    assert table("code") == [[f"`{code}`", str(points), words] for code, (points, words) in POINTS.items()]


def test_the_severities_begin_where_the_code_has_them_begin() -> None:
    """Each severity from its first score on."""
    first: dict[str, int] = {}
    for score in range(CEILING + 1):
        first.setdefault(severity_of(score), score)
    told = {name: int(floor) if floor.isdigit() else 0 for name, floor in table("severity")}
    assert told == first


def test_the_bounds_are_the_codes() -> None:
    """In the order of the page."""
    shown = bounds.SHOWN - bounds._SHOWN_FIRST - bounds._SHOWN_LAST
    assert [int(row[1]) for row in table("what")] == [
        bounds.WHOLE_PER_DAY,
        bounds.SHOWN,
        bounds._SHOWN_FIRST,
        bounds._SHOWN_LAST,
        shown,
        bounds._SHADOW_SHOWN,
    ]


@pytest.mark.parametrize("detector_id", DETECTORS)
def test_a_page_shows_the_defaults(detector_id: str) -> None:
    """What stands under Tuning is what holds when nothing is configured."""
    detector = DETECTORS[detector_id]
    shown = tuning(detector_id)["detectors"]
    assert list(shown) == [detector_id]
    assert detector.Config.model_validate(shown[detector_id]) == detector.Config()
    assert set(shown[detector_id]) == set(detector.Config.model_fields)


@pytest.mark.parametrize("page", sorted(PAGES.glob("*.md")), ids=lambda page: page.stem)
def test_links_lead_somewhere(page: Path) -> None:
    """Every relative link is a file."""
    links = re.findall(r"\]\(([^):#]+)\)", page.read_text("utf-8"))
    assert links
    assert [link for link in links if not (page.parent / link).is_file()] == []
