"""``custodiet worker``: one Faust worker."""

import asyncio
import importlib
import sys
from pathlib import Path

import rich_click as click
from rich.console import Console
from rich.markup import escape

from streams import logs
from streams.errors import CustodietError
from streams.settings import from_environment

ROLES = ("enrich", "detect", "index")


@click.command("worker")
@click.argument("role", type=click.Choice(ROLES))
@click.option(
    "--name",
    default="worker",
    show_default=True,
    help="Names this worker's local state: the same again after a restart, another for a second worker of the same role on one machine.",
)
@click.option(
    "--force-config",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The force's configuration file; goes before CUSTODIET_CONFIG.",
)
def command(role: str, name: str, force_config: Path | None) -> None:
    """Run a worker until Ctrl-C or SIGTERM.

    enrich makes activities of mails, files and settings; detect makes alerts of activities; index brings alerts to Elasticsearch.
    Several workers of a role share its partitions.

    \b
    Examples:
      custodiet worker enrich
      custodiet worker detect --force-config force.yaml
      CUSTODIET_METRICS_PORT=9101 custodiet worker index --name second
    """
    settings = from_environment()
    logs.configure(settings.log_level, settings.log_format)
    # Faust and the stages are loaded here and not above, so that `custodiet --help` stays quick.
    declare = importlib.import_module(f"streams.agents.{role}").declare
    runtime = importlib.import_module("streams.runtime.worker")
    worker = runtime.Worker(role, settings, name, force_config)
    declare(worker)
    try:
        asyncio.run(runtime.serve(worker))
    except CustodietError as error:
        # Faust's threads are still there, and would keep the process; what was not committed is read again.
        Console(stderr=True).print(f"[bold red]error:[/] {escape(str(error))}", highlight=False, soft_wrap=True)
        importlib.import_module("streams.runtime.process").end_now(error.exit_code)
    sys.stdout.flush()
