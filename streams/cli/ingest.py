"""``custodiet ingest``: exported files into Kafka."""

import json
from contextlib import nullcontext

import rich_click as click
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, DownloadColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Table

from schemas.wire import Wire
from streams.cli.console import output
from streams.cli.kafka import complete
from streams.counts import Counts
from streams.ingest import Ingest
from streams.runtime.admin import Admin, check, limits, wanted
from streams.runtime.clock import wall_clock
from streams.runtime.connection import client_options
from streams.runtime.names import Names
from streams.runtime.registry import registry_of
from streams.runtime.sender import Sender
from streams.settings import Settings, from_environment
from streams.sources.formats import Input, read_input

WRITTEN = ("mail-events", "file-events", "setting-events", "dead-letters")
ENDS = {
    "read": "records read",
    "facts": "facts",
    "duplicates": "duplicates",
    "dead_letters": "dead letters",
    "late": "late",
    "discarded": "discarded",
}


@click.command("ingest")
@click.argument("inputs", nargs=-1, required=True, metavar="INPUT...")
@click.option("--json", "as_json", is_flag=True, help="Print the counts as one JSON object.")
@click.option("--quiet", is_flag=True, help="No progress bar.")
def command(inputs: tuple[str, ...], *, as_json: bool, quiet: bool) -> None:
    """Send exported records to mail-events, file-events and setting-events.

    INPUT is FORMAT:PATH, or a PATH whose format is detected. All inputs of one call are sorted together by the time at which things
    happened, and exact repeats are dropped. What cannot be read goes to dead-letters, with file and line.

    \b
    Examples:
      custodiet ingest message-trace.csv audit-search.csv
      custodiet ingest m365-audit:export.ndjson.gz --json
    """
    settings = from_environment()
    names = Names(settings.topic_prefix, settings.generation)
    parsed = [read_input(text) for text in inputs]
    with Admin(settings) as admin:
        used = {names.topic(topic) for topic in WRITTEN}
        check(admin.compare(topic for topic in wanted(settings) if topic.name in used))
    ingest = complete(settings, _ingest(settings, names, parsed, show=not (quiet or as_json)))
    _report(ingest.counts, ingest.sent, as_json=as_json)


async def _ingest(settings: Settings, names: Names, inputs: list[Input], *, show: bool) -> Ingest:
    sender = Sender(client_options(settings), limits(names))
    await sender.start()
    try:
        ingest = Ingest(inputs, wall_clock(), Wire(registry_of(settings)), names, sender)
        with _progress() if show else nullcontext() as progress:
            if progress is None:
                await ingest.run()
            else:
                reading, sending = progress.add_task("reading", total=None), progress.add_task("sending", total=None, visible=False)
                await ingest.run(
                    lambda done, total: progress.update(reading, completed=done, total=total), lambda sent: _told(progress, sending, sent)
                )
    finally:
        await sender.stop()
    return ingest


def _progress() -> Progress:
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeElapsedColumn())
    return Progress(*columns, console=Console(stderr=True), transient=True)


def _told(progress: Progress, task: TaskID, sent: int) -> None:
    progress.update(task, description=f"sent {sent:,} events", visible=True)


def _report(counts: Counts, sent: int, *, as_json: bool) -> None:
    figures = counts.as_dict()
    if as_json:
        click.echo(json.dumps({**{name: figures[name] for name in ENDS}, "sent": sent}))
        return
    table = Table("how records ended", "number")
    for name, words in ENDS.items():
        table.add_row(words, f"{figures[name]:,}")
    console = output()
    console.print(table)
    console.print(f"{sent:,} events sent", highlight=False)
    if counts.dead_letters:
        console.print(escape("`custodiet dead-letters list` shows what could not be read"), highlight=False)
