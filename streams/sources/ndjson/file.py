"""Our own file format: one JSON object a line with the public field names of FileEvent; for feeds that have no parser of their own."""

from schemas.records import FileAction, FileEvent
from streams.sources.cells.paths import last_part
from streams.sources.ndjson import public_fields as public
from streams.sources.outcome import Parsed, Row

FEED = "file-ndjson"


def parse(row: Row) -> Parsed:
    """Return the file event; a name that is not given is the last part of the path. Unknown fields are ignored. Raises SourceError."""
    path = public.needed(row, "path")
    return [
        FileEvent(
            feed=public.text(row, "feed") or FEED,
            record_id=public.record_id(row),
            occurred_at=public.instant(row, "occurred_at"),
            account=public.needed(row, "account"),
            path=path,
            name=public.text(row, "name") or last_part(path),
            action=public.word(row, "action", FileAction, None),
            sha256=public.sha256(row, "sha256"),
            size=public.number(row, "size"),
            label=public.text(row, "label"),
        )
    ]


def fits(row: Row) -> bool:
    """Whether the row looks like one of ours about a file."""
    return "occurred_at" in row and "path" in row and "action" in row
