"""``custodiet scan``: the whole pipeline over files in one process."""

import asyncio
import time
from contextlib import ExitStack
from pathlib import Path
from typing import IO, Final

import rich_click as click

from schemas.public import dumps
from schemas.records import DeadLetter
from streams.cli.as_of import as_of
from streams.cli.console import output
from streams.cli.scan_output import print_json, show, write_alerts
from streams.cli.scan_progress import ScanProgress
from streams.config import default_config, read_config
from streams.enrichment.reference_files import read_reference
from streams.errors import UsageError
from streams.report.page import Facts, write_report
from streams.scan.difference import difference, read_alerts
from streams.scan.pipeline import Scan
from streams.sources.formats import read_input

DIFFERENT: Final = 3
"""The exit code of ``--diff`` where something differs."""

_READABLE = click.Path(path_type=Path)
_WRITABLE = click.Path(dir_okay=False, writable=True, path_type=Path)


@click.command(name="scan")
@click.argument("inputs", nargs=-1, required=True, metavar="INPUT...")
@click.option("--config", type=_READABLE, help="The force's configuration, YAML; without it the defaults hold.")
@click.option(
    "--reference", required=True, type=_READABLE, help="Directory of officers.csv, document_classes.csv, exceptions.csv, addresses.yaml."
)
@click.option("--only", multiple=True, metavar="DETECTOR", help="Judge with this detector alone; may be given several times.")
@click.option("--as-of", "until", metavar="DATE", help="Discard events after this day in the force's time zone, or after this instant.")
@click.option("--alerts", "alerts_to", type=_WRITABLE, help="Write the alerts here, one JSON object a line.")
@click.option("--dead-letters", "letters_to", type=_WRITABLE, help="Write what could not be read here, one JSON object a line.")
@click.option(
    "--diff", "earlier", type=_READABLE, metavar="OLD.ndjson", help="Show what differs from the alerts that an earlier scan wrote."
)
@click.option("--html", "report_to", type=_WRITABLE, help="Write a report here: one page that opens without a network.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object: the counts by name, and the alerts.")
def command(  # noqa: PLR0913 - an option each
    *,
    inputs: tuple[str, ...],
    config: Path | None,
    reference: Path,
    only: tuple[str, ...],
    until: str | None,
    alerts_to: Path | None,
    letters_to: Path | None,
    earlier: Path | None,
    report_to: Path | None,
    as_json: bool,
) -> int:
    """Find what the workers would find, in files and without any server.

    INPUT is FORMAT:PATH, or a PATH whose format is told from its content. All inputs are read together, as one load.
    Ends with 0; with --diff, with 3 where anything differs.

    \b
    Examples:
      custodiet scan export.csv trace.csv --reference reference/
      custodiet scan m365-audit:audit.json.gz --reference reference/ --config force.yaml --alerts alerts.ndjson
      custodiet scan export.csv --reference reference/ --html report.html
      custodiet scan export.csv --reference reference/ --config changed.yaml --diff alerts.ndjson
      custodiet scan mail.ndjson --reference reference/ --only slow-drip --as-of 2026-06-30 --json | jq .duplicates
    """
    force = read_config(config) if config else default_config()
    records = read_reference(reference, force.calendar.zone, own_elsewhere=force.names_own)
    sources = [read_input(each) for each in inputs]
    before = None if earlier is None else read_alerts(earlier)
    instant = None if until is None else as_of(until, force.calendar.zone)
    with ExitStack() as opened:
        letters = _opened(letters_to, opened)
        written = _opened(alerts_to, opened)
        report = _opened(report_to, opened)
        now = time.time_ns() // 1_000_000
        scan = Scan(force, records, dead_letter=lambda letter: _write(letters, letter), now=now, only=only, as_of=instant)
        progress = opened.enter_context(ScanProgress())
        scanned = asyncio.run(scan.run(sources, progress))
        if written is not None:
            write_alerts(scanned.alerts, written)
        if report is not None:
            write_report(report, scanned.alerts, Facts(inputs, now, scanned.counts, until, only))
    found = None if before is None else difference(before, scanned.alerts, only)
    if as_json:
        print_json(scanned, found)
    else:
        show(output(), scanned, found)
    return DIFFERENT if found else 0


def _opened(path: Path | None, files: ExitStack) -> IO[bytes] | None:
    """Open a file to write, before an hour's work that would be lost. Raise UsageError where that cannot be."""
    try:
        return None if path is None else files.enter_context(path.open("wb"))
    except OSError as error:
        raise UsageError(f"{path}: cannot be written: {error.strerror}") from error


def _write(letters: IO[bytes] | None, letter: DeadLetter) -> None:
    if letters is not None:
        letters.write(dumps(letter))
