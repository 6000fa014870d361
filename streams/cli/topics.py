"""``custodiet topics``: topics as topics.yaml describes them."""

import rich_click as click
from rich.markup import escape
from rich.table import Table

from streams.cli.console import output
from streams.runtime.admin import Admin, Finding, check, wanted
from streams.settings import from_environment


@click.group("topics")
def command() -> None:
    """Look after the topics in Kafka.

    \b
    Examples:
      custodiet topics show
      custodiet topics apply
      CUSTODIET_PARTITIONS=32 CUSTODIET_REPLICATION=3 custodiet topics apply
    """


@command.command("apply")
@click.option("--alter", is_flag=True, help="Set the configuration of topics that exist to what it should be, too.")
def apply(*, alter: bool) -> None:
    """Create the topics that are missing. A second run changes nothing.

    A topic with another partition count than CUSTODIET_PARTITIONS is refused: records would no longer meet their state.
    """
    settings = from_environment()
    console = output()
    with Admin(settings) as admin:
        findings = admin.compare(wanted(settings))
        check([finding for finding in findings if finding.seen is not None])
        for name in admin.create(findings):
            console.print(f"[green]+[/] {escape(name)}", highlight=False)
        for finding in (finding for finding in findings if finding.differences):
            if alter:
                admin.alter(finding)
            console.print(f"{'[green]~[/]' if alter else '[yellow]![/]'} {escape(_told(finding))}", highlight=False)
        console.print(f"{len(findings)} topics with {settings.partitions} partitions are there", highlight=False)
        if not alter and any(finding.differences for finding in findings):
            console.print("`custodiet topics apply --alter` sets what differs", highlight=False)


@command.command("show")
def show() -> None:
    """Show every topic and how it differs from what it should be; changes nothing."""
    settings = from_environment()
    with Admin(settings) as admin:
        findings = admin.compare(wanted(settings))
    table = Table("topic", "partitions", "copies", "retention", "state")
    for finding in findings:
        seen = finding.seen
        table.add_row(
            escape(finding.wanted.name),
            "-" if seen is None else str(seen.partitions),
            "-" if seen is None else str(seen.replication),
            _retention(finding),
            _state(finding),
        )
    output().print(table)
    check(findings)


def _retention(finding: Finding) -> str:
    config = finding.wanted.config
    if config["cleanup.policy"] == "compact":
        return "newest per key"
    return f"{int(config['retention.ms']) // 86_400_000} d"


def _state(finding: Finding) -> str:
    if finding.seen is None:
        return "[red]missing[/]"
    if finding.partitions_differ:
        return f"[red]{finding.wanted.partitions} partitions wanted[/]"
    if finding.differences:
        return "[yellow]" + escape("; ".join(_difference(finding))) + "[/]"
    return "as it should be"


def _told(finding: Finding) -> str:
    return f"{finding.wanted.name}: {'; '.join(_difference(finding))}"


def _difference(finding: Finding) -> list[str]:
    return [f"{name} is {have}, wanted {want}" for name, (want, have) in finding.differences.items()]
