"""Alert <-> the document that Elasticsearch keeps: names of the Elastic Common Schema, and ``custodiet.*`` for the rest.

Pure. ``custodiet.*`` holds every field of the alert once, so that ``from_document`` gives the same Alert back; the ECS fields repeat
what dashboards, rules and people search by. An ECS field that many pieces of evidence fill is a list of distinct values.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from schemas.public import from_public, millis_of, time_of, to_public
from schemas.records import Alert, Millis, Severity
from streams.sinks.elasticsearch.evidence import evidence_fields

ECS_VERSION: Final = "9.5.0-dev"

SEVERITY_NUMBER: Final[Mapping[Severity, int]] = {"low": 21, "medium": 47, "high": 73, "critical": 99}
"""``event.severity``: the numbers that Elastic's own detection rules write, so that both sort together in one dashboard."""

HIGHEST_SCORE: Final = 20
"""Scores are capped here; ``event.risk_score_norm`` is the score on a scale of 0 to 100."""

_LARGEST_LONG: Final = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Rule:
    """What ECS calls a rule and custodiet a detector, in words for people."""

    name: str
    description: str


def to_document(alert: Alert, ingested: Millis, rules: Mapping[str, Rule]) -> dict[str, Any]:
    """Return the document for an alert; absent and empty fields are left out.

    ``ingested`` becomes ``event.ingested``, the one field that is not a function of the alert. ``rules`` names detectors by id; one that
    is not there is named by its id. Raises PublicError for an instant outside the years 1 to 9999.
    """
    rule = rules.get(alert.detector, Rule(alert.detector, ""))
    fields = evidence_fields(alert)
    document: dict[str, Any] = {
        "@timestamp": time_of(alert.last_at),
        "ecs": {"version": ECS_VERSION},
        "message": _message(alert, rule),
        "tags": fields.tags,
        "event": {
            "id": alert.alert_id,
            "kind": "alert",
            "category": fields.category,
            "type": fields.type,
            "action": alert.change,
            "module": "custodiet",
            "dataset": "custodiet.alerts",
            "provider": "custodiet",
            "start": time_of(alert.first_at),
            "end": time_of(alert.last_at),
            "duration": max(0, min((alert.last_at - alert.first_at) * 1_000_000, _LARGEST_LONG)),
            "severity": SEVERITY_NUMBER[alert.severity],
            "risk_score": float(alert.score),
            "risk_score_norm": min(100.0, alert.score * 100 / HIGHEST_SCORE),
            "reason": "; ".join(f"{reason.words} (+{reason.points})" for reason in alert.reasons) or None,
            "ingested": time_of(ingested),
        },
        "rule": {
            "id": alert.detector,
            "name": rule.name,
            "version": str(alert.detector_version),
            "description": rule.description or None,
            "ruleset": "custodiet",
        },
        "user": _user(alert),
        "related": fields.related,
        "email": fields.email,
        "file": fields.file,
    }
    told: dict[str, Any] = _without(document, empty=(None, [], {}))
    told["custodiet"] = _without(_custodiet(alert), empty=(None, []))
    return told


def from_document(document: Mapping[str, Any]) -> Alert:
    """Return the Alert that ``to_document`` was given; PublicError or KeyError when it is no such document."""
    event = document["event"]
    content = {
        **document["custodiet"],
        "alert_id": event["id"],
        "first_at": event["start"],
        "last_at": event["end"],
        "officer_id": document.get("user", {}).get("id"),
    }
    content["evidence"] = [
        {**piece, "addresses": [{"address": None, **address} for address in piece.get("addresses", ())]}
        for piece in content.get("evidence", ())
    ]
    return from_public(content, Alert)


def ingested_at(document: Mapping[str, Any]) -> Millis:
    """Return when the sink wrote the document."""
    return millis_of(document["event"]["ingested"])


def same_content(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Tell whether two documents say the same of an alert: all but ``event.ingested``, which a repeated write moves on."""

    def told(document: Mapping[str, Any]) -> dict[str, Any]:
        return {**document, "event": {name: value for name, value in document.get("event", {}).items() if name != "ingested"}}

    return told(one) == told(other)


def _custodiet(alert: Alert) -> dict[str, Any]:
    content = to_public(alert)
    for elsewhere in ("alert_id", "officer_id", "first_at", "last_at"):
        del content[elsewhere]
    return content


def _user(alert: Alert) -> dict[str, Any]:
    officer = alert.officer
    if officer is None:
        return {"id": alert.officer_id}
    return {
        "id": alert.officer_id,
        "full_name": officer.name,
        "roles": [officer.role] if officer.role else [],
        "group": {"name": officer.unit},
    }


def _message(alert: Alert, rule: Rule) -> str:
    who = alert.officer.name if alert.officer and alert.officer.name else alert.officer_id or alert.key
    state = "" if alert.status == "active" else f" [{alert.status}]"
    pieces = "1 piece" if alert.evidence_count == 1 else f"{alert.evidence_count} pieces"
    days = f"{time_of(alert.first_at)[:10]} to {time_of(alert.last_at)[:10]}"
    return f"{rule.name}: {who}, {pieces} of evidence, {days}, {alert.severity}, score {alert.score}{state}"


def _without(value: Any, empty: tuple[Any, ...]) -> Any:
    """Leave out what equals one of ``empty``, at any depth; a list keeps its length, so that positions mean the same."""
    if isinstance(value, dict):
        told = {name: _without(entry, empty) for name, entry in value.items()}
        return {name: entry for name, entry in told.items() if entry not in empty}
    if isinstance(value, list | tuple):
        return [_without(entry, empty) for entry in value]
    return value
