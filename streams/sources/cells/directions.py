"""Which way a mail went, as Microsoft's feeds write it."""

from collections.abc import Mapping

from schemas.records import Direction

_DIRECTIONS: Mapping[str, Direction] = {
    "inbound": "inbound",
    "incoming": "inbound",
    "1": "inbound",
    "outbound": "outbound",
    "originating": "outbound",
    "2": "outbound",
    "intra-org": "internal",
    "intraorg": "internal",
    "internal": "internal",
}


def direction(told: str | None) -> Direction:
    """Return the direction that a Microsoft feed tells; ``unknown`` where it tells none."""
    return _DIRECTIONS.get((told or "").strip().lower(), "unknown")
