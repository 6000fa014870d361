"""Alerts and counts -> the page, written piece by piece: of the alerts only one officer's are in memory."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import IO, Final, get_args

from jinja2 import Environment, PackageLoader, StrictUndefined

from detectors.scoring import severity_rank
from schemas.records import Alert, Millis, Severity
from streams.counts import Counts
from streams.report.text import instant, printable, who
from streams.report.timeline import WIDTH, Timeline, timeline

_ENVIRONMENT: Final = Environment(
    loader=PackageLoader("streams.report"),
    autoescape=True,
    undefined=StrictUndefined,
    finalize=lambda value: printable(value) if type(value) is str else value,  # marked-up text is the template's own
    trim_blocks=True,
    lstrip_blocks=True,
)
_ENVIRONMENT.filters["instant"] = instant


@dataclass(frozen=True, slots=True)
class Facts:
    """What the report says of the scan itself: what was read, when it was made, and with what."""

    inputs: Sequence[str]
    made_at: Millis
    counts: Counts
    as_of: str | None = None
    only: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Person:
    """An officer, or a shared key that is no one officer's, with the alerts and their picture."""

    name: str
    details: str
    severity: Severity
    alerts: Sequence[Alert]
    timeline: Timeline


def write_report(file: IO[bytes], alerts: Sequence[Alert], facts: Facts) -> None:
    """Write the page, UTF-8: the gravest first. Everything from outside is escaped, and there is no script."""
    places = _places(alerts)
    severities = Counter(alert.severity for alert in alerts)
    values = {
        "facts": facts,
        "counts": facts.counts.five(),
        "severities": {name: severities[name] for name in sorted(get_args(Severity), key=severity_rank, reverse=True)},
        "alerted": len(places),
        "people": _people(alerts, places),
        "width": WIDTH,
    }
    for piece in _ENVIRONMENT.get_template("report.html").generate(values):
        file.write(piece.encode("utf-8", "replace"))


def _places(alerts: Sequence[Alert]) -> Mapping[str, list[int]]:
    """Return the places of each officer's alerts, those of the officer with the gravest alert first."""
    places: dict[str, list[int]] = {}
    gravest: dict[str, tuple[int, int]] = {}
    for place, alert in enumerate(alerts):
        name = f"officer:{alert.officer_id}" if alert.officer_id is not None else f"{alert.grouping}:{alert.key}"
        places.setdefault(name, []).append(place)
        gravest[name] = max(gravest.get(name, (-1, 0)), (severity_rank(alert.severity), alert.score))
    return {name: places[name] for name in sorted(places, key=lambda each: (*(-figure for figure in gravest[each]), each))}


def _people(alerts: Sequence[Alert], places: Mapping[str, list[int]]) -> Iterator[Person]:
    for mine in places.values():
        own = sorted((alerts[place] for place in mine), key=lambda alert: (-severity_rank(alert.severity), -alert.score, alert.first_at))
        latest = max(own, key=lambda alert: alert.last_at)
        officer = latest.officer
        details = ", ".join(filter(None, (officer.rank, officer.collar_number, officer.role, officer.unit))) if officer else ""
        yield Person(who(latest), details or latest.grouping, own[0].severity, own, timeline(own))
