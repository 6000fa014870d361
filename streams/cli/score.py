"""``custodiet score``: alerts on a simulated force against its truth."""

from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Any, get_args

import orjson
import rich_click as click
from rich.table import Table
from rich.text import Text

from schemas.records import Severity
from streams.cli.console import output
from streams.config import default_config, read_config
from streams.report.text import printable
from streams.simulation.right import read_alerts
from streams.simulation.score import Row, Score, Share, score
from streams.simulation.truth import read_truth

_READABLE = click.Path(path_type=Path)


@click.command(name="score")
@click.argument("alerts", type=_READABLE)
@click.argument("truth", type=_READABLE)
@click.option(
    "--from", "floor", type=click.Choice(get_args(Severity)), default="medium", show_default=True, help="Alerts of this severity and above."
)
@click.option("--config", type=_READABLE, help="The configuration that the alerts were made with: says which rules somebody was below.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object, with recall and precision at the top.")
def command(*, alerts: Path, truth: Path, floor: Severity, config: Path | None, as_json: bool) -> None:
    """Hold ALERTS (one JSON object a line, as `scan --alerts` writes them) against the TRUTH of a simulated force.

    Recall is the share of offenders whom an alert finds, precision the share of alerts that find one, both at medium severity and above.
    An alert finds an offender when its evidence holds one of their deeds. Whoever is missed is named, with the reason.

    \b
    Examples:
      custodiet score alerts.ndjson force/truth.json
      custodiet score alerts.ndjson force/truth.json --from high
      custodiet score alerts.ndjson force/truth.json --json | jq '.recall, .precision'
    """
    force = read_config(config) if config else default_config()
    result = score(read_alerts(alerts), read_truth(truth), force.enabled_detectors(), force.calendar, floor)
    if as_json:
        click.echo(orjson.dumps(as_document(result), option=orjson.OPT_INDENT_2))
    else:
        _show(result)


def as_document(result: Score) -> dict[str, Any]:
    """Return a score as JSON types: shares as numbers from 0 to 1, null where there is nothing to take a share of."""
    return {
        "recall": result.recall.share,
        "precision": result.precision.share,
        "severity_from": result.floor,
        "offenders": {"found": result.recall.got, "of": result.recall.of},
        "alerts": {"right": result.precision.got, "of": result.precision.of},
        "recall_of_classified_or_six_mails": result.must.share,
        "recall_of_sensitive_shown_or_not": result.sensitive.share,
        "recall_at_any_severity": result.recall_at_any_severity.share,
        "days_until_first_alert": _days(result.days),
        "habits": {row.name: _row(row) for row in result.habits},
        "detectors": {row.name: _row(row) for row in result.detectors},
        "missed": [asdict(missed) for missed in result.missed],
        "wrong": [asdict(wrong) for wrong in result.wrong],
    }


def _row(row: Row) -> dict[str, Any]:
    return {
        "recall": row.offenders.share,
        "offenders": {"found": row.offenders.got, "of": row.offenders.of},
        "precision": row.alerts.share,
        "alerts": {"right": row.alerts.got, "of": row.alerts.of},
        "days_until_first_alert": _days(row.days),
    }


def _days(days: tuple[float, ...]) -> dict[str, float | None]:
    return {"median": round(days[len(days) // 2], 2) if days else None, "most": round(days[-1], 2) if days else None}


def _show(result: Score) -> None:
    console = output()
    console.print(Text(f"alerts at {result.floor} and above", "bold"))
    console.print(_figures(result))
    console.print(_rows("habit", "offenders found", result.habits))
    console.print(_rows("detector", "found of those it may tell of", result.detectors))
    if result.missed:
        console.print(_missed(result))
    if result.wrong:
        console.print(_wrong(result))


def _figures(result: Score) -> Table:
    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_row("recall", _share(result.recall), "offenders found")
    table.add_row("precision", _share(result.precision), "alerts that find one")
    table.add_row("", _share(result.must), "offenders with an item shown to be classified or protected, or 6 such mails, found")
    table.add_row("", _share(result.sensitive), "offenders who sent anything sensitive, whether or not a log shows it, found")
    table.add_row("", _share(result.recall_at_any_severity), "offenders found by alerts of any severity")
    table.add_row("first alert", _told_days(result.days), "after the first deed")
    return table


def _rows(name: str, found: str, rows: Iterable[Row]) -> Table:
    table = Table(title_justify="left", box=None, pad_edge=False)
    table.add_column(name)
    for words in (found, "alerts right", "days until first alert"):
        table.add_column(words, justify="right")
    for row in rows:
        table.add_row(row.name, _share(row.offenders), _share(row.alerts), _told_days(row.days))
    return table


def _missed(result: Score) -> Table:
    table = Table("missed", "habit", "why", box=None, pad_edge=False)
    for missed in result.missed:
        table.add_row(Text(printable(f"{missed.name} ({missed.officer_id})")), missed.habit, Text(printable(missed.reason)))
    return table


def _wrong(result: Score) -> Table:
    """Return the alerts that find nobody, how many by detector and by what was made to look so."""
    many: dict[tuple[str, str, str], int] = {}
    for wrong in result.wrong:
        which = (wrong.detector, wrong.severity, wrong.looks_like or "everyday mail")
        many[which] = many.get(which, 0) + 1
    table = Table("wrong alerts", "severity", "on", "number", box=None, pad_edge=False)
    for (detector, severity, likeness), number in sorted(many.items(), key=lambda item: (-item[1], item[0])):
        table.add_row(detector, severity, likeness, f"{number:,}")
    return table


def _share(share: Share) -> str:
    return f"{share.share:.1%} ({share.got:,} of {share.of:,})" if share.share is not None else "-"


def _told_days(days: tuple[float, ...]) -> str:
    return f"{days[len(days) // 2]:.1f} (at most {days[-1]:.0f})" if days else "-"
