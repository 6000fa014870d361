"""Elasticsearch: one node, never as root."""

import os
import urllib.error
import urllib.request
from pathlib import Path

from deploy.local import artifacts, jdk, unprivileged, versions
from deploy.local.ports import LOOPBACK
from deploy.local.service import Command, Service
from deploy.local.state import ServiceState

HEALTH = "/_cluster/health?wait_for_status=yellow&timeout=1s"


class Elasticsearch(Service):
    """The node; `home` in its notes is the folder of its programs and data, as root one outside of the checkout."""

    name = "elasticsearch"
    uses = ("client", "transport")

    def prepare(self, state: ServiceState) -> Command:
        """Fetch and unpack the programs, write the configuration, hand the folder to who will run it."""
        candidates = [found for found in jdk.installed(self.environment) if unprivileged.reachable(Path(found.java))]
        java = jdk.pick(candidates, versions.ELASTICSEARCH_JAVA, f"Elasticsearch {versions.ELASTICSEARCH}")
        if state.home and not Path(state.home).is_dir():
            self.say(f"elasticsearch: {state.home} has been removed, and what was indexed with it; starting empty")
            state.home = ""
        if not state.home:
            state.home = str(unprivileged.make_home(self.folder / "elasticsearch"))
            # Noted at once: a fetch that fails must not leave a folder behind that nobody knows.
            state.save(self.notes)
        home = Path(state.home)
        programs = artifacts.elasticsearch(self.folder / "programs", home, java, self.say)
        for needed in ("data", "logs", "tmp"):
            (home / needed).mkdir(exist_ok=True)
        _configure(programs / "config", home, state.ports)
        unprivileged.give(home)
        environment = {
            **os.environ,
            "ES_JAVA_HOME": str(java.home),
            "ES_TMPDIR": str(home / "tmp"),
            "HOME": str(home),
        }
        # Options of other Java programs, which Elasticsearch would warn of or refuse.
        for name in ("JAVA_HOME", "ES_HOME", "ES_PATH_CONF", "ES_JAVA_OPTS", "JAVA_TOOL_OPTIONS"):
            environment.pop(name, None)
        return Command(unprivileged.demoted([str(programs / "bin" / "elasticsearch")]), environment, home)

    def answers(self, port: int) -> bool:
        """Tell whether the cluster is at least yellow; this distribution has no answer at `/`."""
        try:
            with urllib.request.urlopen(f"http://{LOOPBACK}:{port}{HEALTH}", timeout=5) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError, ValueError):
            return False

    def data(self, state: ServiceState) -> list[Path]:
        """List the data folder."""
        return [Path(state.home) / "data"] if state.home else []


def _configure(folder: Path, home: Path, ports: dict[str, int]) -> None:
    settings = {
        "cluster.name": "custodiet-local",
        "node.name": "local",
        "path.data": home / "data",
        "path.logs": home / "logs",
        "network.host": LOOPBACK,
        "http.port": ports["client"],
        "transport.port": ports["transport"],
        "discovery.type": "single-node",
        # This distribution has no users or keys to set up; it listens on the loopback address only.
        "xpack.security.enabled": "false",
        # A developer's disk is often over 95 % full, at which every index would turn read-only.
        "cluster.routing.allocation.disk.threshold_enabled": "false",
    }
    (folder / "elasticsearch.yml").write_text("".join(f"{key}: {value}\n" for key, value in settings.items()), encoding="utf-8")
    options = folder / "jvm.options.d"
    options.mkdir(exist_ok=True)
    heap = versions.ELASTICSEARCH_HEAP
    (options / "heap.options").write_text(f"-Xms{heap}\n-Xmx{heap}\n", encoding="utf-8")
