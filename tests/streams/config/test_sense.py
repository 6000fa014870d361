"""What is well formed and makes no sense is refused, at its place."""

from datetime import timedelta

import pytest

from detectors.calendar import Calendar
from detectors.testing import at
from streams.config import ConfigError, parse_config
from streams.config.sense import _touched


def test_waiting_longer_for_a_mail_than_lateness_allows_is_refused() -> None:
    """A joined mail must not come too late by waiting."""
    with pytest.raises(ConfigError, match=r"^force.yaml:1: join_horizon: join_horizon, 15d, may not be longer than allowed_lateness, 14d"):
        parse_config("join_horizon: 15d", "force.yaml")


def test_a_lateness_shorter_than_the_wait_is_refused_where_it_stands() -> None:
    """The default of the other key is not in the file."""
    with pytest.raises(ConfigError, match=r"^force.yaml:2: allowed_lateness: join_horizon, 7d, "):
        parse_config("points: {}\nallowed_lateness: 6d", "force.yaml")


@pytest.mark.parametrize(
    ("window", "measure", "most"),
    [
        ("7d", "days", 9),  # eight ends' days and whole days, and one more in the week in which the clocks go forward
        ("1d", "days", 3),
        ("1h", "days", 2),
        ("7d", "weeks", 3),
        ("365d", "weeks", 54),
    ],
)
def test_a_threshold_that_no_window_can_reach_is_refused(window: str, measure: str, most: int) -> None:
    """The most that a window can touch is allowed, one more is not."""
    text = "detectors:\n  slow-drip:\n    rules:\n      - {{window: {}, measure: {}, threshold: {}}}\n"
    assert parse_config(text.format(window, measure, most), "force.yaml")
    with pytest.raises(
        ConfigError, match=rf"force.yaml:4: detectors.slow-drip.rules.0.threshold: can never be reached: .* at most {most} "
    ):
        parse_config(text.format(window, measure, most + 1), "force.yaml")


@pytest.mark.parametrize("hours", [1, 23, 24, 25, 47, 48, 49, 71, 72, 168])
def test_what_a_window_can_touch_is_what_the_calendar_says(hours: int) -> None:
    """Over every minute of the days around both changes of clocks."""
    calendar, minute = Calendar("Europe/London"), 60_000
    touched = 0
    for change in (at("2026-03-29T01:00"), at("2026-10-25T01:00")):
        for end in range(change - 9 * 86_400_000, change + 9 * 86_400_000, minute):
            for shift in (0, 1):  # just after midnight, or the very instant of it
                last = end + shift
                touched = max(touched, calendar.day(last) - calendar.day(last - hours * 3_600_000 + 1) + 1)
    assert _touched(timedelta(hours=hours), timedelta(days=1)) == touched


@pytest.mark.parametrize(
    ("detector", "measure"), [("slow-drip", "officers"), ("shared-address", "addresses"), ("known-document", "documents")]
)
def test_distinct_keys_under_one_key_are_refused(detector: str, measure: str) -> None:
    """One officer's mails are of one officer."""
    with pytest.raises(ConfigError, match="can never be reached"):
        parse_config(f"detectors: {{{detector}: {{rules: [{{window: 7d, measure: {measure}, threshold: 2}}]}}}}", "force.yaml")


def test_looking_back_farther_than_activities_are_kept_is_refused() -> None:
    """At the window that does it; allowed lateness counts with it."""
    text = "detectors:\n  slow-drip:\n    rules:\n      - {{window: {}d, measure: weeks, threshold: 4}}\n"
    assert parse_config(text.format(1186), "force.yaml")
    with pytest.raises(ConfigError, match=r"force.yaml:4: detectors.slow-drip.rules.0.window: slow-drip looks back 1187d; .* kept: 1200d"):
        parse_config(text.format(1187), "force.yaml")


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("access-then-send:\n    slack: 1m\n    window: 900d", "4: detectors.access-then-send.window"),
        ("auto-forward:\n    same_within: 1187d", "3: detectors.auto-forward.same_within"),
        ("bulk-access:\n    floor: 40\n    baseline_days: 1186", "4: detectors.bulk-access.baseline_days"),
        ("again-after-training:\n    remembered: 800d\n    case_within: 800d", "4: detectors.again-after-training.case_within"),
        (
            "slow-drip:\n    rules:\n    - {window: 1y, measure: weeks, threshold: 2}\n    - {window: 1187d, measure: weeks, threshold: 2}",
            "5: detectors.slow-drip.rules.1.window",
        ),
    ],
)
def test_the_key_that_looks_back_too_far_is_named(text: str, place: str) -> None:
    """Whatever it is called; of two the one whose default would take more away; of rules the one with the longest window."""
    with pytest.raises(ConfigError) as caught:
        parse_config(f"detectors:\n  {text}\n", "force.yaml")
    assert f"force.yaml:{place}: " in str(caught.value)


def test_a_lateness_that_takes_the_defaults_too_far_is_named_itself() -> None:
    """Once for each detector that looks back farthest."""
    with pytest.raises(ConfigError) as caught:
        parse_config("points: {}\nallowed_lateness: 106d", "force.yaml")
    told = str(caught.value).splitlines()
    assert [line[: line.index(" looks back 1095d")] for line in told] == [
        "force.yaml:2: allowed_lateness: again-after-training",
        "force.yaml:2: allowed_lateness: slow-drip",
    ]
    assert parse_config("allowed_lateness: 105d", "force.yaml")


@pytest.mark.parametrize(
    ("key", "right", "wrong"),
    [
        ("known-document", "{rules: [{window: 365d, measure: officers, threshold: 20}]}", "{common_above: 1}"),
        ("known-document", "{common_window: 30d, rules: [{window: 31d, measure: officers, threshold: 30}]}", "{common_above: 1}"),
        ("bulk-access", "{baseline_days: 5}", "{baseline_days: 4}"),
        ("again-after-training", "{case_within: 365d}", "{case_within: 364d}"),
    ],
)
def test_a_detector_refuses_keys_that_defeat_each_other(key: str, right: str, wrong: str) -> None:
    """What no document could be, no day known by, no case fit into."""
    assert parse_config(f"detectors: {{{key}: {right}}}", "force.yaml")
    with pytest.raises(ConfigError, match=f"force.yaml:1: detectors.{key}: "):
        parse_config(f"detectors: {{{key}: {wrong}}}", "force.yaml")


def test_a_domain_is_the_forces_own_or_a_partners() -> None:
    """Not both, however it is written."""
    text = "force:\n  own_domains: [northmoor.police.example]\n  partner_domains: [council.example, Northmoor.Police.example.]"
    with pytest.raises(ConfigError, match=r"force.yaml:3: force.partner_domains.1: .* is one of own_domains"):
        parse_config(text, "force.yaml")


@pytest.mark.parametrize("domain", ["co.uk", "gmail.com", "onmicrosoft.com"])
def test_a_domain_that_would_hide_everybody_is_refused(domain: str) -> None:
    """As addresses.yaml refuses it."""
    with pytest.raises(ConfigError, match=r"force.own_domains.0: "):
        parse_config(f"force: {{own_domains: [{domain}]}}", "force.yaml")
