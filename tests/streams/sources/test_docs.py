"""The pages on the sources say what the code does."""

import json
import re
from pathlib import Path

import pytest

from streams.sources.formats import FORMATS
from streams.sources.m365.forwarding import TARGETS

_ROOT = Path(__file__).parents[3]
_PAGES = {name: (_ROOT / "docs" / "sources" / f"{name}.md").read_text(encoding="utf-8") for name in FORMATS}
_SOURCES = _ROOT / "streams" / "sources"
_CODE = {path.relative_to(_SOURCES): path.read_text(encoding="utf-8") for path in _SOURCES.rglob("*.py")}
_MAILS = {"mails": "maildir", "ndjson": "mail-ndjson"}  # rooms that no page is named after


@pytest.mark.parametrize("name", ["mail-ndjson", "file-ndjson"])
def test_printed_example_parses(name: str) -> None:
    """The JSON example of a page is a record of its format, and no other format takes it for its own."""
    example = re.search(r"```json\n(.*?)```", _PAGES[name], re.DOTALL)
    assert example is not None
    row = json.loads(example[1])
    assert isinstance(FORMATS[name].parse(row), list)
    assert [known for known, format_ in FORMATS.items() if format_.fits(row)] == [name]


def test_every_discard_is_on_the_page() -> None:
    """Whoever reads the counts finds each reason explained."""
    reasons = {(module, reason) for module, text in _CODE.items() for reason in re.findall(r'Discard\("([a-z-]+)"', text)}
    assert len(reasons) > 8
    for module, reason in reasons:
        whole, room = "-".join(module.with_suffix("").parts).replace("_", "-"), module.parts[0]
        page = whole if whole in _PAGES else next(name for name in _PAGES if name.startswith(_MAILS.get(room, room)))
        assert f"`{reason}`" in _PAGES[page], (module, reason)


def test_every_dead_letter_reason_is_on_a_page() -> None:
    """So with the reasons of dead letters."""
    pages = "".join(_PAGES.values())
    reasons = {reason for text in _CODE.values() for reason in re.findall(r'(?:SourceError\(|broken\([^"]*)"([a-z-]+)"', text)}
    assert {"bad-json", "no-offset", "too-long"} <= reasons
    assert {reason for reason in reasons if f"`{reason}`" not in pages} <= {"bug", "bad-record"}


def test_every_forwarding_parameter_is_on_the_page() -> None:
    """Every way out that is read is listed."""
    assert [name for name in TARGETS if f"`{name}`" not in _PAGES["m365-audit"]] == []
