"""A simulated force through two detect workers, one of them killed twice, and on to another threshold: always what ``scan`` says.

``SOAK_OFFICERS``, ``SOAK_DAYS`` and ``SOAK_MAILS_PER_DAY`` make the force larger; ``make soak`` takes 200 officers over two years.
"""

import os
import random
from datetime import date, timedelta
from pathlib import Path

import pytest

from deploy.local.stack import Stack
from schemas.records import Alert
from tests.integration.pipeline import Pipeline, contents, custodiet, scanned, until

OFFICERS = int(os.environ.get("SOAK_OFFICERS", "20"))
DAYS = int(os.environ.get("SOAK_DAYS", "90"))
MAILS_PER_DAY = os.environ.get("SOAK_MAILS_PER_DAY", "2")
FIRST = date(2024, 1, 1)
PATIENCE = 120.0 + OFFICERS * DAYS / 50

STRICTER = """
detectors:
  repeated-personal-email:
    rules: [{window: 7d, measure: count, threshold: 5}]
  slow-drip:
    rules: [{window: 365d, measure: weeks, threshold: 6}]
"""


@pytest.fixture(scope="module")
def force(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write a force with many offenders."""
    folder = tmp_path_factory.mktemp("force")
    last = FIRST + timedelta(days=DAYS - 1)
    options = {"officers": OFFICERS, "from": FIRST, "to": last, "mails-per-day": MAILS_PER_DAY, "offenders": 0.3, "seed": 11}
    custodiet("simulate", str(folder), *(f"--{name}={value}" for name, value in options.items()))
    return folder


def told(force: Path, configuration: Path | None = None) -> dict[str, Alert]:
    """Return what ``scan`` says of the force."""
    return contents(scanned(sorted((force / "exports").iterdir()), force / "reference", configuration).alerts)


def test_two_detect_workers_one_killed_twice_and_then_another_threshold(stack: Stack, namespace: str, tmp_path: Path, force: Path) -> None:
    """Alert for alert, all content; what no longer holds under the new threshold is withdrawn."""
    configuration = tmp_path / "stricter.yaml"
    configuration.write_text(STRICTER, "utf-8")
    before, after = told(force), told(force, configuration)
    assert before.keys() - after.keys()
    chance = random.Random(5)
    with Pipeline(stack, namespace, tmp_path) as pipeline:
        pipeline.load_reference(force / "reference")
        for role in ("enrich", "detect", "index"):
            pipeline.start(role)
        second = pipeline.start("detect", "b")
        pipeline.ingest(*sorted((force / "exports").iterdir()))
        for _ in range(2):
            enough = pipeline.chunks("detect", "b") + chance.randint(1, 4)
            until(lambda enough=enough: pipeline.chunks("detect", "b") >= enough or not pipeline.lag("detect"), PATIENCE, "some chunks")
            pipeline.kill(second)
            second = pipeline.start("detect", "b")
        pipeline.settle(PATIENCE)
        assert contents(pipeline.alerts().values()) == before
        assert contents(pipeline.indexed().values()) == before

        pipeline.start("detect", "new", CUSTODIET_GENERATION="2", CUSTODIET_CONFIG=str(configuration))
        until(lambda: len(taken_over(pipeline)) == pipeline.settings.partitions, PATIENCE, "every partition is taken over")
        pipeline.settle(PATIENCE)
        held = pipeline.alerts()
        assert contents(held.values()) == after
        assert {held[name].status for name in before.keys() - after.keys()} <= {"withdrawn", "superseded"}
        assert contents(pipeline.indexed().values()) == after


def taken_over(pipeline: Pipeline) -> set[int]:
    """Return the partitions that the new generation has said it took over."""
    return {event["partition"] for event in pipeline.events("detect", "new") if event["event"] == "generation-took-over"}
