"""The file's text: its data as plain mappings, lists and scalars, and the line on which each part of them stands."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode
from ruamel.yaml.reader import ReaderError

from streams.config.places import ConfigError, Location

_TEXT: Final = "tag:yaml.org,2002:str"
_MERGE: Final = "tag:yaml.org,2002:merge"


@dataclass(slots=True)
class Text:
    """What a file says. ``faults`` are keys that are written twice or are no text; of the twice written the first holds."""

    data: Any
    lines: dict[Location, int] = field(default_factory=dict)
    faults: list[tuple[Location, int, str]] = field(default_factory=list)

    def line(self, location: Location) -> int:
        """Return the line (from 1) of the innermost part of a location that stands in the file."""
        return next((self.lines[known] for end in range(len(location), 0, -1) if (known := location[:end]) in self.lines), 1)


def read_yaml(text: str, name: str) -> Text:
    """Read YAML, or JSON, which is YAML. Raise ConfigError with the line where it is neither."""
    try:
        root = YAML(typ="safe", pure=True).compose(text)
        yaml = YAML(typ="safe", pure=True)
        yaml.allow_duplicate_keys = True
        read = Text(_plain(yaml.load(text)))
    except MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise ConfigError(f"{name}:{line}: not readable as YAML: {error.problem}") from error
    except ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise ConfigError(f"{name}:{line}: not readable as YAML: a character that no text holds") from error
    except RecursionError as error:
        raise ConfigError(f"{name}:1: not readable: nested too deep, or an alias that stands in what it names") from error
    except (YAMLError, ValueError) as error:
        raise ConfigError(f"{name}:1: not readable as YAML: {error}") from error
    for location, line, wrong in _walked(root, ()):
        if wrong:
            read.faults.append((location, line, wrong))
        else:
            read.lines.setdefault(location, line)
    return read


def _walked(node: Node | None, location: Location) -> Iterator[tuple[Location, int, str]]:
    """Yield each part of the file with its line, and what is wrong with it as a key."""
    if isinstance(node, SequenceNode):
        for number, item in enumerate(node.value):
            yield (*location, number), item.start_mark.line + 1, ""
            yield from _walked(item, (*location, number))
    if not isinstance(node, MappingNode):
        return
    seen: dict[str, int] = {}
    for key, value in node.value:
        line = key.start_mark.line + 1
        if key.tag == _MERGE:
            continue  # what is merged in stands where it was written
        if not isinstance(key, ScalarNode) or key.tag != _TEXT:
            written = key.value if isinstance(key, ScalarNode) else "…"
            yield (*location, written), line, "a key is text; put it in quotes if it is meant so"
            continue
        here = (*location, key.value)
        if key.value in seen:
            yield here, line, f"stands twice, first in line {seen[key.value]}"
        seen.setdefault(key.value, line)
        yield here, line, ""
        yield from _walked(value, here)


def _plain(data: Any) -> Any:
    """Return data with what JSON knows: dates as they are written, keys that are no text left out (they are told apart)."""
    match data:
        case dict():
            return {key: _plain(value) for key, value in data.items() if isinstance(key, str)}
        case list() | tuple():
            return [_plain(each) for each in data]
        case str() | bool() | int() | float() | None:
            return data
        case _:
            return str(data)
