"""Where in the file something is wrong, and what is allowed there."""

from collections.abc import Iterator, Sequence
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from ruamel.yaml.comments import CommentedMap, CommentedSeq

Location = tuple[str | int, ...]
"""Keys and positions, from the outside in."""


def told(error: ValidationError, prefix: Location, model: type[BaseModel]) -> Iterator[tuple[Location, str]]:
    """Yield where and what is wrong; an unknown key is told with those that are known."""
    for each in error.errors(include_url=False):
        location = (*prefix, *each["loc"])
        message = each["msg"].removeprefix("Value error, ")
        if each["type"] == "extra_forbidden":
            known = _fields_at(model, each["loc"][:-1])
            message = f"no such key; known here are {', '.join(known)}" if known else "no such key"
        yield location, message


def line_of(tree: CommentedMap, location: Location) -> int:
    """Return the line (from 1) of the innermost part of a location that stands in the file."""
    here: Any = tree
    line = 1
    for step in location:
        if isinstance(here, CommentedMap) and step in here:
            line = here.lc.key(step)[0] + 1
        elif isinstance(here, CommentedSeq) and isinstance(step, int) and step < len(here):
            line = here.lc.item(step)[0] + 1
        else:
            break
        here = here[step]
    return line


def _fields_at(model: type[BaseModel], path: Sequence[str | int]) -> list[str]:
    """Return the keys that a model takes at a path into it."""
    here: type[BaseModel] = model
    for step in path:
        if isinstance(step, int):
            continue
        field = here.model_fields.get(step)
        candidates = [] if field is None else [field.annotation, *get_args(field.annotation)]
        found = next((each for each in candidates if isinstance(each, type) and issubclass(each, BaseModel)), None)
        if found is None:
            return []
        here = found
    return list(here.model_fields)
