"""Alerts against a truth, by hand: what is right, what is missed and why."""

from pathlib import Path

import pytest

from detectors.calendar import Calendar
from schemas.identity import activity_key, alert_id
from schemas.public import dumps
from schemas.records import Alert, AlertEvidence, Severity, Source
from streams.config import default_config, parse_config
from streams.errors import CustodietError
from streams.simulation.diary import Deed, Whose
from streams.simulation.missed import most_in
from streams.simulation.right import read_alerts, triggered_at
from streams.simulation.score import Score, score
from streams.simulation.truth import Counts, Innocent, Offender, Truth, read_truth, write_truth

DAY = 86_400_000
MONDAY = 1_704_096_000_000  # 2024-01-01T08:00:00Z


def deed(number: int, day: float, whose: Whose = "somebody else's", officer: str = "SM1", **changes: object) -> Deed:
    """Give a mail with a file."""
    fields = {"id": f"m{number}@x.example", "at": MONDAY + int(day * DAY), "officer_id": officer, "whose": whose, "files": ("a.docx",)}
    return Deed(**({"kind": "mail"} | fields | changes))  # type: ignore[arg-type] # keywords of a test


def offender(*deeds: Deed, officer: str = "SM1", habit: str = "slow-drip", detectors: tuple[str, ...] = ("slow-drip",)) -> Offender:
    """Give an offender who did this."""
    sensitive, protected = any(each.sensitive for each in deeds), any(each.protected for each in deeds)
    return Offender(officer, f"Name {officer}", habit, f"{habit} of {officer}", detectors, sensitive, protected, deeds)


def truth(*offenders: Offender, innocents: tuple[Innocent, ...] = ()) -> Truth:
    """Give a truth."""
    return Truth("", 1, 100, "2024-01-01", "2024-12-31", offenders, innocents, Counts(0, 0, 0, 0, 0))


def alert(
    number: int, *messages: Deed | str, severity: Severity = "medium", officer: str | None = "SM1", detector: str = "slow-drip"
) -> Alert:
    """Give an alert whose evidence is these mails, named by the last of them."""
    pieces = tuple(
        AlertEvidence(
            activity_id=f"a{number}-{place}",
            occurred_at=each.at if isinstance(each, Deed) else MONDAY,
            kind="mail",
            summary="",
            message_id=each.id if isinstance(each, Deed) else each,
        )
        for place, each in enumerate(messages)
    )
    grouping, key = ("address", "a@b.example") if officer is None else ("officer", officer)
    return Alert(
        alert_id=alert_id(detector, activity_key(grouping, key), pieces[-1].activity_id),  # type: ignore[arg-type]
        detector=detector,
        detector_version=1,
        grouping=grouping,  # type: ignore[arg-type]
        key=key,
        officer_id=officer,
        revision=1,
        change="opened",
        severity=severity,
        score=5 if severity != "low" else 3,
        first_at=pieces[0].occurred_at,
        last_at=MONDAY + 400 * DAY,
        evidence_count=len(pieces),
        evidence=pieces,
    )


def held(alerts: list[Alert], what: Truth, floor: Severity = "medium") -> Score:
    """Score with the default configuration."""
    return score(alerts, what, default_config().enabled_detectors(), Calendar(), floor)


def test_figures_of_a_small_case() -> None:
    """Two of four found at medium, one more at low; three of four alerts right."""
    first, second = deed(1, 0), deed(2, 10)
    other, quiet = deed(3, 5, officer="SM2"), deed(4, 7, officer="SM3")
    what = truth(
        offender(first, second),
        offender(other, officer="SM2", habit="burst"),
        offender(quiet, officer="SM3", habit="burst"),
        offender(deed(5, 9, officer="SM4"), officer="SM4", habit="burst"),
        innocents=(Innocent("SM9", "Name", "payslip-home", ""),),
    )
    alerts = [
        alert(1, first, second),
        alert(2, first),
        alert(3, other, officer="SM2", severity="high", detector="leaver"),
        alert(4, "innocent@x.example", officer="SM9"),
        alert(5, quiet, officer="SM3", severity="low"),
    ]
    found = held(alerts, what)
    assert (found.recall.got, found.recall.of, found.recall_at_any_severity.got) == (2, 4, 3)
    assert (found.precision.got, found.precision.of) == (3, 4)
    assert found.days == (0, 0)
    assert [(row.name, row.offenders.share, row.alerts.of) for row in found.habits] == [("burst", 1 / 3, 1), ("slow-drip", 1.0, 2)]
    assert [(wrong.key, wrong.looks_like) for wrong in found.wrong] == [("SM9", "payslip-home")]
    assert {(row.name, row.alerts.got, row.alerts.of) for row in found.detectors if row.alerts.of} == {
        ("slow-drip", 2, 3),
        ("leaver", 1, 1),
    }
    assert [missed.officer_id for missed in found.missed] == ["SM3", "SM4"]
    assert held(alerts, what, "high").recall.got == 1


def test_an_alert_on_an_offender_for_something_else_is_wrong() -> None:
    """Only a deed of theirs makes it right; so does an officer's deed in another officer's alert not."""
    what = truth(offender(deed(1, 0)), offender(deed(2, 0, officer="SM2"), officer="SM2"))
    found = held([alert(1, "tea@x.example"), alert(2, deed(2, 0, officer="SM2"))], what)
    assert (found.recall.got, found.precision.got, found.precision.of) == (0, 0, 2)


def test_an_alert_on_an_address_finds_all_whose_deeds_it_holds() -> None:
    """It is about no one officer."""
    both = deed(1, 0), deed(2, 3, officer="SM2")
    found = held([alert(1, *both, officer=None, detector="shared-address")], truth(offender(both[0]), offender(both[1], officer="SM2")))
    assert (found.recall.got, found.precision.got) == (2, 1)
    assert found.days == (0, 3)


def test_a_file_access_or_a_setting_is_known_by_its_record() -> None:
    """Also where one record gave several events."""
    done = deed(1, 2, kind="setting", id="r-1", files=())
    piece = AlertEvidence(
        activity_id="a", occurred_at=done.at, kind="setting", summary="", sources=(Source(feed="f", record_id="r-1#ForwardTo"),)
    )
    one = alert(1, "none@x.example")
    fields = {name: getattr(one, name) for name in one.__struct_fields__} | {"evidence": (piece,)}
    assert held([Alert(**fields)], truth(offender(done))).recall.got == 1


def test_the_first_alert_is_when_the_trigger_was() -> None:
    """Not when the alert's last mail was; where the trigger is not shown, the last is all that is known."""
    mails = [deed(number, 10 * number) for number in range(4)]
    triggered = alert(1, *mails[:3])
    assert triggered_at(triggered) == mails[2].at
    assert held([triggered], truth(offender(*mails))).days == (20,)
    fields = {name: getattr(triggered, name) for name in triggered.__struct_fields__} | {"alert_id": "another"}
    assert triggered_at(Alert(**fields)) == triggered.last_at


def test_who_must_be_found() -> None:
    """An item shown to be classified, or six such mails; a mail without a file to a mailbox that nothing shows is none."""
    bare = [deed(number, number, "hidden", "SM4", files=()) for number in range(9)]
    what = truth(
        offender(deed(1, 0, sensitive=True, told_by=("label",))),
        offender(deed(2, 0, officer="SM5", sensitive=True), officer="SM5"),
        offender(*(deed(10 + number, number, officer="SM2") for number in range(6)), officer="SM2"),
        offender(*(deed(20 + number, number, officer="SM3") for number in range(5)), officer="SM3"),
        offender(*bare, officer="SM4"),
    )
    assert (held([], what).must.got, held([], what).must.of) == (0, 2)
    assert (held([], what).sensitive.got, held([], what).sensitive.of) == (0, 2)
    assert held([], what).precision.share is None


@pytest.mark.parametrize(
    ("days", "told"),
    [
        (
            (0, 20),
            "below every rule: 1 of 3 mails in 7d (repeated-personal-email), 2 of 3 days in 30d (repeated-personal-email), 2 of 4 weeks",
        ),
        ((0, 0.1), "2 of 3 mails in 7d (repeated-personal-email), 1 of 3 days in 30d"),
        ((0, 7, 40, 47), "reaches 4 of 4 weeks in 365d (slow-drip), and no alert holds any of it"),
    ],
)
def test_a_miss_is_explained_from_what_was_done(days: tuple[float, ...], told: str) -> None:
    """By the rules in force, with what they would have measured."""
    missed = held([], truth(offender(*(deed(number, day) for number, day in enumerate(days))))).missed[0]
    assert told in missed.reason
    assert f"none of the {len(days)} sensitive" in missed.reason


def test_a_miss_tells_what_nothing_shows_and_what_was_too_quiet() -> None:
    """Renamed files, mailboxes that nothing shows, detectors that do not run, and alerts below the severity asked for."""
    hidden = offender(deed(1, 0, sensitive=True), detectors=("no-such-detector",))
    bare = offender(deed(2, 0, "hidden", "SM2", files=()), officer="SM2")
    quiet = deed(3, 0, officer="SM3")
    found = held([alert(1, quiet, officer="SM3", severity="low")], truth(hidden, bare, offender(quiet, officer="SM3"))).missed
    assert "1 of 1 sensitive, and nothing of it shown" in found[0].reason
    assert "not running: no-such-detector" in found[0].reason
    assert "no mail with a file" in found[1].reason
    assert found[2].reason == "alerted, but slow-drip at low only (score 3)"


def test_a_miss_is_told_by_the_rules_of_the_configuration() -> None:
    """Not by those of the defaults."""
    written = "detectors: {slow-drip: {rules: [{window: 100d, measure: weeks, threshold: 9}]}, repeated-personal-email: {enabled: false}}"
    detectors = parse_config(written, "force.yaml").enabled_detectors()
    missed = score([], truth(offender(deed(1, 0))), detectors, Calendar()).missed[0]
    assert missed.reason.startswith("below every rule: 1 of 9 weeks in 100d (slow-drip); ")


def test_windows_are_measured_as_detectors_do() -> None:
    """A piece a whole window before the end is outside; days and weeks are those of the force's calendar."""
    detectors = default_config().enabled_detectors()
    seven, thirty = detectors["repeated-personal-email"].config.rules
    exact = [deed(0, 0), deed(1, 3), deed(2, 7)]
    assert most_in(exact, seven, Calendar()) == 2
    assert most_in([*exact, deed(3, 6.99)], seven, Calendar()) == 3
    assert most_in([deed(0, 0), deed(1, 0.6), deed(2, 0.7)], thirty, Calendar()) == 2


def test_alerts_are_read_as_scan_writes_them(tmp_path: Path) -> None:
    """The newest of an id, if it stands; a line that is none is told with its place."""
    path = tmp_path / "alerts.ndjson"
    one, two = alert(1, "a@x.example"), alert(2, "b@x.example")
    fields = {name: getattr(one, name) for name in one.__struct_fields__}
    withdrawn = Alert(**(fields | {"revision": 2, "status": "withdrawn", "change": "withdrawn"}))
    path.write_bytes(dumps(withdrawn) + dumps(one) + b"\n" + dumps(two))
    assert [each.alert_id for each in read_alerts(path)] == [two.alert_id]
    path.write_bytes(dumps(two) + b'{"alert_id": 1}\n')
    with pytest.raises(CustodietError, match=r"alerts\.ndjson line 2 is no alert"):
        read_alerts(path)
    with pytest.raises(CustodietError, match="cannot read"):
        read_alerts(tmp_path / "none")


def test_a_truth_comes_back_as_it_was_written(tmp_path: Path) -> None:
    """And anything else is refused."""
    what = truth(offender(deed(1, 0, sensitive=True, told_by=("name",))), innocents=(Innocent("SM9", "n", "namesake", "w"),))
    path = tmp_path / "truth.json"
    write_truth(path, what)
    assert read_truth(path) == what
    path.write_text('{"offenders": []}', "utf-8")
    with pytest.raises(CustodietError, match="is no truth of a simulated force"):
        read_truth(path)
    with pytest.raises(CustodietError, match="cannot read"):
        read_truth(tmp_path / "none")
