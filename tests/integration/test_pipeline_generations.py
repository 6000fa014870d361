"""A changed threshold in a new generation: in the end everybody holds what ``scan`` says with the new configuration."""

from pathlib import Path

from deploy.local.stack import Stack
from tests.integration.pipeline import Pipeline, contents, scanned, until

STRICTER = """
detectors:
  repeated-personal-email:
    rules:
      - {window: 7d, measure: count, threshold: 6}
      - {window: 30d, measure: days, threshold: 5}
"""
SMALL_CHUNKS = {"CUSTODIET_CHUNK_RECORDS": "25"}


def taken_over(pipeline: Pipeline) -> set[int]:
    """Return the partitions that the new generation has said it took over."""
    return {event["partition"] for event in pipeline.events("detect", "new") if event["event"] == "generation-took-over"}


def test_a_new_generation_takes_over_and_withdraws(stack: Stack, namespace: str, tmp_path: Path) -> None:
    """The old one runs on beside it; the new one is killed while it rebuilds; nobody sees anything half done."""
    configuration = tmp_path / "stricter.yaml"
    configuration.write_text(STRICTER, "utf-8")
    before, after = contents(scanned().alerts), contents(scanned(configuration=configuration).alerts)
    assert before.keys() - after.keys()
    with Pipeline(stack, namespace, tmp_path, **SMALL_CHUNKS) as pipeline:
        pipeline.load_reference()
        pipeline.ingest()
        for role in ("enrich", "detect", "index"):
            pipeline.start(role)
        pipeline.settle()
        assert contents(pipeline.alerts().values()) == before

        environ = {"CUSTODIET_GENERATION": "2", "CUSTODIET_CONFIG": str(configuration)}
        new = pipeline.start("detect", "new", **environ)
        until(lambda: pipeline.chunks("detect", "new") > 5, 60, "the new generation works")
        pipeline.kill(new)
        if not taken_over(pipeline):
            assert contents(pipeline.alerts().values()) == before
        pipeline.start("detect", "new", **environ)
        until(lambda: len(taken_over(pipeline)) == pipeline.settings.partitions, 90, "every partition is taken over")
        pipeline.settle()
        assert contents(pipeline.alerts().values()) == after
        assert contents(pipeline.indexed().values()) == after
        gone = {name: alert for name, alert in pipeline.alerts().items() if name in before.keys() - after.keys()}
        assert {alert.status for alert in gone.values()} <= {"withdrawn", "superseded"}
        assert len(gone) == len(before.keys() - after.keys())


def test_a_changed_threshold_without_a_new_generation_is_refused(stack: Stack, namespace: str, tmp_path: Path) -> None:
    """The worker ends at once and says what to run."""
    configuration = tmp_path / "stricter.yaml"
    configuration.write_text(STRICTER, "utf-8")
    with Pipeline(stack, namespace, tmp_path) as pipeline:
        pipeline.load_reference()
        first = pipeline.start("detect")
        until(lambda: pipeline.chunks("detect") > 0, 60, "some state")
        assert pipeline.stop(first) == 0
        assert pipeline.start("detect", CUSTODIET_CONFIG=str(configuration)).wait(60) == 1
        (told,) = [event["reason"] for event in pipeline.events("detect") if event["event"] == "worker-ends"]
        assert "CUSTODIET_GENERATION=2 custodiet worker detect" in told
