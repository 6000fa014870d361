"""The configuration file is read whole, and refused with every error at its place."""

import re
from datetime import timedelta
from pathlib import Path

import pytest

from detectors.durations import write_duration
from detectors.registry import DETECTORS
from schemas.catalogue import catalogue
from streams.config import ConfigError, default_config, parse_config, read_config
from streams.config.document import Document

EXAMPLE = Path(__file__).parents[3] / "deploy" / "config" / "custodiet.yaml"


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


def test_what_is_right_beside_an_error_is_still_looked_at() -> None:
    """A rule that can never fire is told in the same run as an unknown key, a wrong rule before it and a key written twice."""
    text = """\
detectors:
  slow-drip:
    rules:
      - {window: 7d, measure: wecks, threshold: 3}
      - {window: 7d, measure: days, threshold: 90}
    fule: 1
  slow-drip: {}
join_horizon: 20d
points: {repeat: true}
"""
    with pytest.raises(ConfigError) as caught:
        parse_config(text, "force.yaml")
    assert [line.split(": ")[:2] for line in str(caught.value).splitlines()] == [
        ["force.yaml:4", "detectors.slow-drip.rules.0.measure"],
        ["force.yaml:5", "detectors.slow-drip.rules.1.threshold"],
        ["force.yaml:6", "detectors.slow-drip.fule"],
        ["force.yaml:7", "detectors.slow-drip"],
        ["force.yaml:8", "join_horizon"],
        ["force.yaml:9", "points.repeat"],
    ]


@pytest.mark.parametrize("threshold", ["'3'", "3.0", "true", "three", "null"])
def test_a_number_is_a_number(threshold: str) -> None:
    """What merely looks like one is refused, and shown."""
    text = f"detectors: {{slow-drip: {{rules: [{{window: 365d, measure: weeks, threshold: {threshold}}}]}}}}"
    with pytest.raises(ConfigError, match=r"rules\.0\.threshold: a whole number is wanted, not "):
        parse_config(text, "force.yaml")


@pytest.mark.parametrize("name", [name for name, each in DETECTORS.items() if "enabled" in each.Config.model_fields])
def test_every_key_of_a_detector_is_named_where_one_is_unknown(name: str) -> None:
    """So that a slip of the pen mends itself."""
    with pytest.raises(ConfigError) as caught:
        parse_config(f"detectors: {{{name}: {{slip: 1}}}}", "force.yaml")
    known = ", ".join(DETECTORS[name].Config.model_fields)
    assert str(caught.value) == f"force.yaml:1: detectors.{name}.slip: no such key; known here are {known}"


def test_the_page_lists_every_key_with_its_default() -> None:
    """Each key of the file has a row in docs/configuration.md, each row is a key, and the figures are the code's."""
    page = (EXAMPLE.parents[2] / "docs" / "configuration.md").read_text("utf-8")
    rows = dict(re.findall(r"^\| `([a-z_.<>]+)…?` \| (?:`([^`]+)`)? ?[^|]*\|", page, re.MULTILINE))
    document = Document()
    told = {
        **{f"force.{name}": value for name, value in document.force},
        **{name: value for name, value in document if name not in {"force", "detectors", "points"}},
    }
    assert rows.keys() == {*told, "detectors.<id>.enabled", "detectors.<id>", "points.<code>"}
    for key, value in told.items():
        assert rows[key] == ("" if value == () else value if isinstance(value, str) else write_duration(value))
    days = catalogue().topics["activities"].retention_ms // 86_400_000
    assert f"({days:,} days)" in page


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
