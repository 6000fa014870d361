"""Repeated use of personal e-mail: what fires, what just misses, and what the officer's dates and exceptions do to it."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from detectors.behaviours.repeated_personal_email import Config, RepeatedPersonalEmail
from detectors.engine.facts import Record
from detectors.testing import Example, Mails, address, at, document, exception_fact, force, run, subject_fact
from schemas.records import Activity, Alert, Classification

MAILS = Mails()
THREE = ("2026-05-04", "2026-05-05", "2026-05-06")
OWN_TRADE = [address("me@trade.example", "external")]
OFFICIAL_SENSITIVE = Classification(marking="OFFICIAL-SENSITIVE")


def mails(*instants: str | int, **changes: Any) -> tuple[Activity, ...]:
    """Return a mail at each of these instants, with an attachment to a personal address unless told otherwise."""
    return tuple(MAILS.mail(instant, **changes) for instant in instants)


def to(name: str, when: str) -> Activity:
    """Return a mail to somebody at a provider."""
    return MAILS.mail(when, to=[address(f"{name}@mail.example")])


def alerts(*records: Record, **config: Any) -> list[Alert]:
    """Return what the detector says of these records."""
    return run([RepeatedPersonalEmail(Config.model_validate(config), force())], records)


def codes(alert: Alert) -> set[str]:
    """Return the codes of an alert's reasons."""
    return {reason.code for reason in alert.reasons}


EXAMPLES = (
    Example(
        "three mails in 7 d, the first just within",
        fires=mails(at("2026-05-01") + 1, "2026-05-07T23:00", "2026-05-08"),
        near_miss=mails(at("2026-05-01"), "2026-05-07T23:00", "2026-05-08"),
        config={"rules": [{"window": "7d", "measure": "count", "threshold": 3}]},
    ),
    Example(
        "three mails in 7 d, not two",
        fires=mails("2026-05-04T09:00", "2026-05-04T10:00", "2026-05-05"),
        near_miss=mails("2026-05-04T09:00", "2026-05-05"),
    ),
    Example(
        "three days in 30 d, the first just within",
        fires=mails(at("2026-05-01") + 1, "2026-05-16", "2026-05-31"),
        near_miss=mails(at("2026-05-01"), "2026-05-16", "2026-05-31"),
    ),
    Example(
        "three civil days, not three mails",
        fires=mails("2026-05-01", "2026-05-12", "2026-05-23"),
        near_miss=mails("2026-05-01", "2026-05-12T00:00", "2026-05-12T20:00"),
    ),
    Example("with an attachment", fires=mails(*THREE), near_miss=mails(*THREE, documents=())),
    Example(
        "with a label or marking on the message",
        fires=mails(*THREE, documents=(), content=True, message=OFFICIAL_SENSITIVE),
        near_miss=mails(*THREE, documents=(), content=False),
    ),
    Example(
        "to an own account, content or not",
        fires=mails(*THREE, documents=(), to=[address(own="likely")]),
        near_miss=mails(*THREE, documents=(), to=[address(own="possible")]),
    ),
    Example(
        "to an account that the officer declared, whatever its class",
        fires=(subject_fact(personal_addresses=("me@trade.example",)), *mails(*THREE, to=OWN_TRADE)),
        near_miss=(subject_fact(personal_addresses=("me@elsewhere.example",)), *mails(*THREE, to=OWN_TRADE)),
    ),
    Example(
        "to a disposable or relay address, not to a partner or a business",
        fires=(
            MAILS.mail("2026-05-04", to=[address("a@bin.example", "disposable")]),
            MAILS.mail("2026-05-05", to=[address("b@relay.example", "relay")]),
            MAILS.mail("2026-05-06", to=[address("c@bin.example", "disposable")]),
        ),
        near_miss=(
            MAILS.mail("2026-05-04", to=[address("a@force.example", "partner")]),
            MAILS.mail("2026-05-05", to=[address("b@trade.example", "external")]),
            MAILS.mail("2026-05-06", to=[address("c@union.example", "protected")]),
        ),
    ),
    Example(
        "beyond the limit of an exception",
        fires=(exception_fact(limit=2), *mails(*THREE, "2026-05-07", "2026-05-08")),
        near_miss=(exception_fact(limit=2), *mails(*THREE, "2026-05-07")),
    ),
    Example(
        "by a rule of the force's own",
        fires=(to("a", "2026-05-04"), to("b", "2026-05-05")),
        near_miss=(to("a", "2026-05-04"), to("a", "2026-05-05")),
        config={"rules": [{"window": "2d", "measure": "addresses", "threshold": 2}]},
    ),
)


def test_a_burst_is_one_alert_with_all_of_its_mails() -> None:
    """The alert names its first and last mail, counts all, and is named by the mail that made it too many."""
    (alert,) = alerts(*mails(*THREE, "2026-05-07"))
    (three,) = alerts(*mails(*THREE))
    assert (alert.first_at, alert.last_at, alert.evidence_count) == (at("2026-05-04"), at("2026-05-07"), 4)
    assert alert.alert_id == three.alert_id
    assert (alert.detector, alert.officer_id, alert.key) == ("repeated-personal-email", "N1001", "N1001")


def test_unclassified_attachments_to_somebody_else_are_low() -> None:
    """Personal address 1, attachment 1, repeat 1."""
    (alert,) = alerts(*mails(*THREE))
    assert (alert.score, alert.severity, codes(alert)) == (3, "low", {"personal-address", "attachment", "repeat"})


@pytest.mark.parametrize(("own", "severity", "score"), [("likely", "low", 3), ("declared", "medium", 4)])
def test_without_content_only_a_declared_account_lifts_above_low(own: Any, severity: str, score: int) -> None:
    """An account that is likely the officer's own by its name alone may be a namesake's."""
    (alert,) = alerts(*mails(*THREE, documents=(), to=[address(own=own)]))
    assert (alert.severity, alert.score) == (severity, score)


@pytest.mark.parametrize(
    ("last_day", "leaving"),
    [
        ("2026-06-05", True),  # the last mail lies exactly 30 d before
        ("2026-06-05T00:01", False),
        ("2026-05-04", True),  # the first mail lies on it
        ("2026-05-01", False),  # all come after it
    ],
)
def test_mails_in_the_last_thirty_days_are_a_leavers(last_day: str, leaving: bool) -> None:  # noqa: FBT001 - a table's column
    """One of the mails in the 30 days before the last day, or on it, adds the leaver's points, whenever the date became known."""
    (alert,) = alerts(*mails(*THREE), subject_fact(last_day=last_day))
    assert ("leaver" in codes(alert)) is leaving
    assert alert.score == (5 if leaving else 3)


@pytest.mark.parametrize(("until", "suspended"), [("2026-05-05", True), ("2026-05-04", False), (None, True)])
def test_mails_under_suspension_are_a_leavers(until: str | None, suspended: bool) -> None:  # noqa: FBT001 - a table's column
    """A suspension counts from its first instant up to its end, which is no part of it."""
    (alert,) = alerts(subject_fact(suspended_from="2026-05-01", suspended_to=until), *mails(*THREE))
    assert ("leaver" in codes(alert)) is suspended


def test_withheld_mail_counts_and_quotes_nothing() -> None:
    """A mail that the staff federation got too is evidence; subject, names and the protected address are not told."""
    union = address(None, "protected")
    withheld = mails(*THREE, to=[address(), union], documents=[document(None)], subject=None, withheld=True)
    (alert,) = alerts(*withheld)
    assert alert.evidence_count == 3
    assert {piece.summary for piece in alert.evidence} == {"A mail with 1 attachment to sam.doe@mail.example (personal)"}
    assert {each.name for piece in alert.evidence for each in piece.documents} == {None}


def test_mails_to_the_federation_alone_are_nothing() -> None:
    """Nobody's union mail is read, however often."""
    assert alerts(*mails(*THREE, to=[address(None, "protected")], withheld=True)) == []


def test_shadow_is_counted_beside_the_evidence_and_not_shown() -> None:
    """Mails without content between the first and the last are told as a number; those outside are not."""
    idle = mails("2026-05-03", "2026-05-05T12:00", "2026-05-07", documents=())
    (alert,) = alerts(*mails(*THREE), *idle)
    assert (alert.evidence_count, alert.shadow_count, len(alert.evidence)) == (3, 1, 3)


def test_authorised_mails_are_shown_with_who_allowed_them() -> None:
    """What an exception covers does not count, and stands among the evidence where it lies."""
    (alert,) = alerts(exception_fact(limit=1, starts="2026-05-05"), *mails("2026-05-04", "2026-05-05", "2026-05-06", "2026-05-07"))
    assert [(piece.authorised_by, piece.occurred_at) for piece in alert.evidence] == [
        (None, at("2026-05-04")),
        ("Supt Ash", at("2026-05-05")),
        (None, at("2026-05-06")),
        (None, at("2026-05-07")),
    ]
    assert (alert.evidence_count, alert.shadow_count) == (3, 1)


def test_quiet_between_bursts_makes_two_alerts() -> None:
    """Two bursts whose windows hold nothing in common are two stories."""
    first, second = mails(*THREE), mails("2026-06-08", "2026-06-09", "2026-06-10")
    assert [alert.evidence_count for alert in sorted(alerts(*first, *second), key=lambda alert: alert.first_at)] == [3, 3]


def test_reach_is_the_widest_window() -> None:
    """A rule added for a longer window keeps evidence for as long."""
    wide = Config.model_validate(
        {"rules": [{"window": "90d", "measure": "days", "threshold": 9}, {"window": "1d", "measure": "count", "threshold": 2}]}
    )
    assert RepeatedPersonalEmail(wide, force()).reach == timedelta(days=90)


@pytest.mark.parametrize(
    "rules", [[], [{"window": "7d", "measure": "count", "threshold": 0}], [{"window": "7d", "measure": "mails", "threshold": 3}]]
)
def test_rules_that_mean_nothing_are_refused(rules: list[Any]) -> None:
    """No rule at all, a threshold that everything reaches, a measure that there is not."""
    with pytest.raises(ValidationError):
        Config.model_validate({"rules": rules})


def test_other_kinds_are_no_evidence() -> None:
    """A file event of the same officer counts for nothing here."""
    files: Iterable[Activity] = mails(*THREE, kind="file")
    assert alerts(*files) == []
