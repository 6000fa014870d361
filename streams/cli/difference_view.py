"""How the difference between two scans looks on a terminal."""

from collections.abc import Iterator

from rich.table import Table
from rich.text import Text

from streams.cli.alert_view import SHORT_ID, STYLE
from streams.report.text import instant, printable
from streams.scan.difference import Change, Difference, Summary

_SIGNS = {"added": ("+", "green"), "dropped": ("-", "red"), "changed": ("~", "yellow")}


def difference_table(found: Difference) -> Table:
    """Return a row for each alert that was added (+), dropped (-) or changed (~, with what changed)."""
    words = f"{len(found.added):,} added, {len(found.dropped):,} dropped, {len(found.changed):,} changed, {found.unchanged:,} as before"
    table = Table(title=words, title_justify="left", box=None, pad_edge=False)
    for name in ("", "severity", "detector", "key", "first - last evidence", "pieces", "what changed", "id"):
        table.add_column(name, overflow="fold", no_wrap=name == "id")
    for kind, alert, changes in _rows(found):
        table.add_row(
            Text(*_SIGNS[kind]),
            Text.assemble((alert.severity, STYLE[alert.severity]), f" {alert.score}"),
            Text(printable(alert.detector)),
            Text(printable(alert.key)),
            f"{instant(alert.first_at)} - {instant(alert.last_at)}",
            str(alert.evidence_count),
            Text(printable(changes)),
            Text(printable(alert.alert_id[:SHORT_ID]), "dim"),
        )
    return table


def _rows(found: Difference) -> Iterator[tuple[str, Summary, str]]:
    for alert in found.added:
        yield "added", alert, ""
    for alert in found.dropped:
        yield "dropped", alert, ""
    for change in found.changed:
        yield "changed", change.after, "; ".join(_told(change))


def _told(change: Change) -> Iterator[str]:
    for name in change.fields:
        before, after = getattr(change.before, name), getattr(change.after, name)
        match name:
            case "evidence":
                gone, came = len(before - after), len(after - before)
                yield f"evidence +{came} -{gone}" if gone or came else "evidence says something else"
            case "reasons":
                lost, won = sorted(set(before) - set(after)), sorted(set(after) - set(before))
                yield "reasons " + ", ".join([*(f"-{each}" for each in lost), *(f"+{each}" for each in won)])
            case "first_at" | "last_at":
                yield f"{name} {instant(before)} -> {instant(after)}"
            case "alert_id":
                yield f"set off by another piece (was {before[:SHORT_ID]})"
            case _:
                yield f"{name} {before} -> {after}"
