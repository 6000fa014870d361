"""The main job on the invented force: raw exports -> Kafka -> three workers -> alerts in Elasticsearch, held against the truth.

``python -m deploy.demo`` with the local stack up. It leaves stack and workers running; run again, it changes nothing.
"""

import json
import os
import subprocess
import sys
from typing import Final

from elasticsearch import Elasticsearch
from rich.console import Console

from deploy.local.stack import Stack
from deploy.local.state import CHECKOUT
from deploy.local.workers import Worker, workers
from deploy.settled import NotSettledError, wait_until_settled, worker_counts
from deploy.truth import differences
from schemas.records import Alert
from streams.cli.alert_view import alerts_table
from streams.cli.console import output
from streams.cli.counts_view import counts_table
from streams.counts import Counts
from streams.runtime.names import Names
from streams.sinks.elasticsearch.names import Names as IndexNames
from streams.sinks.elasticsearch.query import fetch_alerts

SAMPLES: Final = CHECKOUT / "samples"
PATIENCE: Final = 300.0
GENERATION: Final = 1


class Demo:
    """One run."""

    def __init__(self, console: Console) -> None:
        """Look at the stack that is up."""
        self._console = console
        self._stack = Stack(say=self._say)
        self._settings = {**self._stack.settings, "CUSTODIET_CONFIG": str(CHECKOUT / "deploy" / "config" / "custodiet.yaml")}
        self._workers = workers(self._stack.folder, self._settings, self._say)
        self._names = Names("", GENERATION)

    def run(self) -> int:
        """Do it all; return the exit code."""
        self._custodiet("topics", "apply")
        self._custodiet("index", "apply")
        self._custodiet("reference", "load", str(SAMPLES / "reference"))
        self._start_workers()
        self._settle("before the samples are sent")
        before = self._enriched()
        sent = self._ingest()
        self._settle("after the samples were sent")
        counts = _together(sent, self._enriched().minus(before))
        alerts = self._alerts()
        self._console.print(alerts_table(alerts))
        self._console.print(counts_table(counts))
        faults = [] if counts.ended == counts.read else [f"{counts.read} records were read, but {counts.ended} are accounted for"]
        faults += differences(alerts, SAMPLES / "truth.json")
        return self._close(len(alerts), faults)

    def _start_workers(self) -> None:
        for worker in self._workers:
            worker.start()
        for worker in self._workers:
            worker.wait()
        self._say(f"workers: {', '.join(f'{worker.role} (metrics at port {worker.port})' for worker in self._workers)}")

    def _settle(self, when: str) -> None:
        with self._console.status(f"waiting until every record is accounted for, {when}") as status:

            def told(lags: object) -> None:
                gone = [worker.role for worker in self._workers if not worker.running]
                if gone:
                    raise NotSettledError(f"the worker {gone[0]} has ended: see {_worker(self._workers, gone[0]).log}")
                status.update(f"waiting until every record is accounted for, {when}: {lags}")

            wait_until_settled(self._stack.kafka, self._names, PATIENCE, told=told)

    def _ingest(self) -> dict[str, Counts]:
        """Send the samples; return how the records ended on the way in, and how many events were sent."""
        exports = [str(path) for path in sorted((SAMPLES / "exports").iterdir())]
        told = json.loads(self._custodiet("ingest", *exports, "--json", captured=True))
        counts = Counts(**{name: told[name] for name in Counts().five()})
        return {"load": counts, "sent": Counts(read=told["sent"])}

    def _enriched(self) -> Counts:
        return worker_counts([_worker(self._workers, "enrich").port])

    def _alerts(self) -> list[Alert]:
        """Read the active alerts, by officer, from Elasticsearch as any program would."""
        with Elasticsearch(self._stack.elasticsearch) as client:
            names = IndexNames("")
            client.indices.refresh(index=names.alerts)
            found = [found.alert for found in fetch_alerts(client, names)]
        return sorted(found, key=lambda alert: (alert.officer_id or "", alert.detector, alert.first_at, alert.alert_id))

    def _close(self, alerts: int, faults: list[str]) -> int:
        if faults:
            self._console.print("\n".join(["", "[bold red]not what samples/truth.json asks for:[/]", *faults]))
            return 1
        self._console.print(
            f"\n[bold green]exactly the {alerts} alerts that samples/truth.json asks for.[/] Stack and workers stay up. Look next at:\n"
            "  samples/README.md                 who these people are, and who is rightly silent\n"
            '  eval "$(.venv/bin/python -m deploy.local env)"\n'
            "  .venv/bin/custodiet alerts show ID   the evidence and reasons of one alert\n"
            "  .venv/bin/custodiet dead-letters list\n"
            "  make scan                         the same alerts without any server\n"
            "  make down                         stop it all"
        )
        return 0

    def _custodiet(self, *arguments: str, captured: bool = False) -> str:
        """Run a command of custodiet as a user would; what it prints is shown, or returned."""
        self._say(f"custodiet {' '.join(arguments)}")
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("CUSTODIET_")}
        ran = subprocess.run(  # noqa: S603 - custodiet itself, with the arguments written here
            [sys.executable, "-m", "streams", *arguments],
            cwd=CHECKOUT,
            env={**inherited, **self._settings},
            stdout=subprocess.PIPE if captured else None,
            text=True,
            check=False,
        )
        if ran.returncode != 0:
            raise SystemExit(ran.returncode)
        return ran.stdout or ""

    def _say(self, line: str) -> None:
        self._console.print(f"[dim]{line}[/]", highlight=False)


def _together(sent: dict[str, Counts], enriched: Counts) -> Counts:
    """Unite how records ended on the way in with how the events that were sent ended at the enrich stage."""
    load = sent["load"]
    total = Counts(
        read=load.read - load.facts + sent["sent"].read,
        duplicates=load.duplicates,
        dead_letters=load.dead_letters,
        discarded=load.discarded,
    )
    ended = enriched.minus(Counts(read=enriched.read))
    total.add(ended)
    return total


def _worker(all_workers: list[Worker], role: str) -> Worker:
    return next(worker for worker in all_workers if worker.role == role)


def main() -> int:
    """Run the demonstration; return 0 when the alerts are exactly those of the truth."""
    console = output()
    try:
        return Demo(console).run()
    except NotSettledError as error:
        console.print(f"[bold red]{error}[/]")
        return 1


if __name__ == "__main__":
    sys.exit(main())
