"""``custodiet scan``: the whole pipeline over files in one process."""

import asyncio
import time
from contextlib import ExitStack
from pathlib import Path
from typing import IO

import orjson
import rich_click as click
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn, TransferSpeedColumn

from schemas.public import dumps, to_public
from schemas.records import DeadLetter
from streams.cli.alert_view import alerts_table
from streams.cli.console import output
from streams.cli.counts_view import counts_table
from streams.config import default_config, read_config
from streams.enrichment.reference_files import read_reference
from streams.scan import Scan, Scanned
from streams.sources.formats import read_input

_READABLE = click.Path(path_type=Path)
_WRITABLE = click.Path(dir_okay=False, writable=True, path_type=Path)


@click.command(name="scan")
@click.argument("inputs", nargs=-1, required=True, metavar="INPUT...")
@click.option("--config", type=_READABLE, help="The force's configuration, YAML; without it the defaults hold.")
@click.option(
    "--reference", required=True, type=_READABLE, help="Directory of officers.csv, document_classes.csv, exceptions.csv, addresses.yaml."
)
@click.option("--alerts", "alerts_to", type=_WRITABLE, help="Write the alerts here, one JSON object a line.")
@click.option("--dead-letters", "letters_to", type=_WRITABLE, help="Write what could not be read here, one JSON object a line.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object: the counts by name, and the alerts.")
def command(
    *, inputs: tuple[str, ...], config: Path | None, reference: Path, alerts_to: Path | None, letters_to: Path | None, as_json: bool
) -> None:
    r"""Find what the workers would find, in files and without any server.

    INPUT is FORMAT:PATH, or a PATH whose format is told from its content. All inputs are read together, as one load.

    \b
    Examples:
      custodiet scan export.csv trace.csv --reference reference/
      custodiet scan m365-audit:audit.json.gz --reference reference/ --config force.yaml --alerts alerts.ndjson
      custodiet scan mail.ndjson --reference reference/ --json | jq .duplicates
    """
    force = read_config(config) if config else default_config()
    records = read_reference(reference, force.calendar.zone)
    sources = [read_input(each) for each in inputs]
    with ExitStack() as opened:
        letters = opened.enter_context(letters_to.open("wb")) if letters_to else None
        scan = Scan(force, records, dead_letter=lambda letter: _write(letters, letter), now=time.time_ns() // 1_000_000)
        progress = opened.enter_context(_progress())
        task = progress.add_task("reading", total=None)
        scanned = asyncio.run(scan.run(sources, lambda done, total: progress.update(task, completed=done, total=total)))
    if alerts_to:
        alerts_to.write_bytes(b"".join(dumps(alert) for alert in scanned.alerts))
    _show(scanned, as_json=as_json)


def _show(scanned: Scanned, *, as_json: bool) -> None:
    if as_json:
        document = {**scanned.counts.five(), "alerts": [to_public(alert) for alert in scanned.alerts]}
        click.echo(orjson.dumps(document, option=orjson.OPT_INDENT_2))
        return
    console = output()
    if scanned.alerts:
        console.print(alerts_table(scanned.alerts))
    else:
        console.print("no alerts")
    console.print(counts_table(scanned.counts))


def _write(letters: IO[bytes] | None, letter: DeadLetter) -> None:
    if letters is not None:
        letters.write(dumps(letter))


def _progress() -> Progress:
    """Return a bar with rate and time left, on the terminal that errors go to; nothing where there is none."""
    console = Console(stderr=True)
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
        TimeRemainingColumn(),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    )
