"""Mail is forwarded outside: what is outside, what ends a forwarding, and when the same setting again is no news."""

from datetime import timedelta
from typing import Any

import msgspec
import pytest
from pydantic import ValidationError

from detectors.behaviours.auto_forward import AutoForward, Config
from detectors.engine.facts import Record
from detectors.testing import Example, Mails, address, at, force, run, subject_fact
from schemas.records import Activity, Alert

MAILS = Mails()
DAY = 86_400_000
SET = "2026-05-04"
UNION = address(None, "protected")
PARTNER = address("desk@force.example", "partner")


def forward(when: str | int = SET, **changes: Any) -> Activity:
    """Return a ``ForwardTo`` to a personal address, unless told otherwise."""
    return MAILS.setting(when, **changes)


def removed(when: str | int, setting: str = "ForwardTo") -> Activity:
    """Return the removal of a setting, which names no target."""
    return MAILS.setting(when, f"removed-{when}-{setting}", setting=setting, action="removed", to=())


def alerts(*records: Record, **config: Any) -> list[Alert]:
    """Return what the detector says of these records, earliest first."""
    return sorted(run([AutoForward(Config.model_validate(config), force())], records), key=lambda alert: alert.first_at)


EXAMPLES = (
    Example(
        "to a personal address, not within the force",
        fires=(forward(),),
        near_miss=(forward(to=()),),
    ),
    Example("set, not removed", fires=(forward(),), near_miss=(forward(action="removed"),)),
    Example("not an empty value or a rule that only deletes", fires=(forward(),), near_miss=(removed(SET, "DeleteMessage"),)),
    Example(
        "to a business as to anybody",
        fires=(forward(to=[address("desk@trade.example", "external")]),),
        near_miss=(forward(to=[address("desk@@trade", "invalid")]),),
    ),
    Example(
        "to a partner, unless the force says that partners are no outsiders",
        fires=(forward(to=[PARTNER, address()]),),
        near_miss=(forward(to=[PARTNER]),),
        config={"partners": False},
    ),
    Example("to a partner by default", fires=(forward(to=[PARTNER]),), near_miss=(forward(to=[UNION]),)),
    Example(
        "not to protected channels alone",
        fires=(forward(to=[UNION, address()], withheld=True),),
        near_miss=(forward(to=[UNION], withheld=True),),
    ),
    Example(
        "to an account that the officer declared, whatever its class",
        fires=(subject_fact(personal_addresses=("desk@force.example",)), forward(to=[PARTNER])),
        near_miss=(subject_fact(personal_addresses=("else@force.example",)), forward(to=[PARTNER])),
        config={"partners": False},
    ),
)


@pytest.mark.parametrize(
    ("target", "score", "severity"),
    [
        (address(own="declared"), 9, "critical"),
        (address(own="likely"), 9, "critical"),
        (address(class_="relay"), 9, "critical"),
        (address(class_="disposable"), 9, "critical"),
        (address(), 7, "high"),
        (address(own="possible"), 7, "high"),
        (address(class_="external"), 6, "medium"),
        (PARTNER, 6, "medium"),
    ],
)
def test_the_target_decides_over_severity(target: Any, score: int, severity: str) -> None:
    """Six points for the forwarding, and where it goes."""
    (alert,) = alerts(forward(to=[target]))
    assert (alert.score, alert.severity, alert.evidence_count) == (score, severity, 1)


def test_of_several_targets_the_strongest_counts() -> None:
    """All of them are told."""
    (alert,) = alerts(forward(to=[PARTNER, address(), address("me@trade.example", "external", own="likely")]))
    assert alert.score == 9
    assert alert.evidence[0].summary == (
        "“ForwardTo” was set: mail goes to desk@force.example (partner), sam.doe@mail.example (personal), "
        "me@trade.example (likely own account)"
    )
    assert [reason.words for reason in alert.reasons][1].startswith("is sent on to an account")


@pytest.mark.parametrize(
    "setting",
    [
        "RedirectTo",
        "ForwardAsAttachmentTo",
        "ForwardingSmtpAddress",
        "BlindCopyTo",
        "email_forwarding_out_of_domain",
        "SomethingNewTo",
    ],
)
def test_any_setting_that_sends_outside_counts(setting: str) -> None:
    """By what it does and not by its name: products add new ones."""
    assert len(alerts(forward(setting=setting))) == 1


def test_a_setting_without_a_name_counts_too() -> None:
    """The feed may not tell it."""
    (alert,) = alerts(msgspec.structs.replace(forward(), setting=None))
    assert alert.evidence[0].summary == "A forwarding was set: mail goes to sam.doe@mail.example (personal)"


def test_different_settings_and_targets_are_alerts_of_their_own() -> None:
    """Three ways out are three things to remove."""
    other = address("other@mail.example")
    assert len(alerts(forward(), forward("2026-05-05", to=[other]), forward("2026-05-06", setting="RedirectTo"))) == 3


@pytest.mark.parametrize(("again", "stories"), [(at(SET) + 30 * DAY - 1, 1), (at(SET) + 30 * DAY, 2)])
def test_the_same_setting_again_is_the_same_alert_within_the_window(again: int, stories: int) -> None:
    """within_window / exact_window: a rule that is edited, or set every night by a script, is told once."""
    found = alerts(forward(), forward(again))
    assert len(found) == stories
    assert sum(alert.evidence_count for alert in found) == 2


def test_the_order_of_targets_makes_no_other_setting() -> None:
    """They are the same addresses."""
    first, second = address("a@mail.example"), address("b@mail.example")
    (alert,) = alerts(forward(to=[first, second]), forward("2026-05-05", to=[second, first]))
    assert alert.evidence_count == 2


@pytest.mark.parametrize(
    ("end", "stories"),
    [
        (removed("2026-05-05"), 2),
        (removed("2026-05-05", "InboxRule"), 2),  # of a whole rule nobody tells what it held
        (removed("2026-05-05", "ForwardingAddress"), 1),
        (removed(SET), 1),  # at the instant of one of the two: a rule that is written anew
        (removed("2026-05-06"), 1),
        (removed("2026-05-07"), 1),
        (MAILS.setting("2026-05-05", "inside", to=()), 2),  # set to somebody within the force
    ],
)
def test_set_again_after_a_removal_is_news(end: Activity, stories: int) -> None:
    """Whoever had it removed and closed the alert must hear of it."""
    assert len(alerts(forward(), end, forward("2026-05-06"))) == stories


def test_a_script_that_sets_it_every_night_is_told_once_a_quarter() -> None:
    """The parts of a long run, as everywhere."""
    found = alerts(*(forward(at("2026-02-01") + night * DAY) for night in range(120)))
    assert [alert.evidence_count for alert in found] == [59, 61]


def test_beyond_two_hundred_on_a_day_the_story_stays_one() -> None:
    """What tells settings apart is kept of every act; ten of the same are not shown but counted."""
    found = alerts(*(forward(at(SET) + minute * 60_000) for minute in range(210)), forward(at(SET) + DAY - 1, setting="RedirectTo"))
    assert [alert.evidence_count for alert in found] == [210, 1]


def test_a_leavers_forwarding_is_a_leavers() -> None:
    """Two points more, whenever the date became known."""
    (alert,) = alerts(forward(), subject_fact(last_day="2026-05-29"))
    assert alert.score == 9


def test_reach_is_what_joins_two_acts() -> None:
    """And it is more than nothing."""
    assert AutoForward(Config.model_validate({"same_within": "7d"}), force()).reach == timedelta(days=7)
    with pytest.raises(ValidationError):
        Config.model_validate({"same_within": "0d"})
