"""The two servers together: what the command line and the tests' fixtures call."""

import os
import shutil
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path

from deploy.local.elasticsearch import Elasticsearch
from deploy.local.errors import StackError
from deploy.local.kafka import Kafka
from deploy.local.ports import LOOPBACK
from deploy.local.service import Service
from deploy.local.state import CHECKOUT, Say, locked
from deploy.local.workers import workers


def _quiet(_line: str) -> None:
    """Say nothing."""


class Stack:
    """Kafka and Elasticsearch of one checkout.

    `checkout`: its folder; the state lies in `.state/` there. Methods that change something take turns with other launchers of the
    same checkout, and raise StackError with a text for a person.
    """

    def __init__(self, checkout: Path = CHECKOUT, environment: Mapping[str, str] | None = None, say: Say = _quiet) -> None:
        """Look at the checkout; starts nothing."""
        self.folder = checkout / ".state"
        self._say = say
        where = os.environ if environment is None else environment
        self.services: dict[str, Service] = {
            service.name: service for service in (Kafka(self.folder, where, say), Elasticsearch(self.folder, where, say))
        }
        # Started by the demonstration, which gives them their settings; here they are looked at and stopped.
        self.workers: list[Service] = [*workers(self.folder, {}, say)]

    @property
    def kafka(self) -> str:
        """Bootstrap address, "127.0.0.1:port"."""
        return f"{LOOPBACK}:{self.services['kafka'].port}"

    @property
    def elasticsearch(self) -> str:
        """Base address, "http://127.0.0.1:port"."""
        return f"http://{LOOPBACK}:{self.services['elasticsearch'].port}"

    @property
    def settings(self) -> dict[str, str]:
        """The environment variables with which custodiet uses this stack."""
        return {"CUSTODIET_KAFKA": self.kafka, "CUSTODIET_ELASTICSEARCH": self.elasticsearch}

    @property
    def ready(self) -> bool:
        """Tell whether both servers run and answer."""
        return all(service.ready for service in self.services.values())

    def start(self, *names: str) -> list[str]:
        """Start the named servers (all when none is named) and wait until they are ready; returns those that were not running."""
        chosen = self._chosen(names)
        with self._turn():
            started = []
            for service in chosen:
                if service.start():
                    self._say(f"starting {service.name}")
                    started.append(service.name)
            for service in chosen:
                service.wait()
        return started

    def stop(self, *names: str, at_once: bool = False) -> list[str]:
        """Stop the named servers, killed `at_once` or asked; ports and data stay. Returns those that ran.

        When none is named, both and the workers on them, these first: they commit what they have done while the broker is there.
        """
        chosen = self._chosen(names) if names else [*self.workers, *self._chosen(())]
        with self._turn():
            return [service.name for service in chosen if service.stop(at_once=at_once)]

    def restart(self, *names: str, at_once: bool = False) -> None:
        """Stop and start the named servers (all when none is named) on the same ports with the same data."""
        self.stop(*names, at_once=at_once)
        self.start(*names)

    def wipe(self, *, everything: bool = False) -> None:
        """Stop both and remove their data and that of the workers; with `everything` also programs, ports and logs."""
        self.stop()
        with self._turn():
            # The workers' copies of their state with it: they say how far a log was read that is then no more.
            for service in (*self.workers, *self.services.values()):
                service.wipe()
                if everything:
                    if home := service.state.home:
                        shutil.rmtree(home, ignore_errors=True)
                    service.notes.unlink(missing_ok=True)
            if everything:
                for name in ("programs", "logs"):
                    shutil.rmtree(self.folder / name, ignore_errors=True)

    def _chosen(self, names: Sequence[str]) -> list[Service]:
        unknown = [name for name in names if name not in self.services]
        if unknown:
            raise StackError(f"no such server: {', '.join(unknown)}; there are {', '.join(self.services)}")
        return [service for name, service in self.services.items() if not names or name in names]

    def _turn(self) -> AbstractContextManager[None]:
        return locked(self.folder / "lock", self._say)
