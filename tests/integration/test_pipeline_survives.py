"""Whatever is killed, stopped or restarted, what stands in the end is what ``scan`` says of the same files."""

import random
import shutil
import time
from pathlib import Path

import pytest

from deploy.local.ports import choose
from deploy.local.stack import Stack
from schemas.records import Alert
from tests.integration.pipeline import EXPORTS, Pipeline, contents, halves, scanned, until

SMALL_CHUNKS = {"CUSTODIET_CHUNK_RECORDS": "25"}


@pytest.fixture(scope="module")
def expected() -> dict[str, Alert]:
    """Give what ``scan`` finds in the samples."""
    found = contents(scanned().alerts)
    assert len(found) > 5
    return found


def check(pipeline: Pipeline, expected: dict[str, Alert]) -> None:
    """Hold Kafka and Elasticsearch against what is expected, id and content."""
    assert contents(pipeline.alerts().values()) == expected
    assert contents(pipeline.indexed().values()) == expected


def test_workers_killed_at_random_moments_while_others_join_and_leave(
    stack: Stack, namespace: str, tmp_path: Path, expected: dict[str, Alert]
) -> None:
    """Three kills of each worker, and a second one of each that joins and leaves, change nothing."""
    chance = random.Random(0)
    with Pipeline(stack, namespace, tmp_path, **SMALL_CHUNKS) as pipeline:
        pipeline.load_reference()
        pipeline.ingest()
        pipeline.start("index")
        for _ in range(3):
            first = {role: pipeline.start(role) for role in ("enrich", "detect")}
            for role, worker in first.items():
                enough = pipeline.chunks(role) + chance.randrange(2, 8)
                until(lambda role=role, enough=enough: pipeline.chunks(role) >= enough or not pipeline.lag(role), 60, f"{role} works")
                pipeline.kill(worker)
        second = {role: pipeline.start(role, "b") for role in ("enrich", "detect")}
        for role in second:
            until(lambda role=role: pipeline.chunks(role, "b") > 0 or not pipeline.lag(role), 60, f"the second {role} works")
        for role in second:
            pipeline.start(role)
        for worker in second.values():
            assert pipeline.stop(worker) == 0
        pipeline.settle()
        check(pipeline, expected)


@pytest.mark.parametrize("point", ["before-state", "after-state", "after-output"])
def test_workers_killed_between_two_steps(stack: Stack, namespace: str, tmp_path: Path, expected: dict[str, Alert], point: str) -> None:
    """A kill of enrich and of detect before the state, between state and output, and between output and acknowledgement.

    A second worker of each joins beside the one that dies, takes over what that one had, and leaves again.
    """
    with Pipeline(stack, namespace, tmp_path, **SMALL_CHUNKS) as pipeline:
        pipeline.load_reference()
        pipeline.ingest()
        doomed = [pipeline.start(role, CUSTODIET_FAULT=f"{point}:{chunk}:{role}") for role, chunk in (("enrich", 5), ("detect", 4))]
        second = {role: pipeline.start(role, "b") for role in ("enrich", "detect")}
        for worker in doomed:
            assert worker.wait(90) == -9
        for role in second:
            until(lambda role=role: pipeline.chunks(role, "b") > 0 or not pipeline.lag(role), 60, f"the second {role} works")
        for role in ("enrich", "detect", "index"):
            pipeline.start(role)
        for worker in second.values():
            assert pipeline.stop(worker) == 0
        pipeline.settle()
        check(pipeline, expected)


def test_elasticsearch_away_for_half_a_minute(stack: Stack, namespace: str, tmp_path: Path, expected: dict[str, Alert]) -> None:
    """Detection goes on while the index waits, and afterwards the index has caught up."""
    with Pipeline(stack, namespace, tmp_path) as pipeline:
        pipeline.load_reference()
        for role in ("enrich", "detect", "index"):
            pipeline.start(role)
        first, second = halves(tmp_path)
        pipeline.ingest(*first)
        pipeline.settle()
        assert pipeline.indexed()
        stack.stop("elasticsearch")
        away = time.monotonic()
        try:
            pipeline.ingest(*second)
            until(lambda: not pipeline.lag("enrich") and not pipeline.lag("detect"), 60, "detection goes on")
            assert contents(pipeline.alerts().values()) == expected
            until(
                lambda: any(event["level"] in {"warning", "error"} for event in pipeline.events("index")),
                60,
                "the index worker says that it waits",
            )
            assert pipeline.lag("index")
            until(lambda: time.monotonic() > away + 30, 31, "half a minute")
        finally:
            stack.start("elasticsearch")
        pipeline.settle()
        check(pipeline, expected)


def test_kafka_restarted_in_mid_run(stack: Stack, namespace: str, tmp_path: Path, expected: dict[str, Alert]) -> None:
    """Workers wait for the broker and go on by themselves, when it is back within the session."""
    with Pipeline(stack, namespace, tmp_path, **SMALL_CHUNKS, CUSTODIET_SESSION_TIMEOUT="60") as pipeline:
        pipeline.load_reference()
        workers = [pipeline.start(role) for role in ("enrich", "detect", "index")]
        pipeline.ingest()
        until(lambda: pipeline.chunks("enrich") > 2, 60, "the run is under way")
        stack.restart("kafka", at_once=True)
        pipeline.settle()
        assert [worker.poll() for worker in workers] == [None, None, None]
        check(pipeline, expected)


def test_the_same_files_twice_and_shuffled(stack: Stack, namespace: str, tmp_path: Path, expected: dict[str, Alert]) -> None:
    """A second, shuffled load of the same exports leaves the same alerts, and every record of both is accounted for."""
    shuffled = [_shuffled(path, tmp_path / "shuffled") for path in EXPORTS]
    port = choose()
    with Pipeline(stack, namespace, tmp_path) as pipeline:
        pipeline.load_reference()
        pipeline.start("enrich", CUSTODIET_METRICS_PORT=str(port))
        for role in ("detect", "index"):
            pipeline.start(role)
        first = pipeline.ingest()
        pipeline.settle()
        scan = scanned().counts
        once = pipeline.counted(port)
        assert once.ended == once.read == first["sent"]
        assert (once.facts, once.late) == (scan.facts, scan.late)
        assert once.duplicates + first["duplicates"] == scan.duplicates
        assert once.discarded + first["discarded"] == scan.discarded
        alerts = pipeline.alerts()
        second = pipeline.ingest(*shuffled)
        pipeline.settle()
        twice = pipeline.counted(port)
        assert twice.ended == twice.read == first["sent"] + second["sent"]
        assert twice.facts == once.facts
        assert pipeline.alerts() == alerts
        check(pipeline, expected)


def test_fresh_local_state_is_recovered_from_the_changelog(
    stack: Stack, namespace: str, tmp_path: Path, expected: dict[str, Alert]
) -> None:
    """A worker on another machine, with nothing but the changelog, goes on where the first one stopped."""
    earlier, later = halves(tmp_path)
    with Pipeline(stack, namespace, tmp_path) as pipeline:
        pipeline.load_reference()
        pipeline.start("index")
        first = [pipeline.start(role) for role in ("enrich", "detect")]
        pipeline.ingest(*earlier)
        pipeline.settle()
        for worker in first:
            assert pipeline.stop(worker) == 0
        shutil.rmtree(tmp_path / "state")
        for role in ("enrich", "detect"):
            pipeline.start(role)
        pipeline.ingest(*later)
        pipeline.settle()
        check(pipeline, expected)


def _shuffled(path: Path, folder: Path) -> Path:
    header, *rows = path.read_text("utf-8-sig").splitlines(keepends=True)
    random.Random(1).shuffle(rows)
    folder.mkdir(exist_ok=True)
    target = folder / path.name
    target.write_text(header + "".join(rows), "utf-8")
    return target
