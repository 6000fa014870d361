"""Kafka: one node that is broker and controller at once (KRaft)."""

import base64
import os
import subprocess
import uuid
from pathlib import Path

from deploy.local import artifacts, jdk, metadata, versions
from deploy.local.errors import StackError
from deploy.local.ports import LOOPBACK
from deploy.local.service import Command, Service
from deploy.local.state import ServiceState

LOGGING = """\
# The log of the whole run would grow without end: three files of 20 MB.
appender.file.type = RollingFile
appender.file.name = file
appender.file.fileName = {log}
appender.file.filePattern = {log}.%i
appender.file.layout.type = PatternLayout
appender.file.layout.pattern = %d{{ISO8601}} %-5p %m (%c)%n
appender.file.policies.type = Policies
appender.file.policies.size.type = SizeBasedTriggeringPolicy
appender.file.policies.size.size = 20MB
appender.file.strategy.type = DefaultRolloverStrategy
appender.file.strategy.max = 3
rootLogger.level = info
rootLogger.appenderRef.file.ref = file
"""


class Kafka(Service):
    """The broker; `home` in its notes is the folder of its data."""

    name = "kafka"
    uses = ("client", "controller")

    def prepare(self, state: ServiceState) -> Command:
        """Fetch the jars, write server.properties, format the data folder the first time."""
        java = jdk.pick(jdk.installed(self.environment), versions.KAFKA_JAVA, f"Kafka {versions.KAFKA}")
        jars = artifacts.kafka(self.folder / "programs", java, self.say)
        home = self.folder / "kafka"
        home.mkdir(parents=True, exist_ok=True)
        state.home = str(home)
        properties = home / "server.properties"
        properties.write_text(_properties(home / "data", state.ports), encoding="utf-8")
        logging = home / "log4j2.properties"
        logging.write_text(LOGGING.format(log=self.folder / "logs" / "kafka.log"), encoding="utf-8")
        base = [java.java, f"-Xmx{versions.KAFKA_HEAP}", f"-Dlog4j2.configurationFile={logging}", "-cp", f"{jars}/*"]
        if not (home / "data" / "meta.properties").is_file():
            _format([*base, "kafka.tools.StorageTool"], properties)
        return Command([*base, "kafka.Kafka", str(properties)], dict(os.environ), home)

    def answers(self, port: int) -> bool:
        """Tell whether the broker lists itself among those that are up."""
        try:
            return (LOOPBACK, port) in metadata.brokers(LOOPBACK, port)
        except (OSError, ValueError):
            return False

    def data(self, state: ServiceState) -> list[Path]:
        """List the data folder."""
        return [Path(state.home) / "data"] if state.home else []


def _properties(data: Path, ports: dict[str, int]) -> str:
    client, controller = ports["client"], ports["controller"]
    settings = {
        "process.roles": "broker,controller",
        "node.id": "1",
        # A list of voters, and not a quorum that finds itself: the controller's port may have to move between two starts.
        "controller.quorum.voters": f"1@{LOOPBACK}:{controller}",
        "listeners": f"PLAINTEXT://{LOOPBACK}:{client},CONTROLLER://{LOOPBACK}:{controller}",
        "advertised.listeners": f"PLAINTEXT://{LOOPBACK}:{client}",
        "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
        "controller.listener.names": "CONTROLLER",
        "inter.broker.listener.name": "PLAINTEXT",
        "log.dirs": str(data),
        **versions.BROKER,
        **versions.BROKER_SMALL,
    }
    return "".join(f"{key}={value}\n" for key, value in settings.items())


def _format(tool: list[str], properties: Path) -> None:
    # Kafka's ids are 16 bytes in URL-safe base64 without padding; one that begins with a dash would be read as an option.
    cluster = "-"
    while cluster.startswith("-"):
        cluster = base64.urlsafe_b64encode(uuid.uuid4().bytes).decode("ascii").rstrip("=")
    done = subprocess.run(
        [*tool, "format", "--cluster-id", cluster, "--config", str(properties)], capture_output=True, text=True, timeout=120, check=False
    )
    if done.returncode != 0:
        raise StackError(f"Kafka's data folder could not be formatted:\n{(done.stdout + done.stderr).strip()[-2000:]}")
