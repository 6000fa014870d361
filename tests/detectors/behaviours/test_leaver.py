"""A leaver who takes work along: which dates make a mail a leaver's, and what runs of them become."""

from datetime import timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from detectors.behaviours.leaver import Config, Leaver
from detectors.engine.facts import Record
from detectors.testing import Example, Mails, address, at, document, exception_fact, force, run, subject_fact
from schemas.records import Activity, Alert

MAILS = Mails()
DAY = 86_400_000
LAST_DAY = "2026-05-29"
LEAVES = subject_fact(last_day=LAST_DAY)
OWN = [address(own="declared")]


def mail(when: str | int = "2026-05-20", **changes: Any) -> Activity:
    """Return a mail with an attachment to a personal address, unless told otherwise."""
    return MAILS.mail(when, **changes)


def alerts(*records: Record, **config: Any) -> list[Alert]:
    """Return what the detector says of these records, earliest first."""
    return sorted(run([Leaver(Config.model_validate(config), force())], records), key=lambda alert: alert.first_at)


EXAMPLES = (
    Example(
        "within_window / exact_window: from 30 d before the last day on",
        fires=(LEAVES, mail(at(LAST_DAY) - 30 * DAY)),
        near_miss=(LEAVES, mail(at(LAST_DAY) - 30 * DAY - 1)),
    ),
    Example(
        "within_window / exact_window: to the end of the last day",
        fires=(LEAVES, mail(at(LAST_DAY) + DAY - 1)),
        near_miss=(LEAVES, mail(at(LAST_DAY) + DAY)),
    ),
    Example(
        "while suspended, from the first instant on",
        fires=(subject_fact(suspended_from="2026-05-20"), mail()),
        near_miss=(subject_fact(suspended_from="2026-05-20T00:01"), mail()),
    ),
    Example(
        "while suspended, up to the end, which is no part of it",
        fires=(subject_fact(suspended_from="2026-05-01", suspended_to="2026-05-20T00:01"), mail()),
        near_miss=(subject_fact(suspended_from="2026-05-01", suspended_to="2026-05-20"), mail()),
    ),
    Example("an officer who leaves, not one who stays", fires=(LEAVES, mail()), near_miss=(subject_fact(trained_at="2026-05-19"), mail())),
    Example("at_floor / below_floor: one such mail", fires=(LEAVES, mail()), near_miss=(LEAVES, mail(documents=()))),
    Example(
        "at_floor / below_floor: by a threshold of the force's own",
        fires=(LEAVES, mail(), mail("2026-05-21"), mail("2026-05-22")),
        near_miss=(LEAVES, mail("2026-04-20"), mail(), mail("2026-05-21")),
        config={"rules": [{"window": "30d", "measure": "count", "threshold": 3}]},
    ),
    Example(
        "earlier than that where the force says so",
        fires=(LEAVES, mail(at(LAST_DAY) - 90 * DAY)),
        near_miss=(LEAVES, mail(at(LAST_DAY) - 90 * DAY - 1)),
        config={"before": "90d"},
    ),
    Example(
        "to an own account, content or not",
        fires=(LEAVES, mail(documents=(), to=OWN)),
        near_miss=(LEAVES, mail(documents=(), to=[address(own="possible")])),
    ),
    Example(
        "not what was authorised",
        fires=(LEAVES, exception_fact(limit=1), mail(), mail("2026-05-21")),
        near_miss=(LEAVES, exception_fact(), mail()),
    ),
)


@pytest.mark.parametrize(
    ("changes", "score", "severity"),
    [
        ({}, 4, "medium"),
        ({"to": OWN}, 6, "medium"),
        ({"documents": [document(marking="OFFICIAL-SENSITIVE")]}, 6, "medium"),
        ({"documents": [document(marking="OFFICIAL-SENSITIVE")], "to": OWN}, 8, "high"),
        ({"documents": (), "to": [address(own="likely")]}, 3, "low"),
    ],
)
def test_the_worst_mail_and_the_leaving_make_the_score(changes: dict[str, Any], score: int, severity: str) -> None:
    """Two points more than the mail alone; without content, to what is only likely an own account, it is held at low."""
    (alert,) = alerts(LEAVES, mail(**changes))
    assert (alert.score, alert.severity) == (score, severity)


def test_the_mails_of_the_last_days_are_one_alert() -> None:
    """Those before them are no part of it."""
    (alert,) = alerts(LEAVES, mail("2026-04-01"), *(mail(f"2026-05-{day}T09:00") for day in range(10, 30, 4)))
    assert (alert.first_at, alert.evidence_count) == (at("2026-05-10T09:00"), 5)


def test_a_last_day_that_is_entered_later_still_counts() -> None:
    """The mail is judged anew when the date comes."""
    assert alerts(mail(), subject_fact(trained_at="2025-01-01")) == []
    assert len(alerts(mail(), LEAVES)) == 1


def test_a_last_day_that_is_moved_far_away_takes_the_alert_back() -> None:
    """The officer stays after all: a later revision of the same record."""
    assert alerts(LEAVES, mail(), subject_fact(revision=2, last_day="2027-05-29")) == []


@pytest.mark.parametrize(
    ("dates", "words"),
    [
        ({"last_day": LAST_DAY}, "was sent in the last 30d of service"),
        ({"suspended_from": "2026-05-01"}, "was sent under suspension"),
        ({"last_day": LAST_DAY, "suspended_from": "2026-05-01"}, "was sent in the last 30d of service and under suspension"),
    ],
)
def test_the_reason_says_which_it_was(dates: dict[str, str], words: str) -> None:
    """Leaving, suspension or both."""
    (alert,) = alerts(subject_fact(**dates), mail())
    assert [reason.words for reason in alert.reasons if reason.code == "leaver"] == [words]


def test_a_long_suspension_is_an_alert_for_every_run() -> None:
    """Mails more than thirty days apart are two stories, and a run over a quarter's end is two parts."""
    told = [mail(when) for when in ("2026-01-10", "2026-03-20", "2026-04-05")]
    assert [alert.evidence_count for alert in alerts(subject_fact(suspended_from="2026-01-01"), *told)] == [1, 1, 1]


def test_reach_is_the_widest_window() -> None:
    """However long before the last day the mails count."""
    assert Leaver(Config.model_validate({"before": "90d"}), force()).reach == timedelta(days=30)


def test_a_time_before_the_last_day_cannot_be_negative() -> None:
    """It is refused, as is what is no duration."""
    for before in (timedelta(days=-1), "soon"):
        with pytest.raises(ValidationError):
            Config.model_validate({"before": before})
