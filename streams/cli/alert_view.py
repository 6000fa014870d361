"""How an alert looks on a terminal. What came out of mails and files is shown as text: no markup, no control characters, no tricks."""

from collections.abc import Iterable
from typing import Final

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from schemas.records import Alert, AlertAddress, AlertDocument, AlertEvidence, Severity
from streams.report.text import instant, printable, who

SHORT_ID: Final = 12
"""How much of an id a table shows; ``alerts show`` takes the beginning of an id."""

STYLE: Final[dict[Severity, str]] = {"critical": "bold white on red", "high": "bold red", "medium": "yellow", "low": "cyan"}


def alerts_table(alerts: Iterable[Alert], *, header: bool = True) -> Table:
    """Return one row per alert: severity and score, detector, officer, first and last evidence, counts, reasons, id."""
    table = Table(show_header=header, box=None, pad_edge=False, expand=False)
    table.add_column("severity", no_wrap=True, min_width=11)
    table.add_column("detector", overflow="fold", min_width=9)
    table.add_column("officer", overflow="fold", min_width=8)
    table.add_column("first - last evidence", overflow="fold", min_width=10)
    table.add_column("pieces", overflow="fold", min_width=4)
    table.add_column("reasons", overflow="fold", min_width=14)
    table.add_column("id", no_wrap=True, min_width=SHORT_ID)
    for alert in alerts:
        pieces = str(alert.evidence_count) + (f" +{alert.shadow_count}" if alert.shadow_count else "")
        words = "; ".join(f"{reason.words} +{reason.points}" for reason in alert.reasons)
        state = "" if alert.status == "active" else f"[{alert.status}] "
        table.add_row(
            Text.assemble((alert.severity, STYLE[alert.severity]), f" {alert.score}"),
            _text(alert.detector),
            _text(who(alert)),
            f"{instant(alert.first_at)} - {instant(alert.last_at)}",
            pieces,
            _text(state + words),
            _text(alert.alert_id[:SHORT_ID], "dim"),
        )
    return table


def alert_page(alert: Alert) -> RenderableType:
    """Return everything an alert says: head, reasons with their points, each piece of evidence with its sources."""
    severity = (f" {alert.severity} ", STYLE[alert.severity])
    title = Text.assemble(severity, " ", (printable(alert.detector), "bold"), f"  score {alert.score}")
    pieces = [_piece(piece) for piece in alert.evidence]
    return Group(title, _head(alert), Text("reasons", "bold"), _reasons(alert), Text(_shown(alert), "bold"), *pieces)


def _head(alert: Alert) -> Table:
    grid = _grid()
    officer = alert.officer
    rows = {
        "id": alert.alert_id,
        "officer": who(alert),
        "": ", ".join(filter(None, (officer.rank, officer.collar_number, officer.role, officer.unit))) if officer else None,
        "key": f"{alert.grouping} {alert.key}",
        "status": alert.status + (f" by {alert.superseded_by}" if alert.superseded_by else ""),
        "change": f"{alert.change}, revision {alert.revision}",
        "evidence": f"{instant(alert.first_at)} - {instant(alert.last_at)}",
        "versions": f"detector {alert.detector_version}, configuration {alert.config_version}, reference {alert.reference_version}",
        "digest": alert.evidence_digest,
    }
    for name, value in rows.items():
        if value:
            grid.add_row(Text(name, "dim"), _text(value))
    return grid


def _reasons(alert: Alert) -> Table:
    grid = _grid()
    for reason in alert.reasons:
        grid.add_row(Text(f"+{reason.points}", "bold"), _text(f"{reason.words} ({reason.code})"))
    return grid


def _shown(alert: Alert) -> str:
    under = f", {alert.shadow_count} more not counted" if alert.shadow_count else ""
    return f"evidence: {len(alert.evidence)} shown of {alert.evidence_count}{under}"


def _piece(piece: AlertEvidence) -> RenderableType:
    points = f"+{piece.points}" if piece.authorised_by is None else f"authorised by {printable(piece.authorised_by)}"
    line = Text.assemble((instant(piece.occurred_at), "bold"), f"  {piece.kind}  ", printable(piece.summary), f"  {points}")
    grid = _grid()
    for name, value in (("officer", piece.officer_id), ("message", piece.message_id), ("path", piece.path)):
        if value:
            grid.add_row(Text(name, "dim"), _text(value))
    for address in piece.addresses:
        grid.add_row(Text("to" if piece.kind == "mail" else "address", "dim"), _text(_address(address)))
    for document in piece.documents:
        grid.add_row(Text("document", "dim"), _text(_document(document)))
    sources = ", ".join(f"{source.feed} {source.record_id}" for source in piece.sources)
    if sources:
        grid.add_row(Text("source", "dim"), _text(sources, "dim"))
    return Group(line, Padding(grid, (0, 0, 0, 2)))


def _address(address: AlertAddress) -> str:
    own = "" if address.own == "no" else f", own account: {address.own}"
    return f"{address.address or '(withheld)'}  {address.class_}{own}"


def _document(document: AlertDocument) -> str:
    size = None if document.size is None else f"{document.size:,} bytes"
    sha256 = None if document.sha256 is None else f"sha256 {document.sha256[:16]}"
    return "  ".join(filter(None, (document.name or "(name withheld)", document.marking, ", ".join(document.categories), size, sha256)))


def _grid() -> Table:
    grid = Table.grid(padding=(0, 2))
    grid.add_column(no_wrap=True)
    grid.add_column(overflow="fold")
    return grid


def _text(words: str, style: str = "") -> Text:
    return Text(printable(words), style)
