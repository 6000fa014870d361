"""``custodiet``: one file a command, loaded when it is asked for."""

import importlib
import sys
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version
from typing import Final, Literal

import rich_click as click
from rich.console import Console
from rich.markup import escape

from streams.errors import CustodietError

DONE, FAILED, WRONG_USE = 0, 1, 2

Name = Literal["scan", "ingest", "worker", "topics", "index", "reference", "alerts", "dead-letters", "detectors", "simulate", "score"]

COMMANDS: Final[dict[Name, str]] = {
    "scan": "streams.cli.scan",
    "topics": "streams.cli.topics",
    "index": "streams.cli.index",
    "reference": "streams.cli.reference",
    "worker": "streams.cli.worker",
    "ingest": "streams.cli.ingest",
    "alerts": "streams.cli.alerts",
    "dead-letters": "streams.cli.dead_letters",
    "detectors": "streams.cli.detectors",
    "simulate": "streams.cli.simulate",
    "score": "streams.cli.score",
}
"""The modules of the commands, each with its command in ``command``; in the order in which one begins to use them."""


class Commands(click.RichGroup):
    """A group that imports a command's module when the command is asked for: `custodiet topics` needs no Faust."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """Return the names."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - as above
        """Return a command; None for a name that is none."""
        module = next((path for name, path in COMMANDS.items() if name == cmd_name), None)
        if module is None:
            return None
        command: click.Command = importlib.import_module(module).command
        return command


def _version() -> str:
    try:
        return version("custodiet")
    except PackageNotFoundError:
        return "unknown (not installed)"


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 120})
@click.version_option(_version(), prog_name="custodiet")
def custodiet() -> None:
    """Find officers and staff who send protected material through personal e-mail.

    Settings come from the environment (CUSTODIET_…, see docs/configuration.md); a force's own rules from a file.

    \b
    Without any server:
      custodiet scan exports/*.csv --reference reference/
    With Kafka and Elasticsearch:
      custodiet topics apply && custodiet index apply && custodiet reference load reference/
      custodiet worker enrich      (and detect, and index)
      custodiet ingest exports/*.csv
      custodiet alerts list --follow
    """


def run(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return its exit code: 0 done, 1 failed, 2 wrong use."""
    try:
        result = custodiet.main(args=None if arguments is None else list(arguments), prog_name="custodiet", standalone_mode=False)
    except CustodietError as error:
        Console(stderr=True).print(f"[bold red]error:[/] {escape(str(error))}", highlight=False, soft_wrap=True)
        return error.exit_code
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        Console(stderr=True).print("interrupted")
        return FAILED
    return result if isinstance(result, int) else DONE


def main() -> None:
    """Run the command of this process's command line."""
    sys.exit(run())
