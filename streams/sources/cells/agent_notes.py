"""What the agents of Exchange's transport found in a mail and noted in the column ``custom-data`` (``EventData`` in the cmdlet)."""

import re
from uuid import UUID

_CLASSIFICATION = re.compile(r"\bdcid=\{?([0-9a-f-]{32,36})", re.IGNORECASE)
_LABEL = re.compile(r"\bLabelId\"?\s*[=:]\s*\"?\{?([0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12})", re.IGNORECASE)


def sensitive_types(notes: object) -> tuple[str, ...]:
    """Return the sensitive information types that the transport rule agent found: ``S:TRA=DC|dcid=...|count=3|conf=85``."""
    return _ids(_CLASSIFICATION, notes)


def labels(notes: object) -> tuple[str, ...]:
    """Return the sensitivity labels of the mail: ``S:LabelId=...``."""
    return _ids(_LABEL, notes)


def _ids(pattern: re.Pattern[str], notes: object) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for match in pattern.finditer(notes if isinstance(notes, str) else repr(notes)):
        try:
            found[str(UUID(match[1]))] = None
        except ValueError:
            continue
    return tuple(found)
