"""One truth about versions and settings: what the launcher runs, Maven fetches, the containers run and the workers expect."""

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from ruamel.yaml import YAML

from deploy.local import versions
from schemas.catalogue import catalogue
from streams.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
WORKERS = ("enrich", "detect", "index")


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    """Read docker-compose.yml with its anchors resolved."""
    loaded: dict[str, Any] = YAML(typ="safe").load(ROOT / "docker-compose.yml")
    return loaded


def as_variable(setting: str) -> str:
    """Name a broker setting as the Kafka image takes it."""
    return "KAFKA_" + setting.upper().replace(".", "_")


def test_pom_has_the_versions() -> None:
    """What Maven fetches by default is what the launcher asks for."""
    pom = ET.parse(ROOT / "deploy/local/maven/pom.xml")  # noqa: S314 -- our own file
    held = {node.tag.partition("}")[2]: node.text for node in pom.getroot().findall("{*}properties/*")}
    assert {name: held[name] for name in ("kafka.version", "kafka.scala", "log4j.version", "elasticsearch.version")} == {
        "kafka.version": versions.KAFKA,
        "kafka.scala": versions.SCALA,
        "log4j.version": versions.LOG4J,
        "elasticsearch.version": versions.ELASTICSEARCH,
    }


def test_images_have_the_versions(compose: dict[str, Any]) -> None:
    """The containers run the versions that the local stack proves."""
    assert compose["services"]["kafka"]["image"] == f"apache/kafka:{versions.KAFKA}"
    assert compose["services"]["elasticsearch"]["image"] == f"elasticsearch:{versions.ELASTICSEARCH}"


def test_broker_settings_are_the_same(compose: dict[str, Any]) -> None:
    """Each broker setting that matters to custodiet has one value, here and there."""
    environment = compose["services"]["kafka"]["environment"]
    assert {as_variable(name): value for name, value in versions.BROKER.items()}.items() <= environment.items()


def test_topics_get_the_same_partitions(compose: dict[str, Any]) -> None:
    """Keyed topics have as many partitions with containers as without, and topics are made by `custodiet topics apply` alone."""
    assert compose["services"]["enrich"]["environment"]["CUSTODIET_PARTITIONS"] == str(versions.PARTITIONS)
    assert Settings.model_fields["partitions"].default == versions.PARTITIONS
    assert "custodiet topics apply" in compose["services"]["init"]["command"][0]
    assert "custodiet index apply" in compose["services"]["init"]["command"][0]
    assert any(topic.partitioned for topic in catalogue().topics.values())


def test_settings_of_the_workers_are_settings(compose: dict[str, Any], tmp_path: Path) -> None:
    """What the workers' containers are given is accepted by the code that reads it."""
    config = tmp_path / "custodiet.yaml"
    config.touch()
    for name in (*WORKERS, "init"):
        given = {**compose["services"][name]["environment"], "CUSTODIET_CONFIG": str(config), "CUSTODIET_ELASTICSEARCH_PASSWORD": "x"}
        read = Settings.read(given)
        assert read.kafka == "kafka:19092"
        assert read.elasticsearch_user == "elastic"


def test_three_workers_wait_for_topics_and_keep_their_state(compose: dict[str, Any]) -> None:
    """Each role is a worker that starts when topics and indices are there, with a volume of its own."""
    volumes = set()
    for role in WORKERS:
        worker = compose["services"][role]
        assert worker["command"] == ["worker", role]
        assert worker["depends_on"]["init"] == {"condition": "service_completed_successfully"}
        volumes.add(worker["volumes"][0].partition(":")[0])
    assert len(volumes) == len(WORKERS)
    assert volumes <= set(compose["volumes"])


def test_all_that_stays_up_has_a_health_check(compose: dict[str, Any]) -> None:
    """Every container that is not to end tells whether it works, by more than an open port."""
    unchecked = [
        name
        for name, service in compose["services"].items()
        if service.get("restart") != "no" and not service.get("healthcheck", {}).get("test")
    ]
    assert unchecked == []
    assert "/_cluster/health" in compose["services"]["elasticsearch"]["healthcheck"]["test"][1]
    assert "kafka-broker-api-versions" in compose["services"]["kafka"]["healthcheck"]["test"][1]
    port = compose["services"]["enrich"]["environment"]["CUSTODIET_METRICS_PORT"]
    assert f"127.0.0.1:{port}/metrics" in compose["services"]["enrich"]["healthcheck"]["test"][3]


def test_nothing_is_published_beyond_this_host(compose: dict[str, Any]) -> None:
    """Published ports are those of the loopback address."""
    published = [port for service in compose["services"].values() for port in service.get("ports", ())]
    assert published
    assert [port for port in published if not port.startswith("127.0.0.1:")] == []


def test_elasticsearch_has_security_and_no_password_of_its_own(compose: dict[str, Any]) -> None:
    """Security is on, and the password comes from outside or nothing starts."""
    environment = compose["services"]["elasticsearch"]["environment"]
    assert environment["xpack.security.enabled"] == "true"
    asked = [environment["ELASTIC_PASSWORD"], compose["services"]["index"]["environment"]["CUSTODIET_ELASTICSEARCH_PASSWORD"]]
    assert all(re.fullmatch(r"\$\{CUSTODIET_ELASTICSEARCH_PASSWORD:\?.+\.env.+\}", one) for one in asked)
    example = (ROOT / ".env.example").read_text(encoding="utf-8")
    assert re.search(r"^CUSTODIET_ELASTICSEARCH_PASSWORD=$", example, re.MULTILINE)


def test_image_installs_what_the_wheel_is_tested_with() -> None:
    """The image installs the same hashed pins, holds the three packages, and does not run as root."""
    text = (ROOT / "deploy/Dockerfile").read_text(encoding="utf-8")
    assert text.count("--require-hashes") == 2
    assert {f"COPY {package} {package}" for package in ("schemas", "detectors", "streams")} <= set(text.splitlines())
    assert re.findall(r"^USER (.+)$", text, re.MULTILINE) == ["10001"]
    allowed = {line[1:] for line in (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines() if line.startswith("!")}
    copied = {word for line in text.splitlines() if line.startswith("COPY ") and "--from" not in line for word in line.split()[1:-1]}
    assert {word.partition("/")[0] for word in copied} == allowed


def asked_of_compose(folder: Path, password: str | None) -> subprocess.CompletedProcess[str]:
    """Let docker-compose check the file, in an environment that holds the password or not."""
    program = shutil.which("docker-compose")
    if program is None:
        pytest.skip("docker-compose is not installed (Debian: apt-get install docker-compose)")
    environment = {"PATH": "/usr/bin:/bin", "HOME": str(folder)}
    if password is not None:
        environment["CUSTODIET_ELASTICSEARCH_PASSWORD"] = password
    command = [program, "--file", str(ROOT / "docker-compose.yml"), "--project-directory", str(folder), "config", "--quiet"]
    return subprocess.run(command, env=environment, cwd=folder, capture_output=True, text=True, check=False)


def test_compose_accepts_the_file(tmp_path: Path) -> None:
    """docker-compose, where there is one, finds no fault with a password set."""
    done = asked_of_compose(tmp_path, "x")
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("password", [None, ""])
def test_compose_refuses_to_go_without_a_password(tmp_path: Path, password: str | None) -> None:
    """docker-compose, where there is one, says which file to make when the password is missing or empty."""
    done = asked_of_compose(tmp_path, password)
    assert done.returncode != 0
    assert ".env.example" in done.stderr
