"""``custodiet index``: the indices, aliases and templates in Elasticsearch."""

import rich_click as click
from rich.markup import escape

from streams.cli.connection import elasticsearch
from streams.cli.console import output
from streams.sinks.elasticsearch.indices import Finding, apply, inspect
from streams.sinks.elasticsearch.rebuild import rebuild

MARK = {"make": "[green]+[/]", "rebuild": "[red]![/]", "leave": "[dim]=[/]"}


@click.group(name="index")
def command() -> None:
    """Look after the indices, aliases and templates in Elasticsearch.

    \b
    Examples:
      custodiet index show
      custodiet index apply
      custodiet index apply --rebuild
    """


@command.command("show")
def show() -> None:
    """Show what is there and what `index apply` would change; changes nothing."""
    with elasticsearch() as (client, names):
        _report(inspect(client, names))


@command.command("apply")
@click.option(
    "--rebuild",
    "rebuilding",
    is_flag=True,
    help="Where a field cannot be changed in place: make the next version of the index, copy every document, move the aliases.",
)
def apply_(*, rebuilding: bool) -> None:
    """Make indices, aliases and templates as custodiet needs them. A second run changes nothing.

    A change that an index cannot take in place is refused, and nothing is changed.
    """
    console = output()
    with elasticsearch() as (client, names):
        if rebuilding:
            for finding in inspect(client, names):
                if finding.incompatible:
                    old, new = rebuild(client, names, finding.family)
                    console.print(f"{escape(finding.alias)}: now {escape(new)}; {escape(old)} is kept, delete it when nobody needs it")
        _report(apply(client, names), done=True)


def _report(findings: list[Finding], *, done: bool = False) -> None:
    console = output()
    for finding in findings:
        state = "done" if done and finding.pending else "as it should be" if not finding.pending else "differs"
        console.print(f"[bold]{escape(finding.alias)}[/] ({escape(finding.index or 'new')}): {state}", highlight=False)
        for change in finding.changes:
            console.print(f"  {MARK[change.kind]} {escape(change.what)}", highlight=False)
