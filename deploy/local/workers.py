"""The three workers on this checkout's stack, kept like its servers: noted pids, a log each, stopped by pid."""

import os
import sys
import urllib.error
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar

from deploy.local.ports import LOOPBACK
from deploy.local.service import Command, Service
from deploy.local.state import CHECKOUT, Say, ServiceState

ROLES = ("enrich", "detect", "index")


class Worker(Service):
    """One ``custodiet worker``; it is ready when it serves its metrics."""

    uses: ClassVar[tuple[str, ...]] = ("metrics",)

    def __init__(self, role: str, folder: Path, settings: Mapping[str, str], say: Say) -> None:
        """Take the role and the settings (``CUSTODIET_…``) of the stack that it works on."""
        # The name is the instance's here: three of one kind stand beside each other.
        self.name = f"worker-{role}"  # type: ignore[misc]
        self.role = role
        self._settings = settings
        super().__init__(folder, os.environ, say)

    def prepare(self, state: ServiceState) -> Command:
        """Say how it is started: with this interpreter, and none of the caller's own settings."""
        state.home = str(self.folder / "workers")
        inherited = {name: value for name, value in self.environment.items() if not name.startswith("CUSTODIET_")}
        settings = {
            **self._settings,
            "CUSTODIET_DATADIR": state.home,
            "CUSTODIET_METRICS_PORT": str(state.ports["metrics"]),
            "CUSTODIET_LOG_FORMAT": "json",
        }
        return Command([sys.executable, "-m", "streams", "worker", self.role], {**inherited, **settings}, CHECKOUT)

    def answers(self, port: int) -> bool:
        """Tell whether its metrics can be read."""
        try:
            with urllib.request.urlopen(f"http://{LOOPBACK}:{port}/metrics", timeout=5) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False

    def data(self, state: ServiceState) -> list[Path]:
        """Name the local copies of the workers' state."""
        return [Path(state.home)] if state.home else []


def workers(folder: Path, settings: Mapping[str, str], say: Say) -> list[Worker]:
    """Return the three workers of a checkout, running or not."""
    return [Worker(role, folder, settings, say) for role in ROLES]
