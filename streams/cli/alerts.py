"""``custodiet alerts``: the alerts as Elasticsearch holds them."""

import sys
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import get_args

import rich_click as click
from elasticsearch import Elasticsearch

from detectors.durations import parse_duration
from schemas.public import dumps
from schemas.records import Alert, Millis, Severity, Status
from streams.cli.alert_view import alert_page, alerts_table
from streams.cli.connection import elasticsearch
from streams.cli.console import output
from streams.errors import CustodietError, UsageError
from streams.report.text import printable
from streams.sinks.elasticsearch.follow import follow
from streams.sinks.elasticsearch.names import Names
from streams.sinks.elasticsearch.query import FoundAlert, Wanted, fetch_alerts

as_json = click.option("--json", "as_json", is_flag=True, help="One JSON object a line, in the public form.")
following = click.option("--follow", is_flag=True, help="Stay and show what comes, until Ctrl-C.")


@click.group(name="alerts")
def command() -> None:
    """Show the alerts that Elasticsearch holds.

    \b
    Examples:
      custodiet alerts list
      custodiet alerts list --severity critical --severity high --since 7d --follow
      custodiet alerts list --officer Bloggs --status all --json
      custodiet alerts show 3f9a1c
    """


class Since(click.ParamType):
    """An instant: ISO 8601 (UTC unless it says otherwise), or a length of time before now."""

    name = "instant or duration"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> Millis:
        """Return the instant in UTC milliseconds."""
        text = str(value)
        try:
            at = datetime.fromisoformat(text)
        except ValueError:
            try:
                at = datetime.now(UTC) - parse_duration(text)
            except (ValueError, OverflowError):
                self.fail(f"{text!r} is neither an instant (2023-03-01, 2023-03-01T09:00+00:00) nor a duration (7d)", param, ctx)
        return int((at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp() * 1000)


@command.command("list")
@click.option("--severity", "severities", multiple=True, type=click.Choice(get_args(Severity)), help="Only this severity; may be repeated.")
@click.option("--officer", help="An officer's id, or words of the name.")
@click.option("--detector", help="A detector's id.")
@click.option("--status", type=click.Choice([*get_args(Status), "all"]), default="active", show_default=True)
@click.option("--since", type=Since(), help="Last evidence at or after: an instant (2023-03-01) or a duration before now (7d).")
@click.option("--limit", type=click.IntRange(min=1), help="At most so many, the latest evidence first. Not with --follow.")
@following
@as_json
def list_(  # noqa: PLR0913 - one argument an option
    *,
    severities: tuple[Severity, ...],
    officer: str | None,
    detector: str | None,
    status: str,
    since: Millis | None,
    limit: int | None,
    follow: bool,
    as_json: bool,
) -> None:
    """List alerts, the latest evidence first."""
    if follow and limit is not None:
        raise UsageError("--limit says when to end and --follow says not to: give one of them")
    wanted = Wanted(
        severities=severities,
        officer=officer,
        detector=detector,
        status=next((known for known in get_args(Status) if known == status), None),
        since=since,
    )
    with elasticsearch() as (client, names):
        if follow:
            _tail(client, names, wanted, as_json=as_json, pages=False)
        else:
            _show([found.alert for found in fetch_alerts(client, names, wanted, limit)], as_json=as_json)


@command.command("show")
@click.argument("alert_id", metavar="ID")
@following
@as_json
def show(*, alert_id: str, follow: bool, as_json: bool) -> None:
    """Show one alert whole: every reason with its points, every piece of evidence. ID may be the beginning of an id."""
    wanted = Wanted(alert_id=alert_id, status=None)
    with elasticsearch() as (client, names):
        alert = _only(alert_id, fetch_alerts(client, names, wanted, limit=2))
        if follow:
            _tail(client, names, Wanted(alert_id=alert.alert_id, status=None), as_json=as_json, pages=True)
        elif as_json:
            _write_json([alert])
        else:
            output().print(alert_page(alert))


def _only(alert_id: str, found: list[FoundAlert]) -> Alert:
    if not found:
        raise CustodietError(f"no alert has an id that begins with {printable(alert_id)!r}")
    if len(found) > 1:
        raise CustodietError(f"several alerts have ids that begin with {printable(alert_id)!r}: give more of it")
    return found[0].alert


def _tail(client: Elasticsearch, names: Names, wanted: Wanted, *, as_json: bool, pages: bool) -> None:
    console = output()
    first = True
    try:
        for found in follow(client, names, wanted, say=lambda words: click.echo(words, err=True)):
            alerts = [each.alert for each in found]
            if as_json:
                _write_json(alerts)
            elif pages:
                console.print(*map(alert_page, alerts))
            else:
                console.print(alerts_table(alerts, header=first))
            first = False
    except KeyboardInterrupt:
        return


def _show(alerts: list[Alert], *, as_json: bool) -> None:
    if as_json:
        _write_json(alerts)
        return
    console = output()
    if alerts:
        console.print(alerts_table(alerts))
    console.print(f"{len(alerts)} alert{'' if len(alerts) == 1 else 's'}", highlight=False)


def _write_json(alerts: Iterable[Alert]) -> None:
    for alert in alerts:
        click.echo(dumps(alert).rstrip(b"\n"))
    sys.stdout.flush()
