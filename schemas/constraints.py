"""What the types of a record demand beyond Avro's: allowed words and the range of instants."""

import types
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

import msgspec

from schemas.records import INSTANT


@dataclass(frozen=True, slots=True)
class Constraint:
    """One field's demand. ``path`` are outside names from the record down, ``words`` are all that a string may say (None: anything).

    ``low`` and ``high`` bound an instant, both inclusive; None where the field is no instant.
    """

    path: tuple[str, ...]
    words: tuple[str, ...] | None = None
    low: int | None = None
    high: int | None = None


@cache
def constraints(record_type: type[msgspec.Struct]) -> tuple[Constraint, ...]:
    """Return every demand of a record and of what it holds."""
    return tuple(_of_struct(record_type, ()))


@cache
def instants(record_type: type[msgspec.Struct]) -> frozenset[tuple[str, ...]]:
    """Return the paths of a record's instants."""
    return frozenset(each.path for each in constraints(record_type) if each.low is not None)


def _of_struct(struct: type[msgspec.Struct], path: tuple[str, ...]) -> Iterator[Constraint]:
    hints = get_type_hints(struct, include_extras=True)
    for field in msgspec.structs.fields(struct):
        yield from _of(hints[field.name], (*path, field.encode_name))


def _of(hint: Any, path: tuple[str, ...]) -> Iterator[Constraint]:
    origin = get_origin(hint)
    if origin is Literal:
        yield Constraint(path, words=get_args(hint))
    elif origin is Annotated:
        for meta in hint.__metadata__:
            if isinstance(meta, msgspec.Meta) and meta.title == INSTANT:
                yield Constraint(path, low=int(meta.ge or 0), high=int(meta.le or 0))
    elif origin in (Union, types.UnionType, tuple):
        for inner in get_args(hint):
            yield from _of(inner, path)
    elif isinstance(hint, type) and issubclass(hint, msgspec.Struct):
        yield from _of_struct(hint, path)
