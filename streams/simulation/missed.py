"""Why an offender was not found, worked out from what they did and the rules that were in force."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from detectors.calendar import Calendar
from detectors.contract import Detector
from detectors.durations import write_duration
from detectors.judging import Rule
from schemas.records import Alert
from streams.simulation.diary import Deed
from streams.simulation.truth import Offender

_COUNTED = {"count": "mails", "days": "days", "weeks": "weeks"}
_OWN = ("declared", "undeclared")
_PACE = ("repeated-personal-email", "slow-drip")
"""The detectors that go by how often alone; the rules of others rest on more than the truth tells."""


def such_mails(offender: Offender) -> list[Deed]:
    """Return the mails that count whoever reads the logs: with a file, or to a mailbox that is known or named as the officer's own."""
    return [deed for deed in offender.deeds if deed.kind == "mail" and (deed.files or deed.whose in _OWN)]


def reason(offender: Offender, quieter: Iterable[Alert], detectors: Mapping[str, Detector[Any]], calendar: Calendar) -> str:
    """Return why nobody was told of an offender. ``quieter`` are right alerts on them below the severity that was asked for."""
    lower = sorted({(alert.detector, alert.severity, alert.score) for alert in quieter})
    if lower:
        return "alerted, but " + "; ".join(f"{detector} at {severity} only (score {score})" for detector, severity, score in lower)
    such = such_mails(offender)
    told = [_content(such)]
    rules = [(name, rule) for name in _PACE if name in detectors for rule in detectors[name].config.rules]
    below: list[str] = []
    reached: list[str] = []
    for name, rule in rules:
        most = most_in(such, rule, calendar)
        words = f"{most} of {rule.threshold} {_COUNTED[rule.measure]} in {write_duration(rule.window)}"
        (reached if most >= rule.threshold else below).append(f"{words} ({name})")
    if reached:
        told.insert(0, "reaches " + ", ".join(reached) + ", and no alert holds any of it")
    elif below:
        told.insert(0, "below every rule: " + ", ".join(below))
    missing = [name for name in offender.detectors if name not in detectors]
    if missing:
        told.append(f"not running: {', '.join(missing)}")
    return "; ".join(told)


def most_in(deeds: Sequence[Deed], rule: Rule, calendar: Calendar) -> int:
    """Return the most that a rule measures in any of its windows."""
    instants = sorted(deed.at for deed in deeds)
    best = 0
    for end in instants:
        held = [at for at in instants if end - rule.width < at <= end]
        best = max(best, _measured(held, rule, calendar))
    return best


def _measured(instants: Sequence[int], rule: Rule, calendar: Calendar) -> int:
    if rule.measure == "days":
        return len({calendar.day(at) for at in instants})
    if rule.measure == "weeks":
        return len({calendar.week(at) for at in instants})
    return len(instants)


def _content(such: Sequence[Deed]) -> str:
    """Say what was in the mails, and whether anything shows it."""
    if not such:
        return "no mail with a file, and none to a mailbox that shows whose it is"
    sensitive = [deed for deed in such if deed.sensitive]
    if not sensitive:
        return f"none of the {len(such)} sensitive"
    shown = sum(bool(deed.told_by) for deed in sensitive)
    return f"{len(sensitive)} of {len(such)} sensitive, and {shown or 'nothing'} of it shown by name, label or policy"
