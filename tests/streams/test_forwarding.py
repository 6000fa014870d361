"""Forwarding from end to end: a raw record becomes settings, a setting an activity with classified addresses, an activity a verdict."""

import json
from pathlib import Path
from typing import Any

import pytest

from detectors.behaviours.auto_forward import AutoForward, Config
from detectors.contract import Key
from detectors.testing import force
from schemas.records import Activity, AddressListEntry, Officer, SettingEvent
from streams.enrichment.context import setting_activities
from streams.enrichment.reference import Reference
from streams.enrichment.wanted import Wanted
from streams.sources.formats import FORMATS
from streams.sources.outcome import Discard

_CASES = json.loads((Path(__file__).parent / "forwarding_table.json").read_text(encoding="utf-8"))
_REFERENCE = Reference.build(
    [Officer(officer_id="o1", name="Jo Hale", addresses=("jo.hale@own.example",))],
    [],
    [
        AddressListEntry(list="own", pattern="own.example"),
        AddressListEntry(list="own", pattern="northmoor.onmicrosoft.com"),
        AddressListEntry(list="protected", pattern="federation.example"),
    ],
)
_WANTED = Wanted(frozenset({("setting", "officer")}))
_DETECTOR = AutoForward(Config(), force())


def _activities(case: dict[str, Any]) -> list[Activity]:
    assert FORMATS[case["format"]].fits(case["row"])
    parsed = FORMATS[case["format"]].parse(case["row"])
    events = [] if isinstance(parsed, Discard) else [event for event in parsed if isinstance(event, SettingEvent)]
    return [activity for event in events for activity in setting_activities(event, _REFERENCE, _WANTED)]


@pytest.mark.parametrize("case", _CASES, ids=lambda case: case["name"])
def test_setting_is_told_judged_and_decided(case: dict[str, Any]) -> None:
    """Each setting has the action and the outside addresses of the table, and is an alert if, and only if, it sends mail outside."""
    found = _activities(case)
    assert [
        {"setting": one.setting, "action": one.action, "addresses": {each.address: each.class_ for each in one.addresses}} for one in found
    ] == case["settings"]
    judged = [_DETECTOR.select(one, Key(one.grouping, one.value)) for one in found]
    assert any(piece is not None and piece.counted for piece in judged) is case["outside"]
    assert {one.officer_id for one in found} <= {"o1", "account:admin@own.example"}


def test_table_is_large_and_balanced() -> None:
    """At least 40 settings, many of them outside and many of them not."""
    outside = sum(case["outside"] for case in _CASES)
    assert len(_CASES) >= 40
    assert outside >= 15
    assert len(_CASES) - outside >= 15
