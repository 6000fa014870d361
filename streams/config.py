"""The force's configuration file: time zone, lateness, detectors and points. Read whole, and refused whole with every error at once."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, get_args

import msgspec
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import MarkedYAMLError

from detectors import contract
from detectors.calendar import Calendar, zone_named
from detectors.contract import Force
from detectors.durations import Duration
from detectors.points import Code, Points
from detectors.registry import DETECTORS, AnyDetector
from schemas.identity import fingerprint
from streams.errors import UsageError

Location = tuple[str | int, ...]


class ConfigError(UsageError):
    """The configuration file is wrong; the message names every place, and what is allowed there."""


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ForceSection(_Section):
    """What is true of the force as a whole."""

    timezone: str = "Europe/London"

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, name: str) -> str:
        zone_named(name)
        return name


class _Document(_Section):
    """The file's own shape; what stands under a detector's id is that detector's to check."""

    force: ForceSection = ForceSection()
    allowed_lateness: Duration = timedelta(days=14)
    join_horizon: Duration = timedelta(days=7)
    detectors: dict[str, dict[str, Any]] = Field(default_factory=dict)
    points: dict[str, Annotated[int, Field(ge=0)]] = Field(default_factory=dict)

    @field_validator("join_horizon")
    @classmethod
    def _a_day_at_least(cls, horizon: timedelta) -> timedelta:
        if horizon < timedelta(hours=24):
            raise ValueError("at least 24h: facts of one mail may lie that far apart")
        return horizon

    @model_validator(mode="after")
    def _joined_before_late(self) -> "_Document":
        if self.join_horizon > self.allowed_lateness:
            raise ValueError("join_horizon may not be longer than allowed_lateness: a mail that waited to be joined would come too late")
        return self


@dataclass(frozen=True, slots=True)
class ForceConfig:
    """A configuration that was checked. ``detectors`` holds every detector's own, the disabled ones' too."""

    timezone: str
    allowed_lateness: timedelta
    join_horizon: timedelta
    detectors: Mapping[str, contract.Config]
    points: Mapping[str, int]

    @property
    def version(self) -> str:
        """Name all that can change an alert: 16 hex digits, the same wherever the same configuration is read."""
        written = {
            "timezone": self.timezone,
            "allowed_lateness": self.allowed_lateness.total_seconds(),
            "detectors": {name: config.model_dump(mode="json") for name, config in sorted(self.detectors.items()) if config.enabled},
            "points": dict(sorted(self.points.items())),
        }
        return fingerprint(msgspec.json.encode(written, order="deterministic").decode())[:16]

    @property
    def calendar(self) -> Calendar:
        """The force's civil calendar."""
        return Calendar(self.timezone)

    def enabled_detectors(self) -> dict[str, AnyDetector]:
        """Make the enabled detectors, by id."""
        force = Force(calendar=self.calendar, points=Points(self.points))
        return {name: DETECTORS[name](config, force) for name, config in sorted(self.detectors.items()) if config.enabled}


def default_config() -> ForceConfig:
    """Return what holds without a configuration file."""
    return parse_config("", "defaults")


def read_config(path: Path) -> ForceConfig:
    """Read a YAML (or JSON) file. Raise ConfigError naming file, line, key and what is allowed, for all errors at once."""
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: cannot be read: {error}") from error
    return parse_config(text, str(path))


def parse_config(text: str, name: str) -> ForceConfig:
    """Check a configuration's text; ``name`` stands in the messages."""
    try:
        loaded = YAML(typ="rt").load(text)
    except MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise ConfigError(f"{name}:{line}: {error.problem}") from error
    tree = CommentedMap() if loaded is None else loaded
    if not isinstance(tree, CommentedMap):
        raise ConfigError(f"{name}:1: a mapping is wanted; the keys are {', '.join(_Document.model_fields)}")
    errors: list[tuple[Location, str]] = []
    document = _Document()
    try:
        document = _Document.model_validate(tree)
    except ValidationError as error:
        errors += _told(error, (), _Document)
    written = tree.get("detectors")
    configs = dict(_detector_configs(written if isinstance(written, dict) else {}, errors))
    points = tree.get("points")
    known = get_args(Code)
    unknown = [code for code in points if code not in known] if isinstance(points, dict) else []
    errors += [(("points", code), f"no such reason code; known are {', '.join(known)}") for code in unknown]
    if errors:
        places = sorted((_line(tree, location), ".".join(str(step) for step in location), message) for location, message in errors)
        raise ConfigError("\n".join(f"{name}:{line}: {key + ': ' if key else ''}{message}" for line, key, message in places))
    return ForceConfig(
        timezone=document.force.timezone,
        allowed_lateness=document.allowed_lateness,
        join_horizon=document.join_horizon,
        detectors=configs,
        points=document.points,
    )


def _detector_configs(written: Mapping[str, Any], errors: list[tuple[Location, str]]) -> Iterator[tuple[str, contract.Config]]:
    """Yield every detector's configuration, defaults where nothing is written; add what is wrong to ``errors``."""
    errors += [(("detectors", name), f"no such detector; known are {', '.join(DETECTORS)}") for name in written if name not in DETECTORS]
    for name, detector in DETECTORS.items():
        own = written.get(name)
        if own is not None and not isinstance(own, dict):
            continue  # told with the document's own shape
        try:
            yield name, detector.Config.model_validate(own or {})
        except ValidationError as error:
            errors += _told(error, ("detectors", name), detector.Config)


def _told(error: ValidationError, prefix: Location, model: type[BaseModel]) -> Iterator[tuple[Location, str]]:
    """Yield where and what is wrong; an unknown key is told with those that are known."""
    for each in error.errors(include_url=False):
        location = (*prefix, *each["loc"])
        message = each["msg"].removeprefix("Value error, ")
        if each["type"] == "extra_forbidden":
            known = _fields_at(model, each["loc"][:-1])
            message = f"no such key; known here are {', '.join(known)}" if known else "no such key"
        yield location, message


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


def _line(tree: CommentedMap, location: Location) -> int:
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
