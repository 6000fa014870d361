"""The settings that come from the environment: read once, frozen, and read nowhere else.

Each field is the variable ``CUSTODIET_`` and its name in capitals; docs/configuration.md lists them all. What a force decides about its
own detection (time zone, thresholds) stands in a configuration file instead.
"""

import difflib
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, ValidationError

from streams.errors import UsageError

PREFIX: Final = "CUSTODIET_"

_HOST_PORT: Final = r"^[^,\s]+:\d+(,[^,\s]+:\d+)*$"
_URLS: Final = r"^https?://[^,\s]+(,https?://[^,\s]+)*$"
_TOPIC_PREFIX: Final = r"^([a-z0-9][a-z0-9._-]{0,59})?$"


def _existing_file(path: Path) -> Path:
    if not path.is_file():
        raise ValueError("no such file")
    return path


ExistingFile = Annotated[Path, AfterValidator(_existing_file)]


class Settings(BaseModel):
    """Where things are and how large they may get. Times are in seconds, sizes in bytes."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kafka: str = Field("127.0.0.1:9092", pattern=_HOST_PORT, description="Kafka brokers to begin with: `host:port`, several by commas.")
    kafka_security: Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"] = Field(
        "PLAINTEXT", description="How brokers are spoken to: `PLAINTEXT`, `SSL`, `SASL_PLAINTEXT` or `SASL_SSL`."
    )
    kafka_sasl_mechanism: Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"] = Field(
        "SCRAM-SHA-512", description="`PLAIN`, `SCRAM-SHA-256` or `SCRAM-SHA-512`; counts only with SASL."
    )
    kafka_user: str | None = Field(None, description="User name for SASL.")
    kafka_password: SecretStr | None = Field(None, description="Password for SASL.")
    kafka_ca: ExistingFile | None = Field(None, description="PEM file of the authority that signed the brokers' certificates.")
    elasticsearch: str = Field(
        "http://127.0.0.1:9200", pattern=_URLS, description="Elasticsearch nodes: `http(s)://host:port`, several by commas."
    )
    elasticsearch_user: str | None = Field(None, description="User name for Elasticsearch; needs the password too.")
    elasticsearch_password: SecretStr | None = Field(None, description="Password for Elasticsearch.")
    elasticsearch_api_key: SecretStr | None = Field(None, description="API key for Elasticsearch, in place of user and password.")
    elasticsearch_ca: ExistingFile | None = Field(None, description="PEM file of the authority that signed Elasticsearch's certificate.")
    registry_url: str | None = Field(
        None, pattern=r"^https?://\S+$", description="Schema registry. Set: records travel in Confluent framing. Unset: Avro single-object."
    )
    partitions: int = Field(4, ge=1, le=1_000, description="Partitions of every keyed topic; chosen once. 32 advised in production.")
    replication: int = Field(1, ge=1, le=9, description="Copies of every topic that the brokers keep. 3 advised in production.")
    generation: int = Field(1, ge=1, le=1_000_000, description="Number of the state: names consumer groups, tables and changelogs.")
    topic_prefix: str = Field(
        "", pattern=_TOPIC_PREFIX, description="Goes before the name of every topic, consumer group, state and index."
    )
    datadir: Path = Field(Path(".state/workers"), description="Directory of the workers' local copies of their state.")
    config: ExistingFile | None = Field(None, description="The force's configuration file (YAML); `--force-config` goes before it.")
    commit_interval: float = Field(1.0, gt=0, le=60, description="Seconds between two commits of a worker's offsets.")
    session_timeout: float = Field(15.0, ge=6, le=300, description="Seconds without a sign of life after which a worker's partitions move.")
    rebalance_timeout: float = Field(60.0, ge=10, le=600, description="Seconds that a rebalance waits for a worker to finish its chunk.")
    chunk_records: int = Field(4_096, ge=1, le=100_000, description="Most records that a worker handles as one chunk.")
    chunk_bytes: int = Field(4_194_304, ge=1_024, le=67_108_864, description="Most bytes of one chunk; a larger record is a chunk alone.")
    in_flight_bytes: int = Field(16_777_216, ge=1_024, le=1_073_741_824, description="Most bytes fetched and not yet handled.")
    reference_timeout: float = Field(0.0, ge=0, description="Seconds that a worker waits for reference data; 0 waits for ever.")
    metrics_host: str = Field("127.0.0.1", description="Address on which a worker serves its metrics.")
    metrics_port: int = Field(0, ge=0, le=65_535, description="Port of a worker's metrics (Prometheus, `/metrics`); 0 serves none.")
    log_level: Literal["debug", "info", "warning", "error"] = Field("info", description="Least level of what is logged.")
    log_format: Literal["auto", "json", "console"] = Field("auto", description="`json`, `console`, or `auto`: console on a terminal only.")
    fault: str | None = Field(None, description="For tests: `POINT:N` or `POINT:N:ROLE`, where a worker kills itself.")

    @classmethod
    def read(cls, environ: Mapping[str, str]) -> "Settings":
        """Return the settings in a mapping of environment variables; an empty value counts as unset.

        Raises UsageError that names every variable which is unknown or has a wrong value, and what is allowed.
        """
        given = {name.removeprefix(PREFIX).lower(): value for name, value in environ.items() if name.startswith(PREFIX) and value}
        try:
            return cls.model_validate(given)
        except ValidationError as error:
            raise UsageError("\n".join(_complaint(problem) for problem in error.errors(include_url=False))) from None


def from_environment() -> Settings:
    """Return the settings of this process. The one place that reads the environment."""
    return Settings.read(os.environ)


def _complaint(problem: Any) -> str:
    name = str(problem["loc"][0]) if problem["loc"] else "settings"
    variable = PREFIX + name.upper()
    if problem["type"] == "extra_forbidden":
        near = difflib.get_close_matches(name, Settings.model_fields, n=1)
        hint = f"; did you mean {PREFIX}{near[0].upper()}?" if near else "; docs/configuration.md lists those that are"
        return f"{variable} is no setting{hint}"
    field = Settings.model_fields[name]
    shown = "(hidden)" if field.annotation == SecretStr | None else repr(problem["input"])
    return f"{variable}={shown}: {problem['msg']}. {field.description}"
