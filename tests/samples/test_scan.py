"""A scan of the samples alerts exactly what the truth asks for."""

import asyncio
import json
import random
from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from detectors.calendar import zone_named
from samples import make
from schemas.records import Alert, DeadLetter
from streams.config import default_config
from streams.enrichment.reference_files import read_reference
from streams.scan import Scan, Scanned
from streams.sources.formats import read_input

SAMPLES = Path(make.__file__).parent
TRUTH = json.loads((SAMPLES / "truth.json").read_text())
NOW = int(datetime(2026, 11, 22, tzinfo=UTC).timestamp() * 1000)


EXPORTS = tuple(SAMPLES / "exports" / name for name in ("audit-search.csv", "message-trace.csv", "defender-hunt.csv"))


def scan_of(exports: Iterable[Path]) -> Scanned:
    """Return what a scan of these with the default configuration comes to."""
    dead: list[DeadLetter] = []
    config = default_config()
    scan = Scan(config, read_reference(SAMPLES / "reference", zone_named(config.timezone)), dead_letter=dead.append, now=NOW)
    return asyncio.run(scan.run([read_input(str(path)) for path in exports]))


@pytest.fixture(scope="module")
def scanned() -> Scanned:
    """Return what a scan of the samples comes to."""
    return scan_of(EXPORTS)


def of(scanned: Scanned, officer_id: str) -> list[Alert]:
    """Return one officer's alerts."""
    return [alert for alert in scanned.alerts if alert.officer_id == officer_id]


def test_exactly_the_alerts_of_the_truth_are_raised(scanned: Scanned) -> None:
    """The same officers (or shared addresses and documents), detectors, severities and sizes, as often as asked, and nothing else."""
    raised = Counter((alert.key, alert.detector, alert.severity, alert.evidence_count) for alert in scanned.alerts)
    asked = Counter[tuple[str, str, str, int]]()
    for entry in TRUTH["alerts"]:
        asked[entry["key"] or entry["officer_id"], entry["detector"], entry["severity"], entry["evidence_count"]] += entry["count"]
    assert raised == asked


def test_every_record_is_accounted_for(scanned: Scanned) -> None:
    """The counts that can be told beforehand are met, and the five ends add up to what was read."""
    counted = scanned.counts.as_dict()
    assert {name: counted[name] for name in TRUTH["counts"]} == TRUTH["counts"]
    assert scanned.counts.ended == scanned.counts.read


def test_audit_export_doubled_and_shuffled_gives_the_same_alerts(scanned: Scanned, tmp_path: Path) -> None:
    """Each record twice, in no order: the same alerts to the letter, and each repeat ends once more, mostly as a duplicate."""
    header, *rows = EXPORTS[0].read_text(encoding="utf-8").splitlines(keepends=True)
    rows *= 2
    random.Random(7).shuffle(rows)
    doubled = tmp_path / EXPORTS[0].name
    doubled.write_text(header + "".join(rows), encoding="utf-8")
    again = scan_of((EXPORTS[2], doubled, EXPORTS[1]))
    assert sorted(again.alerts, key=lambda alert: alert.alert_id) == sorted(scanned.alerts, key=lambda alert: alert.alert_id)
    before, after = scanned.counts.as_dict(), again.counts.as_dict()
    assert after["read"] - before["read"] == len(rows) // 2
    assert after["facts"] == before["facts"]
    more = {name: after[name] - before[name] for name in ("duplicates", "discarded", "dead_letters")}
    assert sum(more.values()) == len(rows) // 2
    assert more["duplicates"] > 100


def test_the_federation_is_withheld_from_the_alert(scanned: Scanned) -> None:
    """No subject, no file name and no address of the federation can be read anywhere in it."""
    (alert,) = of(scanned, "NM008")
    told = repr(alert)
    assert [word for word in ("rota again", "roster", "polfed") if word in told] == []


def test_nothing_of_a_mail_to_the_federation_alone_is_published(scanned: Scanned) -> None:
    """The suspended officer's letters leave no trace."""
    assert [alert for alert in scanned.alerts if "polfed" in repr(alert) or "My suspension" in repr(alert)] == []


def test_both_names_of_one_officer_stand_in_one_alert(scanned: Scanned) -> None:
    """Bethan Coombes and Bethan Ashdown are one key, told by the name of the last mail."""
    (alert,) = [alert for alert in of(scanned, "NM004") if alert.detector == "repeated-personal-email"]
    assert alert.officer is not None
    assert alert.officer.name == "Bethan Ashdown"
    assert alert.evidence_count == 8


def test_what_the_exception_covered_is_shown_as_shadow(scanned: Scanned) -> None:
    """The last authorised mail lies among the evidence, with who authorised it."""
    (alert,) = [alert for alert in of(scanned, "NM007") if alert.detector == "repeated-personal-email"]
    assert [piece.authorised_by for piece in alert.evidence if piece.authorised_by] == ["NM001"]
