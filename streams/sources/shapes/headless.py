"""Lines of a log whose header was lost, cut out with ``grep`` or shipped one by one: the columns, where the line's own shape tells them.

Known is the message tracking log of Exchange: each version added columns at the end, but for one that 2013 put in the middle.
"""

import csv
import re
from collections.abc import Mapping
from typing import Final

_FIRST: Final = ("date-time", "client-ip", "client-hostname", "server-ip", "server-hostname", "source-context", "connector-id")
_STEP: Final = ("source", "event-id", "internal-message-id", "message-id")
_NETWORK: Final = ("network-message-id",)
_MAIL: Final = ("recipient-address", "recipient-status", "total-bytes", "recipient-count", "related-recipient-address", "reference")
_HEADER: Final = ("message-subject", "sender-address", "return-path", "message-info")
_SINCE_2010: Final = ("directionality", "tenant-id", "original-client-ip", "original-server-ip", "custom-data")
_SINCE_2016: Final = ("transport-traffic-type", "log-id", "schema-version")

_OLD: Final = (*_FIRST, *_STEP, *_MAIL, *_HEADER, *_SINCE_2010)
_NEW: Final = (*_FIRST, *_STEP, *_NETWORK, *_MAIL, *_HEADER, *_SINCE_2010, *_SINCE_2016)
_OLDEST: Final = len(_OLD) - len(_SINCE_2010)

_BEGINNING: Final = re.compile(r"\ufeff?\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z,")
_CAPITALS: Final = re.compile(r"[A-Z]{3,}")


def columns_of(cells: list[str]) -> list[str]:
    """Return the names of the columns of such a line; none for any other."""
    if not _OLDEST <= len(cells) <= len(_NEW) or not _BEGINNING.match(cells[0] + ","):
        return []
    if not all(_CAPITALS.fullmatch(cell) for cell in cells[7:9]):
        return []
    return list((_OLD if len(cells) <= len(_OLD) else _NEW)[: len(cells)])


def record_of(line: str) -> Mapping[str, str] | None:
    """Return such a line as a record; None for any other."""
    if not _BEGINNING.match(line):
        return None
    try:
        cells = next(csv.reader([line.strip().lstrip("\ufeff")], strict=True), [])
    except csv.Error:
        return None
    names = columns_of(cells)
    return dict(zip(names, cells, strict=True)) if names else None
