"""Again, after training or a warning: what makes an earlier case, how long it is remembered, and what monitoring does."""

from datetime import timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from detectors.behaviours.again_after_training import AgainAfterTraining, Config
from detectors.engine.facts import Record
from detectors.testing import Example, Mails, address, at, document, exception_fact, force, run, subject_fact, view_of
from schemas.records import Activity, Alert

MAILS = Mails()
DAY = 86_400_000
TRAINED = "2026-03-02"
DAY_AFTER = at(TRAINED) + DAY
AGAIN = "2026-05-04"
OS = (document(marking="OFFICIAL-SENSITIVE"),)
TRAINING = subject_fact(trained_at=TRAINED)


def mails(*instants: str | int, **changes: Any) -> tuple[Activity, ...]:
    """Return a mail at each of these instants, with an attachment to a personal address unless told otherwise."""
    return tuple(MAILS.mail(instant, **changes) for instant in instants)


BURST = mails("2026-02-02", "2026-02-03", "2026-02-04")
"""A case, four weeks before the training."""


def alerts(*records: Record, **config: Any) -> list[Alert]:
    """Return what the detector says of these records, earliest first."""
    return sorted(run([AgainAfterTraining(Config.model_validate(config), force())], records), key=lambda alert: alert.first_at)


def words(alert: Alert) -> str:
    """Return what the alert says of why it is one."""
    (told,) = (reason.words for reason in alert.reasons if reason.code == "again-after-training")
    return told


EXAMPLES = (
    Example("after training that followed a case", fires=(TRAINING, *BURST, *mails(AGAIN)), near_miss=(TRAINING, *BURST)),
    Example(
        "a case, not one innocent mail before routine training",
        fires=(TRAINING, *BURST, *mails(AGAIN)),
        near_miss=(TRAINING, *BURST[:1], *mails(AGAIN)),
    ),
    Example(
        "after a warning as after training",
        fires=(subject_fact(warned_at=TRAINED), *BURST, *mails(AGAIN)),
        near_miss=(subject_fact(), *BURST, *mails(AGAIN)),
    ),
    Example(
        "at_floor / below_floor: three mails in a week are a case",
        fires=(TRAINING, *mails("2026-02-02T09:00", "2026-02-02T10:00", "2026-02-03"), *mails(AGAIN)),
        near_miss=(TRAINING, *mails("2026-02-02T09:00", "2026-02-03"), *mails(AGAIN)),
    ),
    Example(
        "three days of thirty are a case, the first just within",
        fires=(TRAINING, *mails(at("2026-01-03") + 1, "2026-01-20", "2026-02-02"), *mails(AGAIN)),
        near_miss=(TRAINING, *mails(at("2026-01-03"), "2026-01-20", "2026-02-02"), *mails(AGAIN)),
    ),
    Example(
        "four weeks of a year are a case",
        fires=(TRAINING, *mails("2025-07-07", "2025-09-08", "2025-11-10", "2026-01-12"), *mails(AGAIN)),
        near_miss=(TRAINING, *mails("2025-09-08", "2025-11-10", "2026-01-12"), *mails(AGAIN)),
    ),
    Example(
        "one sensitive mail is a case",
        fires=(TRAINING, *mails("2026-02-02", documents=OS), *mails(AGAIN)),
        near_miss=(TRAINING, *mails("2026-02-02"), *mails(AGAIN)),
    ),
    Example(
        "within_window / exact_window: the case within a year up to the end of the day",
        fires=(TRAINING, *mails(DAY_AFTER - 365 * DAY, documents=OS), *mails(AGAIN)),
        near_miss=(TRAINING, *mails(DAY_AFTER - 365 * DAY - 1, documents=OS), *mails(AGAIN)),
    ),
    Example(
        "within_window / exact_window: from the day after on",
        fires=(TRAINING, *BURST, *mails(DAY_AFTER)),
        near_miss=(TRAINING, *BURST, *mails(DAY_AFTER - 1)),
    ),
    Example(
        "within_window / exact_window: as long as it is remembered",
        fires=(TRAINING, *BURST, *mails(DAY_AFTER + 700 * DAY - 1)),
        near_miss=(TRAINING, *BURST, *mails(DAY_AFTER + 700 * DAY)),
    ),
    Example(
        "the case before the training, not after it",
        fires=(TRAINING, *BURST, *mails(AGAIN)),
        near_miss=(TRAINING, *mails("2026-05-04", "2026-05-05", "2026-05-06")),
    ),
    Example(
        "such a mail, not any",
        fires=(TRAINING, *BURST, *mails(AGAIN)),
        near_miss=(TRAINING, *BURST, *mails(AGAIN, documents=())),
    ),
    Example(
        "under enhanced monitoring any such mail, up to its end",
        fires=(subject_fact(monitored_from=AGAIN), *mails(AGAIN)),
        near_miss=(subject_fact(monitored_from="2026-01-01", monitored_to=AGAIN), *mails(AGAIN)),
    ),
    Example(
        "a case that was not authorised",
        fires=(TRAINING, exception_fact(limit=1, ends=TRAINED), *BURST, *mails("2026-02-05", AGAIN)),
        near_miss=(TRAINING, exception_fact(ends=TRAINED), *BURST, *mails("2026-02-05", AGAIN)),
    ),
    Example(
        "at_floor / below_floor: by figures of the force's own",
        fires=(TRAINING, *BURST[1:], *mails(AGAIN, "2026-05-05")),
        near_miss=(TRAINING, *BURST[1:], *mails(AGAIN)),
        config={
            "case_rules": [{"window": "30d", "measure": "count", "threshold": 2}],
            "case_within": "60d",
            "remembered": "90d",
            "rules": [{"window": "7d", "measure": "count", "threshold": 2}],
        },
    ),
)


@pytest.mark.parametrize(
    ("changes", "score", "severity"),
    [
        ({}, 5, "medium"),
        ({"to": [address(own="likely")]}, 7, "high"),
        ({"documents": OS, "to": [address(own="declared")]}, 9, "critical"),
        ({"documents": (), "to": [address(own="likely")]}, 3, "low"),
    ],
)
def test_the_worst_mail_after_it_makes_the_score(changes: dict[str, Any], score: int, severity: str) -> None:
    """Three points more than the mail alone; what the earlier case carried is not added."""
    (alert,) = alerts(TRAINING, *mails("2026-02-02", documents=OS), *mails(AGAIN, **changes))
    assert (alert.score, alert.severity) == (score, severity)


def test_the_alert_tells_only_of_what_came_after() -> None:
    """The earlier case has alerts of its own."""
    (alert,) = alerts(TRAINING, *BURST, *mails(AGAIN, "2026-05-20"))
    assert (alert.first_at, alert.last_at, alert.evidence_count) == (at(AGAIN), at("2026-05-20"), 2)


def test_the_reason_names_the_latest_that_followed_a_case() -> None:
    """A training before the case, or one that no case preceded, is not what it came after."""
    rows = [
        subject_fact("r1", trained_at="2025-01-06"),
        subject_fact("r2", trained_at=TRAINED, warned_at="2026-04-01"),
    ]
    (alert,) = alerts(*rows, *BURST, *mails(AGAIN))
    assert words(alert) == "happened again after the warning of 2026-04-01, which followed an earlier case"


def test_the_day_is_named_as_the_force_writes_it() -> None:
    """In summer the day begins at 23:00 UTC of the day before."""
    (alert,) = alerts(subject_fact(warned_at="2026-04-01T23:00"), *BURST, *mails(AGAIN))
    assert "of 2026-04-02" in words(alert)


def test_the_reason_names_the_monitoring() -> None:
    """Where no training or warning applies; a run may have come after several things."""
    watched = subject_fact("r2", monitored_from="2026-02-20")
    (alone,) = alerts(watched, *mails(AGAIN))
    assert words(alone) == "happened again under enhanced monitoring"
    (both,) = alerts(TRAINING, watched, *BURST, *mails("2026-02-25", "2026-03-10"))
    assert words(both) == ("happened again under enhanced monitoring; after the training of 2026-03-02, which followed an earlier case")


def test_training_that_is_entered_later_still_counts() -> None:
    """The mails are judged anew when the date comes, and the alert is gone when it is taken back."""
    assert alerts(*BURST, *mails(AGAIN)) == []
    assert len(alerts(*BURST, *mails(AGAIN), TRAINING)) == 1
    assert alerts(*BURST, *mails(AGAIN), TRAINING, subject_fact(revision=2)) == []


def test_an_earlier_case_may_be_settled() -> None:
    """Settled mails belong to no alert again, and are context as good as any."""
    detector = AgainAfterTraining(Config(), force())
    settled = frozenset(mail.activity_id for mail in BURST)
    (episode,) = detector.judge(view_of(detector, [TRAINING, *BURST, *mails(AGAIN)], settled=settled))
    assert [piece.at for piece in episode.evidence] == [at(AGAIN)]


def test_under_monitoring_half_a_case_is_one() -> None:
    """Two mails in a week raise an alert of ``repeated-personal-email`` then, and training after them follows a case."""
    watched = subject_fact("r2", monitored_from="2026-02-01", monitored_to="2026-03-01")
    found = alerts(TRAINING, watched, *BURST[:2], *mails(AGAIN))
    assert [alert.first_at for alert in found] == [at("2026-02-02"), at(AGAIN)]


def test_reach_is_all_that_is_looked_back_at() -> None:
    """No longer than that of ``slow-drip`` by default."""
    assert AgainAfterTraining(Config(), force()).reach == timedelta(days=1095)


def test_a_case_that_is_looked_for_in_too_short_a_time_is_refused() -> None:
    """A window longer than ``case_within`` would promise what is not looked at."""
    with pytest.raises(ValidationError, match="case_within"):
        Config.model_validate({"case_within": "90d"})
