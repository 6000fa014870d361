"""What is wrong, where in the file, and what is allowed there."""

import json
from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any, Final, get_args

from pydantic import BaseModel, ValidationError

from streams.errors import UsageError

Location = tuple[str | int, ...]
"""Keys and positions, from the outside in."""

Fault = tuple[Location, str]
"""Where, and what is allowed there."""

_WANTED: Final = {
    "model_type": "a mapping is wanted",
    "dict_type": "a mapping is wanted",
    "tuple_type": "a list is wanted",
    "string_type": "text is wanted",
    "bool_type": "true or false is wanted",
    "int_type": "a whole number is wanted",
    "decimal_type": "a number is wanted",
    "decimal_parsing": "a number is wanted",
}
_BOUNDS: Final = {"greater_than": ("gt", "more than"), "greater_than_equal": ("ge", "at least"), "less_than_equal": ("le", "at most")}


class ConfigError(UsageError):
    """The configuration file is wrong; the message names every place, and what is allowed there."""


def told(error: ValidationError, prefix: Location, model: type[BaseModel]) -> Iterator[Fault]:
    """Yield where and what is wrong; an unknown key is told with those that are known."""
    for each in error.errors(include_url=False):
        yield (*prefix, *each["loc"]), _words({**each}, model)


def _words(each: dict[str, Any], model: type[BaseModel]) -> str:
    kind, context = each["type"], each.get("ctx", {})
    if kind == "extra_forbidden":
        known = _fields_at(model, each["loc"][:-1])
        return f"no such key; known here are {', '.join(known)}" if known else "no such key"
    if kind == "missing":
        return "is missing"
    if kind == "value_error":
        return str(each["msg"]).removeprefix("Value error, ")
    if kind == "literal_error":
        return f"one of {context['expected']} is wanted{_not(each)}"
    if kind in _BOUNDS:
        name, words = _BOUNDS[kind]
        bound = "0s" if context[name] == repr(timedelta()) else context[name]  # pydantic tells of durations in Python's words
        return f"{words} {bound} is wanted{_not(each)}"
    return f"{_WANTED.get(kind, each['msg'])}{_not(each)}"


def _not(each: dict[str, Any]) -> str:
    """Say what stands there, where that is one word or number."""
    written = each["input"]
    return f", not {json.dumps(written, ensure_ascii=False)}" if isinstance(written, str | int | float | None) else ""


def _fields_at(model: type[BaseModel], path: Sequence[str | int]) -> list[str]:
    """Return the keys that a model takes at a path into it."""
    here: type[BaseModel] = model
    for step in path:
        if isinstance(step, int):
            continue
        field = here.model_fields.get(step)
        found = next(_models(None if field is None else field.annotation), None)
        if found is None:
            return []
        here = found
    return list(here.model_fields)


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    """Yield the models that an annotation names, itself or within."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for inner in get_args(annotation):
        yield from _models(inner)
