"""Whether the alerts that stand agree with the samples' truth."""

import json
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import TypeAlias

from schemas.records import Alert

Asked: TypeAlias = tuple[str, str, str, int]
"""Key (an officer's id, or the address or content hash that several share), detector, severity, pieces of evidence."""


def differences(alerts: Iterable[Alert], truth: Path) -> list[str]:
    """Return what is missing and what is too much, a line each; nothing when the alerts are exactly those that ``truth`` asks for."""
    entries = json.loads(truth.read_text("utf-8"))["alerts"]
    asked: Counter[Asked] = Counter()
    for entry in entries:
        asked[entry["key"] or entry["officer_id"], entry["detector"], entry["severity"], entry["evidence_count"]] += entry["count"]
    found: Counter[Asked] = Counter((alert.key, alert.detector, alert.severity, alert.evidence_count) for alert in alerts)
    return [f"missing: {_told(which, times)}" for which, times in sorted((asked - found).items())] + [
        f"too much: {_told(which, times)}" for which, times in sorted((found - asked).items())
    ]


def _told(which: Asked, times: int) -> str:
    key, detector, severity, pieces = which
    return f"{times} of {detector} on {key}, {severity}, {pieces} piece{'s' if pieces != 1 else ''} of evidence"
