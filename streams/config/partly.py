"""Data against a model: what is right in them is still looked at when something else is wrong, so that all can be told at once."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, ValidationError

from streams.config.places import Fault, Location, told

M = TypeVar("M", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Partly(Generic[M]):
    """The model of what is right, None where nothing can be made of it; ``positions`` are where the items of a list had stood."""

    model: M | None
    faults: Sequence[Fault] = ()
    positions: Mapping[str, Sequence[int]] = field(default_factory=dict)

    def placed(self, location: Location) -> Location:
        """Return where in the data a place in the model had stood."""
        match location:
            case (str() as name, int() as number, *inner) if name in self.positions:
                return (name, self.positions[name][number], *inner)
            case _:
                return location


def partly(model: type[M], data: Any, prefix: Location) -> Partly[M]:
    """Hold data against a model as strictly as JSON: ``"3"`` and ``true`` are no numbers. Faults are under ``prefix``."""
    try:
        return Partly(_made(model, data))
    except ValidationError as error:
        faults = tuple(told(error, prefix, model))
        wrong = {tuple(each["loc"]) for each in error.errors(include_url=False)}
    if not isinstance(data, dict):
        return Partly(None, faults)
    right, positions = _right(data, wrong)
    try:
        return Partly(_made(model, right), faults, positions)
    except ValidationError:
        return Partly(None, faults)


def _made(model: type[M], data: Any) -> M:
    return model.model_validate_json(json.dumps(data), strict=True)


def _right(data: Mapping[str, Any], wrong: set[Location]) -> tuple[dict[str, Any], dict[str, list[int]]]:
    """Return the fields, and of lists the items, in which nothing is wrong."""
    inner = {location[:2] for location in wrong if len(location) > 1}
    right: dict[str, Any] = {}
    positions: dict[str, list[int]] = {}
    for name, value in data.items():
        if (name,) in wrong:
            continue
        if not any(location[0] == name for location in inner):
            right[name] = value
        elif isinstance(value, list):
            kept = [number for number in range(len(value)) if (name, number) not in inner]
            if kept:
                right[name], positions[name] = [value[number] for number in kept], kept
    return right, positions
