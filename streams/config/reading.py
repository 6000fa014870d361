"""From the text of a configuration to one that was checked, or to all of its errors."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any, get_args

import msgspec

from detectors import contract
from detectors.calendar import Calendar
from detectors.contract import Force
from detectors.points import Code, Points
from detectors.registry import DETECTORS, AnyDetector
from schemas.identity import fingerprint
from schemas.records import AddressListEntry
from streams.config.document import Document
from streams.config.idle import idle
from streams.config.partly import partly
from streams.config.places import ConfigError, Fault, Location
from streams.config.sense import contradictions, nonsense, unkept
from streams.config.text import read_yaml


@dataclass(frozen=True, slots=True)
class ForceConfig:
    """A configuration that was checked. ``detectors`` holds every detector's own, the disabled ones' too."""

    timezone: str
    allowed_lateness: timedelta
    join_horizon: timedelta
    detectors: Mapping[str, contract.Config]
    points: Mapping[str, int]
    domains: tuple[AddressListEntry, ...] = ()
    """The own and partner domains that stand in the file; those of the reference data count beside them."""
    remarks: tuple[str, ...] = field(default=(), compare=False)
    """What is no error and does nothing, each with its place in the file."""

    @property
    def names_own(self) -> bool:
        """Whether the file says what is the force's own, so that the reference data need not."""
        return any(entry.list == "own" for entry in self.domains)

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
        return {name: self.detector(name) for name, config in sorted(self.detectors.items()) if config.enabled}

    def detector(self, name: str) -> AnyDetector:
        """Make one detector, enabled or not."""
        return DETECTORS[name](self.detectors[name], Force(calendar=self.calendar, points=Points(self.points)))


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
    read = read_yaml(text, name)
    data = {} if read.data is None else read.data
    if not isinstance(data, dict):
        raise ConfigError(f"{name}:1: a mapping is wanted; the keys are {', '.join(Document.model_fields)}")
    whole = partly(Document, data, ())
    document = whole.model or Document()
    faults = [*whole.faults, *_unknown(data, "detectors", DETECTORS), *_unknown(data, "points", get_args(Code))]
    made = {name: partly(each.Config, own, ("detectors", name)) for name, each, own in _written(data)}
    config = ForceConfig(
        timezone=document.force.timezone,
        allowed_lateness=document.allowed_lateness,
        join_horizon=document.join_horizon,
        detectors={of: each.model for of, each in made.items() if each.model is not None},
        points=document.points,
        domains=(
            *(AddressListEntry(list="own", pattern=domain) for domain in document.force.own_domains),
            *(AddressListEntry(list="partner", pattern=domain) for domain in document.force.partner_domains),
        ),
    )
    faults += [fault for each in made.values() for fault in each.faults]
    faults += contradictions(document)
    for of in config.detectors:
        placed = made[of].placed
        faults += [(("detectors", of, *placed(place)), words) for place, words in nonsense(config.detector(of))]
        faults += unkept(config.detector(of), document.allowed_lateness, placed)
    wrong = [*((read.line(place), place, words) for place, words in faults), *((line, place, words) for place, line, words in read.faults)]
    if wrong:
        raise ConfigError("\n".join(_told(name, wrong)))
    remarks = [(read.line(place), place, words) for place, words in idle(config.detectors)]
    return replace(config, remarks=tuple(_told(name, remarks)))


def _told(name: str, found: Iterable[tuple[int, Location, str]]) -> list[str]:
    """Return a line for each, in the order of the file."""
    keyed = sorted((line, ".".join(str(step) for step in place), words) for line, place, words in found)
    return [f"{name}:{line}: {key + ': ' if key else ''}{words}" for line, key, words in keyed]


def _unknown(data: Mapping[str, Any], section: str, known: Collection[str]) -> Iterator[Fault]:
    """Yield the keys of a section that nobody knows."""
    written = data.get(section)
    if isinstance(written, dict):
        yield from (((section, key), f"no such key; known here are {', '.join(known)}") for key in written if key not in known)


def _written(data: Mapping[str, Any]) -> Iterator[tuple[str, type[AnyDetector], Any]]:
    """Yield every detector with what the file says of it; of what is no mapping the document's own shape tells."""
    section = data.get("detectors")
    written = section if isinstance(section, dict) else {}
    for name, detector in DETECTORS.items():
        own = written.get(name, {})
        yield name, detector, own if isinstance(own, dict) else {}
