"""What a scan prints and writes: one alert at a time, however many there are."""

from collections.abc import Iterable
from typing import IO

import orjson
import rich_click as click
from rich.console import Console

from schemas.public import dumps, to_public
from schemas.records import Alert
from streams.cli.alert_view import alerts_table
from streams.cli.counts_view import counts_table
from streams.cli.difference_view import difference_table
from streams.scan.difference import Difference
from streams.scan.pipeline import Scanned


def write_alerts(alerts: Iterable[Alert], file: IO[bytes]) -> None:
    """Write NDJSON."""
    for alert in alerts:
        file.write(dumps(alert))


def print_json(scanned: Scanned, difference: Difference | None) -> None:
    """Print one JSON object: the counts by name, what lay after ``--as-of``, the difference where one was asked for, and the alerts."""
    head: dict[str, object] = {**scanned.counts.five(), "after_as_of": scanned.after}
    if difference is not None:
        head["diff"] = difference.public()
    opening = orjson.dumps(head, option=orjson.OPT_INDENT_2).removesuffix(b"\n}")
    click.echo(opening + b',\n  "alerts": [', nl=False)
    for place, alert in enumerate(scanned.alerts):
        click.echo((b",\n    " if place else b"\n    ") + orjson.dumps(to_public(alert)), nl=False)
    click.echo(b"\n  ]\n}" if scanned.alerts else b"]\n}")


def show(console: Console, scanned: Scanned, difference: Difference | None) -> None:
    """Print tables for people."""
    if difference is not None:
        console.print(difference_table(difference))
    elif scanned.alerts:
        console.print(alerts_table(scanned.alerts))
    else:
        console.print("no alerts")
    console.print(counts_table(scanned.counts))
    if scanned.after:
        console.print(f"{scanned.after:,} of the discarded are events after --as-of")
