"""What differs between two scans."""

from pathlib import Path

import msgspec
import pytest

from schemas.public import dumps
from schemas.records import Alert, AlertEvidence, Reason
from streams.errors import UsageError
from streams.scan.difference import difference, read_alerts, summary


def alert(name: str, *pieces: str, detector: str = "slow-drip", key: str = "NM001", score: int = 4) -> Alert:
    """Return an alert of these pieces of evidence."""
    return Alert(
        alert_id=name,
        detector=detector,
        detector_version=1,
        grouping="officer",
        key=key,
        revision=7,
        change="opened",
        severity="medium",
        score=score,
        reasons=(Reason(code="repeat", points=1, words="again"),),
        first_at=0,
        last_at=5,
        evidence_count=len(pieces),
        evidence=tuple(AlertEvidence(activity_id=piece, occurred_at=0, kind="mail", summary="a mail") for piece in pieces),
        evidence_digest=" ".join(pieces),
    )


def write(path: Path, *alerts: Alert) -> Path:
    """Write NDJSON."""
    path.write_bytes(b"".join(map(dumps, alerts)))
    return path


def test_what_is_new_gone_changed_and_the_same_is_told_apart(tmp_path: Path) -> None:
    """By id; how an alert came about and the versions it was made with are no difference."""
    old = read_alerts(write(tmp_path / "old", alert("same", "1"), alert("gone", "2", key="NM002"), alert("other", "3", score=4)))
    same = msgspec.structs.replace(alert("same", "1"), revision=9, change="extended", config_version="new")
    found = difference(old, [same, alert("new", "9", key="NM003"), alert("other", "3", score=6)])
    assert [each.alert_id for each in found.added] == ["new"]
    assert [each.alert_id for each in found.dropped] == ["gone"]
    assert [(change.after.alert_id, change.fields) for change in found.changed] == [("other", ("score",))]
    assert found.unchanged == 1
    assert found


def test_an_alert_that_another_piece_sets_off_is_a_change(tmp_path: Path) -> None:
    """A raised threshold renames what it still finds; it goes with the one that shares most, of its own detector and key."""
    old = read_alerts(write(tmp_path / "old", alert("a", "1", "2", "3"), alert("b", "4", "5")))
    others = [alert("elsewhere", "1", "2", "3", key="NM009"), alert("else", "1", "2", "3", detector="leaver")]
    found = difference(old, [alert("a2", "2", "3", "4"), *others])
    assert [(change.before.alert_id, change.after.alert_id) for change in found.changed] == [("a", "a2")]
    assert found.changed[0].fields == ("alert_id", "evidence")
    assert [each.alert_id for each in found.dropped] == ["b"]
    assert [each.alert_id for each in found.added] == ["else", "elsewhere"]


def test_only_the_detectors_asked_for_are_compared(tmp_path: Path) -> None:
    """What the others found earlier was not dropped: they were not asked."""
    old = read_alerts(write(tmp_path / "old", alert("a", "1"), alert("b", "1", detector="leaver")))
    found = difference(old, [alert("a", "1")], ["slow-drip"])
    assert not found
    assert found.unchanged == 1


def test_of_an_earlier_id_the_highest_revision_counts(tmp_path: Path) -> None:
    """What a consumer of the topic wrote down can be compared, too: an alert that was withdrawn is none."""
    gone = msgspec.structs.replace(alert("a", "1"), revision=8, status="withdrawn", change="withdrawn", evidence=())
    assert read_alerts(write(tmp_path / "old", alert("a", "1"), gone)) == {}
    assert read_alerts(write(tmp_path / "old", gone, alert("a", "1"), alert("b", "2"))) == {"b": summary(alert("b", "2"))}


def test_what_is_no_alert_is_named_with_its_line(tmp_path: Path) -> None:
    """So is a file that cannot be read."""
    path = write(tmp_path / "old", alert("a", "1"))
    path.write_bytes(path.read_bytes() + b"\n{}\n")
    with pytest.raises(UsageError, match="old:3: no alert"):
        read_alerts(path)
    with pytest.raises(UsageError, match="cannot be read"):
        read_alerts(tmp_path / "none")
