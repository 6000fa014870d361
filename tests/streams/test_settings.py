"""Settings: read once from a mapping, whole, and refused with every error at once; docs/configuration.md lists them all."""

import re
from pathlib import Path

import pytest
from pydantic import SecretStr, ValidationError

from streams.errors import UsageError
from streams.settings import PREFIX, Settings

DOCS = Path(__file__).parents[2] / "docs" / "configuration.md"


def test_an_empty_environment_gives_the_defaults() -> None:
    """What is unset, and what is set to nothing, counts as the default; what is not ours is not looked at."""
    assert Settings.read({}) == Settings()
    assert Settings.read({"CUSTODIET_KAFKA": "", "PATH": "/bin"}) == Settings()


def test_values_are_converted() -> None:
    """The environment holds strings."""
    settings = Settings.read({"CUSTODIET_PARTITIONS": "32", "CUSTODIET_COMMIT_INTERVAL": "0.5", "CUSTODIET_DATADIR": "/var/lib/custodiet"})
    assert (settings.partitions, settings.commit_interval, settings.datadir) == (32, 0.5, Path("/var/lib/custodiet"))


def test_settings_are_frozen() -> None:
    """Nobody changes them under anybody."""
    with pytest.raises(ValidationError):
        Settings().partitions = 5  # type: ignore[misc]


def test_an_unknown_variable_is_refused_with_what_may_be_meant() -> None:
    """A typing error must not pass for a default."""
    with pytest.raises(UsageError, match=r"CUSTODIET_PARTITION is no setting; did you mean CUSTODIET_PARTITIONS\?"):
        Settings.read({"CUSTODIET_PARTITION": "8"})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("KAFKA", "localhost"),
        ("ELASTICSEARCH", "localhost:9200"),
        ("PARTITIONS", "0"),
        ("PARTITIONS", "many"),
        ("GENERATION", "0"),
        ("TOPIC_PREFIX", "Up/Down"),
        ("TOPIC_PREFIX", "-t"),
        ("LOG_LEVEL", "loud"),
        ("METRICS_PORT", "70000"),
        ("CONFIG", "/no/such/file.yaml"),
        ("KAFKA_SECURITY", "TLS"),
        ("SESSION_TIMEOUT", "1"),
    ],
)
def test_a_wrong_value_is_refused_with_variable_and_value(name: str, value: str) -> None:
    """The message says what to mend."""
    with pytest.raises(UsageError) as refused:
        Settings.read({PREFIX + name: value})
    assert f"{PREFIX}{name}={value!r}" in str(refused.value)


def test_every_error_is_told_at_once() -> None:
    """Nobody mends one to find the next."""
    with pytest.raises(UsageError) as refused:
        Settings.read({"CUSTODIET_PARTITIONS": "0", "CUSTODIET_LOG_LEVEL": "loud", "CUSTODIET_NOPE": "1"})
    assert len(str(refused.value).splitlines()) == 3


def test_secrets_are_not_shown() -> None:
    """Neither in the settings' words nor in a complaint."""
    settings = Settings.read({"CUSTODIET_ELASTICSEARCH_PASSWORD": "hunter2"})
    assert settings.elasticsearch_password == SecretStr("hunter2")
    assert "hunter2" not in repr(settings)


def test_the_documentation_lists_exactly_the_settings_with_their_defaults() -> None:
    """One row a variable: name, default, words."""
    rows = re.findall(r"^\| `(CUSTODIET_[A-Z_]+)` \| (.*?) \| (.*?) \|$", DOCS.read_text("utf-8"), re.MULTILINE)
    documented = {name: (default, words) for name, default, words in rows}
    expected = {
        PREFIX + name.upper(): (_default(field.default), str(field.description).replace("|", "\\|"))
        for name, field in Settings.model_fields.items()
    }
    assert documented == expected


def _default(value: object) -> str:
    return "" if value in {None, ""} else f"`{value}`"
