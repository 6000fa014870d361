"""The configuration file is read whole, and refused with every error at its place."""

import re
from datetime import timedelta
from pathlib import Path

import pytest

from detectors.calendar import Calendar
from detectors.durations import write_duration
from detectors.registry import DETECTORS
from detectors.testing import at
from streams.config import ConfigError, default_config, parse_config, read_config
from streams.config.sense import _touched

EXAMPLE = Path(__file__).parents[2] / "deploy" / "config" / "custodiet.yaml"


def test_the_example_writes_out_the_defaults() -> None:
    """What the example file says is what holds without any file."""
    assert read_config(EXAMPLE) == default_config()


def test_json_is_yaml() -> None:
    """The same configuration can be written as JSON."""
    assert parse_config('{"allowed_lateness": "21d"}', "x.json").allowed_lateness == timedelta(days=21)


def test_every_error_is_told_at_once_with_its_line_and_what_is_allowed() -> None:
    """One run shows all there is to mend."""
    text = """\
force: {timezone: Europe/Lundon}
allowed_lateness: 7x
detectors:
  slowdrip: {}
  repeated-personal-email:
    rules:
      - {window: 7d, measure: counts, threshold: 0}
      - {window: 7d, measure: count, threshold: 1, tresh: 1}
points: {foo: 1}
"""
    with pytest.raises(ConfigError) as caught:
        parse_config(text, "force.yaml")
    told = str(caught.value).splitlines()
    assert [line.split(": ")[0] for line in told] == [
        "force.yaml:1",
        "force.yaml:2",
        "force.yaml:4",
        *["force.yaml:7"] * 2,
        "force.yaml:8",
        "force.yaml:9",
    ]
    for said in ("Europe/London", "7d or 60m", "sensitive-to-personal", "'days'", "window, measure, threshold", "personal-address"):
        assert said in str(caught.value)


@pytest.mark.parametrize(
    "text", ["a: b: c", "- 1", "detectors: {a: 1, a: 2}", "detectors: {repeated-personal-email: {rules: []}}", "detectors: 3"]
)
def test_what_is_no_configuration_is_refused_with_its_line(text: str) -> None:
    """Broken YAML, other shapes, keys written twice and a detector without a rule do not start."""
    with pytest.raises(ConfigError, match=r"^force.yaml:1: "):
        parse_config(text, "force.yaml")


def test_a_missing_file_is_refused_by_name(tmp_path: Path) -> None:
    """A path that leads nowhere is the user's to mend."""
    with pytest.raises(ConfigError, match=r"nowhere\.yaml"):
        read_config(tmp_path / "nowhere.yaml")


def test_waiting_longer_for_a_mail_than_lateness_allows_is_refused() -> None:
    """A joined mail must not come too late by waiting."""
    with pytest.raises(ConfigError, match="join_horizon may not be longer"):
        parse_config("join_horizon: 15d", "force.yaml")


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("detectors: {repeated-personal-email: {rules: [{window: 7d, measure: count, threshold: 4}]}}", False),
        ("points: {repeat: 2}", False),
        ("force: {timezone: Europe/Paris}", False),
        ("detectors: {sensitive-to-personal: {enabled: false}}", False),
        ("join_horizon: 6d", True),
        ("allowed_lateness: 336h", True),
    ],
)
def test_the_version_changes_with_what_can_change_an_alert(text: str, same: bool) -> None:  # noqa: FBT001 - a table's column
    """State that was made with one version is not mixed with another's; writing the same otherwise is no change."""
    assert (parse_config(text, "x").version == default_config().version) is same


def test_a_disabled_detector_is_not_made() -> None:
    """What is off takes no part."""
    enabled = set(parse_config("detectors: {sensitive-to-personal: {enabled: false}}", "x").enabled_detectors())
    assert enabled == set(DETECTORS) - {"sensitive-to-personal"}


def test_the_page_lists_every_key() -> None:
    """docs/configuration.md names each key of the file and its default."""
    page = (EXAMPLE.parents[2] / "docs" / "configuration.md").read_text("utf-8")
    rows = dict(re.findall(r"^\| `([a-z_.<>]+)…?` \| (?:`([^`]+)`)? ?\|", page, re.MULTILINE))
    assert rows["force.timezone"] == default_config().timezone
    assert rows["allowed_lateness"] == write_duration(default_config().allowed_lateness)
    assert rows["join_horizon"] == write_duration(default_config().join_horizon)
    top = {key.split(".")[0] for key in rows if key.islower()}
    assert top >= {"force", "allowed_lateness", "join_horizon", "detectors", "points"}


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
    with pytest.raises(ConfigError, match=r"force.yaml:4: detectors.slow-drip.rules.0.window: looks back 1187d; .* kept: 1200d"):
        parse_config(text.format(1187), "force.yaml")


def test_domains_of_the_file_are_address_lists() -> None:
    """Own and partner; what is no domain is refused."""
    config = parse_config("force: {own_domains: [northmoor.police.example], partner_domains: [council.example]}", "force.yaml")
    assert [(entry.list, entry.pattern) for entry in config.domains] == [
        ("own", "northmoor.police.example"),
        ("partner", "council.example"),
    ]
    for wrong in ("police", "a@b.example", "*.police.example", "https://police.example"):
        with pytest.raises(ConfigError, match="no domain"):
            parse_config(f"force: {{own_domains: ['{wrong}']}}", "force.yaml")
