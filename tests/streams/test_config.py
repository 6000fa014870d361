"""The configuration file is read whole, and refused with every error at its place."""

import re
from datetime import timedelta
from pathlib import Path

import pytest

from detectors.durations import write_duration
from detectors.registry import DETECTORS
from streams.config import ConfigError, default_config, parse_config, read_config

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
