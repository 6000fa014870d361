"""``custodiet reference``: a force's reference files into Kafka."""

import json
from pathlib import Path
from zoneinfo import ZoneInfo

import rich_click as click
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from schemas.records import ExceptionFact, Record
from schemas.wire import Wire
from streams.cli.console import output
from streams.cli.kafka import complete
from streams.config import ForceConfig, default_config, read_config
from streams.enrichment.reference_files import read_reference
from streams.runtime.admin import limits
from streams.runtime.clock import wall_clock
from streams.runtime.connection import client_options
from streams.runtime.loading import Changes, Plan, plan, read_shelf, sends
from streams.runtime.names import Names
from streams.runtime.registry import registry_of
from streams.runtime.sender import Sender
from streams.runtime.shelf import RECORDS, Shelf
from streams.settings import Settings, from_environment

SHOWN = 20


@click.group("reference")
def command() -> None:
    """Load and show officers, document classes, exceptions and address lists.

    \b
    Examples:
      custodiet reference load reference/
      custodiet reference show
    """


@command.command("load")
@click.argument("directory", type=click.Path(exists=True, file_okay=False, path_type=Path), metavar="DIR")
@click.option("--force-config", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="For the force's time zone and domains.")
@click.option(
    "--again", is_flag=True, help="Send every officer's dated facts and every exception, not only what changed: before a new generation."
)
@click.option("--dry-run", is_flag=True, help="Say what would change, and change nothing.")
def load(directory: Path, force_config: Path | None, *, again: bool, dry_run: bool) -> None:
    """Load officers.csv, document_classes.csv, exceptions.csv and addresses.yaml from DIR, whole.

    What is not in the files any more is removed. A leaving date or an exception counts for mails that came before it, too; a change of
    address lists or document classes acts on what comes after it.
    """
    settings = from_environment()
    config = _config(force_config, settings)
    records = read_reference(directory, ZoneInfo(config.timezone), own_elsewhere=config.names_own)
    wire, names = Wire(registry_of(settings)), Names(settings.topic_prefix, settings.generation)

    async def work() -> Plan:
        made = plan(await read_shelf(settings, wire), records, wall_clock(), again=again)
        if not dry_run and not made.empty:
            sender = Sender(client_options(settings), limits(names))
            await sender.start()
            try:
                for batch in sends(made, wire, names):
                    await sender.send(batch)
            finally:
                await sender.stop()
        return made

    _report(complete(settings, work()), dry_run=dry_run)


@command.command("show")
@click.option("--force-config", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="For the force's domains.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def show(force_config: Path | None, *, as_json: bool) -> None:
    """Show what the topics hold, and the version that activities carry."""
    settings = from_environment()
    domains = _config(force_config, settings).domains
    wire = Wire(registry_of(settings))
    shelf: Shelf = complete(settings, read_shelf(settings, wire))
    sizes = {topic: len(shelf.records(topic)) for topic in RECORDS}
    version = shelf.reference(domains).version
    if as_json:
        click.echo(json.dumps({"version": version, **sizes}))
        return
    table = Table("topic", "records")
    for topic, size in sizes.items():
        table.add_row(topic, str(size))
    console = output()
    console.print(table)
    console.print(f"reference version {version}", highlight=False)
    for topic in shelf.lacking(domains):
        console.print(
            f"[yellow]{topic} is empty:[/] the enrich worker waits until `custodiet reference load DIR` has filled it", highlight=False
        )


def _config(path: Path | None, settings: Settings) -> ForceConfig:
    path = path or settings.config
    return default_config() if path is None else read_config(path)


def _report(made: Plan, *, dry_run: bool) -> None:
    console = output()
    if made.empty:
        console.print("nothing has changed")
        return
    table = Table("topic", "new", "changed", "removed", "as it was")
    for topic, changes in made.topics.items():
        table.add_row(topic, str(len(changes.added)), str(len(changes.changed)), str(len(changes.removed)), str(changes.unchanged))
    console.print(table)
    for topic, changes in made.topics.items():
        _list(console, topic, changes)
    taken_back = sum(fact.void for fact in made.facts)
    exceptions = sum(isinstance(fact, ExceptionFact) for fact in made.facts)
    console.print(
        f"{len(made.facts)} facts for detection ({exceptions} of them exceptions, {taken_back} taken back)"
        + (": not sent, this was a dry run" if dry_run else ""),
        highlight=False,
    )


def _list(console: Console, topic: str, changes: Changes) -> None:
    for mark, colour, records in (("~", "yellow", changes.changed), ("-", "red", changes.removed)):
        names = [_name(key, record) for key, record in records.items()]
        for name in names[:SHOWN]:
            console.print(f"[{colour}]{mark}[/] {topic}: {escape(name)}", highlight=False)
        if len(names) > SHOWN:
            console.print(f"[{colour}]{mark}[/] {topic}: and {len(names) - SHOWN} more", highlight=False)


def _name(key: bytes, record: Record) -> str:
    name = getattr(record, "name", None)
    return key.decode("utf-8", "replace") + (f" ({name})" if name else "")
