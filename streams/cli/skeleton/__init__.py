"""The skeleton of a new detector, written into a source checkout."""

import keyword
import re
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from string import Template
from typing import Final

from detectors.registry import DETECTORS
from streams.errors import UsageError

_NAME: Final = re.compile(r"[a-z]+(-[a-z]+)*")
_TAKEN: Final = frozenset({"Activity", "Config", "Episode", "Evidence", "Example", "Grouping", "Iterable", "Key", "Kind", "View"})
"""Names that the skeleton itself uses."""
_TITLE: Final = re.compile(r"[^\W_][^\n\r\t|`\"\\{}$]{2,79}")
_FILES: Final = {
    "behaviour.py.txt": "detectors/behaviours/{module}.py",
    "test.py.txt": "tests/detectors/behaviours/test_{module}.py",
    "page.md.txt": "docs/detectors/{id}.md",
}
_REGISTRY, _LIST, _EXAMPLE = "detectors/registry.py", "docs/detectors/README.md", "deploy/config/custodiet.yaml"


def write_skeleton(root: Path, name: str, title: str) -> Iterator[tuple[Path, str]]:
    """Write what a detector needs and yield each path with ``new`` or ``changed``.

    Raise UsageError, before anything is written, for a name that is none or is taken, and where ``root`` is no source checkout.
    """
    if _NAME.fullmatch(name) is None:
        raise UsageError(f"{name!r} is no name for a detector: lower-case words joined by hyphens, such as large-volume")
    cls = "".join(word.capitalize() for word in name.split("-"))
    if keyword.iskeyword(name) or cls in _TAKEN:
        raise UsageError(f"{name!r} means something else in Python or in a detector: add a word to it")
    if _TITLE.fullmatch(title) is None:
        raise UsageError(f"{title!r} is no title: 3 to 80 characters that begin with a letter, no quotes, braces, bars or backslashes")
    if name in DETECTORS:
        raise UsageError(f"there is a detector {name} already")
    absent = [path for path in (_REGISTRY, _LIST, _EXAMPLE) if not (root / path).is_file()]
    if absent:
        raise UsageError(f"{root.resolve()} is no source checkout of custodiet: it has no {', '.join(absent)}")
    words = {"id": name, "module": name.replace("-", "_"), "cls": cls, "title": title}
    targets = {template: root / path.format(**words) for template, path in _FILES.items()}
    taken = [str(path) for path in targets.values() if path.exists()]
    if taken:
        raise UsageError(f"there is something already: {', '.join(taken)}")
    for template, path in targets.items():
        path.write_text(Template((files(__package__) / template).read_text("utf-8")).substitute(words), "utf-8")
        yield path, "new"
    for known, change in ((_REGISTRY, _registered), (_LIST, _listed), (_EXAMPLE, _configured)):
        text = (root / known).read_text("utf-8")
        (root / known).write_text(change(text, words), "utf-8")
        yield root / known, "changed"


def _registered(text: str, words: dict[str, str]) -> str:
    """Return the registry with the import, sorted among the others, and the line at the table's end."""
    lines = text.splitlines()
    at = [i for i, line in enumerate(lines) if line.startswith("from detectors.behaviours.")]
    imports = sorted([*(lines[i] for i in at), f"from detectors.behaviours.{words['module']} import {words['cls']}"])
    lines[at[0] : at[-1] + 1] = imports
    end = next(i for i, line in enumerate(lines) if line == "    }")
    lines.insert(end, f'        "{words["id"]}": {words["cls"]},')
    return "\n".join(lines) + "\n"


def _listed(text: str, words: dict[str, str]) -> str:
    """Return the list of detectors with a row at its end."""
    lines = text.splitlines()
    rows = [i for i, line in enumerate(lines) if line.startswith("| [`")]
    lines.insert(rows[-1] + 1, f"| [`{words['id']}`]({words['id']}.md) | {words['title']} | officer |")
    return "\n".join(lines) + "\n"


def _configured(text: str, words: dict[str, str]) -> str:
    """Return the example configuration with the detector after the others."""
    lines = text.splitlines()
    begin = lines.index("detectors:")
    end = next(i for i in range(begin + 1, len(lines)) if not lines[i].startswith(" "))
    lines[end:end] = [f"  {words['id']}:", "    enabled: true"]
    return "\n".join(lines) + "\n"
