"""The truth is about people who exist, and contradicts neither itself nor the reference data."""

import csv
import json
from pathlib import Path

from detectors.registry import DETECTORS
from samples import make

SAMPLES = Path(make.__file__).parent
TRUTH = json.loads((SAMPLES / "truth.json").read_text())
OFFICERS = list(csv.DictReader((SAMPLES / "reference" / "officers.csv").read_text().splitlines()))


def test_the_truth_names_officers_who_exist() -> None:
    """Everybody alerted or silent stands in officers.csv."""
    named = {entry["officer_id"] for entry in TRUTH["alerts"] + TRUTH["silent"]}
    assert named <= {row["officer_id"] for row in OFFICERS}


def test_the_truth_names_detectors_that_exist() -> None:
    """Every detector is registered."""
    named = {entry["detector"] for entry in TRUTH["alerts"]} | {detector for entry in TRUTH["silent"] for detector in entry["detectors"]}
    assert named <= set(DETECTORS)


def test_nobody_is_alerted_and_silent_at_once() -> None:
    """The same officer and detector never stand on both sides, nor twice on one."""
    alerted = [(entry["officer_id"], entry["detector"]) for entry in TRUTH["alerts"]]
    silent = [(entry["officer_id"], detector) for entry in TRUTH["silent"] for detector in entry["detectors"]]
    assert len(set(alerted + silent)) == len(alerted + silent)


def test_everything_has_its_reason() -> None:
    """Whoever disagrees with the truth can read why."""
    assert all(entry["why"] for entry in TRUTH["alerts"] + TRUTH["silent"])


def test_the_force_is_as_large_as_promised() -> None:
    """About 30 people, three leavers, one under suspension, one with a new name."""
    people = {row["officer_id"] for row in OFFICERS}
    assert len(people) == 30
    assert len({row["officer_id"] for row in OFFICERS if row["last_day"]}) == 3
    assert len({row["officer_id"] for row in OFFICERS if row["suspended_from"]}) == 1
    assert len({(row["officer_id"], row["name"]) for row in OFFICERS}) == 31


def test_an_officers_rows_follow_one_another() -> None:
    """Each row ends where the next begins, and the last is open."""
    for officer_id in {row["officer_id"] for row in OFFICERS}:
        rows = sorted((row for row in OFFICERS if row["officer_id"] == officer_id), key=lambda row: row["valid_from"])
        assert [row["valid_to"] for row in rows] == [*(row["valid_from"] for row in rows[1:]), ""]


def test_everybody_reports_to_somebody() -> None:
    """Every line manager exists, and only one person has none."""
    people = {row["officer_id"] for row in OFFICERS}
    managers = {row["line_manager"] for row in OFFICERS}
    assert managers - people == {""}
    assert {row["officer_id"] for row in OFFICERS if not row["line_manager"]} == {"NM001"}


def test_the_readme_names_everybody_in_the_truth() -> None:
    """The cast list and the truth are about the same people."""
    readme = (SAMPLES / "README.md").read_text()
    assert [entry["officer_id"] for entry in TRUTH["alerts"] + TRUTH["silent"] if entry["officer_id"] not in readme] == []
