"""A known document, sent again: by how many, how often, and when it is common."""

from datetime import timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from detectors.behaviours.known_document import Config, KnownDocument
from detectors.engine.bounds import WHOLE_PER_DAY
from detectors.engine.facts import Record
from detectors.testing import Example, Mails, address, at, document, force, run, under
from schemas.records import Activity, Alert

HASH = "ab" * 32
DAY = 86_400_000
FIRST = at("2025-01-06T09:00")


def mail(officer: str, days: float = 0, *, to: Any = None, **fields: Any) -> Activity:
    """Return a mail that took the document along, so many days after the first."""
    told = Mails(officer).mail(FIRST + int(days * DAY), to=[to or address()], documents=[document("list.xlsx", sha256=HASH, **fields)])
    return under("document", HASH, told)


def crowd(count: int, days: float = 0) -> tuple[Activity, ...]:
    """Return one mail each by so many officers."""
    return tuple(mail(f"N2{number:03}", days) for number in range(count))


def alerts(*records: Record, **config: Any) -> list[Alert]:
    """Return what the detector says of these records, in the order of time."""
    return sorted(run([KnownDocument(Config.model_validate(config), force())], records), key=lambda alert: alert.first_at)


SHORT = {
    "rules": [{"window": "10d", "measure": "officers", "threshold": 2}],
    "common_above": 3,
    "common_window": "10d",
}

EXAMPLES = (
    Example("by two officers, not twice by one", fires=(mail("N1001"), mail("N1002")), near_miss=(mail("N1001"), mail("N1001", 1))),
    Example(
        "three times by one officer",
        fires=(mail("N1001"), mail("N1001", 1), mail("N1001", 2)),
        near_miss=(mail("N1001"), mail("N1001", 1)),
    ),
    Example(
        "within a year, the first just within",
        fires=(mail("N1001"), mail("N1002", 364.9)),
        near_miss=(mail("N1001"), mail("N1002", 365)),
    ),
    Example(
        "to personal addresses",
        fires=(mail("N1001"), mail("N1002", to=address("a@relay.example", "relay"))),
        near_miss=(mail("N1001"), mail("N1002", to=address("a@trade.example", "external"))),
    ),
    Example("by three officers, not by four: then it is common", fires=crowd(3), near_miss=crowd(4), config=SHORT),
    Example(
        "common only while more than three send it within ten days",
        fires=(*crowd(3), mail("N1001", 10)),
        near_miss=(*crowd(3), mail("N1001", 9.9)),
        config=SHORT,
    ),
)


def test_below_floor() -> None:
    """Twice by one officer is no alert."""
    assert alerts(mail("N1001"), mail("N1001", 9)) == []


def test_at_floor() -> None:
    """The third time is, with all three and their officers."""
    (alert,) = alerts(mail("N1001"), mail("N1001", 9), mail("N1001", 20))
    assert (alert.grouping, alert.key, alert.officer_id) == ("document", HASH, None)
    assert [piece.officer_id for piece in alert.evidence] == ["N1001"] * 3
    assert (alert.score, alert.severity) == (3, "low")
    assert "one document was sent 3 times by 1 officer" in {reason.words for reason in alert.reasons}


def test_within_window() -> None:
    """A millisecond before the first leaves the window."""
    assert len(alerts(mail("N1001"), mail("N1002", 10 - 1 / DAY), **SHORT)) == 1


def test_exact_window() -> None:
    """Exactly the window after the first it is too late."""
    assert alerts(mail("N1001"), mail("N1002", 10), **SHORT) == []


@pytest.mark.parametrize(
    ("officers", "severity"), [(["N1001"] * 3, "low"), (["N1001", "N1002"], "medium"), (["N1001", "N1002", "N1003"], "medium")]
)
def test_several_officers_weigh_more_than_one_who_repeats_it(officers: list[str], severity: str) -> None:
    """Twice as much, however many they are."""
    (alert,) = alerts(*(mail(officer, day) for day, officer in enumerate(officers)))
    assert alert.severity == severity


def test_a_class_weighs() -> None:
    """A protected person's file that makes the rounds is critical."""
    (alert,) = alerts(mail("N1001"), mail("N1002", 1, protected=True, categories=("witness protection",)))
    assert alert.severity == "critical"


@pytest.mark.parametrize(("officers", "fires"), [(20, True), (21, False)])
def test_what_more_than_twenty_officers_send_is_common(officers: int, *, fires: bool) -> None:
    """A leaflet for applicants is sent by everybody."""
    assert bool(alerts(*crowd(officers))) is fires


def test_that_it_is_common_withdraws_what_was_alerted() -> None:
    """However the mails came: with the twenty-first officer nothing of the year stands."""
    log = [mail(f"N2{number:03}", number) for number in range(21)]
    detector = KnownDocument(Config(), force())
    assert len(run([detector], log[:20], chunk=1)) == 1
    assert run([detector], log, chunk=1) == []
    assert run([detector], [*log[:7], *reversed(log[7:])], chunk=3) == []


def test_common_mails_make_no_later_one_too_many() -> None:
    """What was sent while it was common is not counted with what was sent after."""
    assert alerts(*crowd(4), mail("N1001", 9), mail("N1001", 12), **SHORT) == []
    (alert,) = alerts(*crowd(4), mail("N1001", 12), mail("N1002", 13), **SHORT)
    assert {piece.officer_id for piece in alert.evidence} == {"N1001", "N1002"}


def test_in_a_flood_every_officer_still_counts() -> None:
    """Of a crowded day's mails beyond 200 it is still known whose they are: common is what is common."""
    flood = [mail("N1001", i / DAY) for i in range(WHOLE_PER_DAY + 5)]
    assert len(alerts(*flood)) == 1
    assert alerts(*flood, *crowd(20, 0.1)) == []


def test_reach_holds_what_makes_the_neighbours_common() -> None:
    """A mail is counted with those a window away, and each of these is common by those a window from it."""
    assert KnownDocument(Config(), force()).reach == timedelta(days=730)


@pytest.mark.parametrize("wrong", [{"rules": []}, {"common_above": 0}, {"common_window": "0d"}])
def test_figures_that_mean_nothing_are_refused(wrong: dict[str, Any]) -> None:
    """No rule, nobody, no time."""
    with pytest.raises(ValidationError):
        Config.model_validate(wrong)
