"""What this machine must have before anything is fetched, asked all at once so that nobody installs things one by one."""

import shutil
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from deploy.local import jdk, unprivileged, versions
from deploy.local.errors import StackError


@dataclass(frozen=True)
class Finding:
    """One thing that is needed: whether it is there, and in words which one, or what to install."""

    good: bool
    words: str


def examine(environment: Mapping[str, str]) -> Iterator[Finding]:
    """Look for each thing that the stack needs; `environment`: where JAVA_HOME, HOME and PATH are read from."""
    linux = sys.platform == "linux" and Path("/proc/self/stat").exists()
    yield Finding(linux, "Linux" if linux else "not Linux: use docker-compose.yml for the servers")

    maven = shutil.which("mvn", path=environment.get("PATH", ""))
    yield Finding(maven is not None, f"Maven: {maven}" if maven else "Maven is missing: install it (Debian: apt-get install maven)")

    found = jdk.installed(environment)
    yield _java(found, versions.KAFKA_JAVA, f"Kafka {versions.KAFKA}")
    reachable = [one for one in found if unprivileged.reachable(Path(one.java))]
    yield _java(reachable, versions.ELASTICSEARCH_JAVA, f"Elasticsearch {versions.ELASTICSEARCH}")

    if unprivileged.is_root():
        setpriv = shutil.which("setpriv", path=environment.get("PATH", ""))
        missing = "setpriv is missing: Elasticsearch does not run as root (install util-linux, or be another user)"
        yield Finding(setpriv is not None, f"setpriv: {setpriv}" if setpriv else missing)


def _java(found: list[jdk.Jdk], at_least: int, for_what: str) -> Finding:
    try:
        chosen = jdk.pick(found, at_least, for_what)
    except StackError as error:
        return Finding(good=False, words=str(error))
    return Finding(good=True, words=f"{for_what}: Java {chosen.release} in {chosen.home}")
