"""A small force's half year, scanned with the defaults: what must be found is, and few alerts are wrong."""

import asyncio
from datetime import date
from pathlib import Path

from streams.config import default_config
from streams.enrichment.reference_files import read_reference
from streams.scan.pipeline import Scan
from streams.simulation.score import score
from streams.simulation.simulate import simulate
from streams.simulation.truth import read_truth
from streams.simulation.world import World
from streams.sources.formats import read_input

NOW = 1_800_000_000_000


def test_offenders_of_a_small_force_are_found(tmp_path: Path) -> None:
    """An offender of each habit. Measured: 18 of 18 found, 62 of 65 alerts right; the floors leave room for one missed and two wrong."""
    simulate(World(40, date(2024, 1, 1), date(2024, 6, 30), seed=1, mails_per_day=1, offenders=0.4), tmp_path)
    force = default_config()
    reference = read_reference(tmp_path / "reference", force.calendar.zone, own_elsewhere=force.names_own)
    exports = [read_input(str(path)) for path in sorted((tmp_path / "exports").iterdir())]
    scanned = asyncio.run(Scan(force, reference, dead_letter=lambda _: None, now=NOW).run(exports))
    found = score(scanned.alerts, read_truth(tmp_path / "truth.json"), force.enabled_detectors(), force.calendar)
    assert found.must.got == found.must.of >= 10, found.missed
    assert found.recall.of >= 16
    assert found.recall.of - found.recall.got <= 1, found.missed
    assert found.precision.share is not None
    assert found.precision.share >= 0.9, found.wrong
