"""What a search engine or a shipper puts around each record: taken off before anybody looks at the record.

An Elasticsearch document has it under ``_source``, a result of a Splunk search under ``result``; a shipper keeps a JSON record as text
in ``event.original`` or ``message``, and so a line of a table.
"""

from collections.abc import Mapping

from streams.errors import SourceError
from streams.sources.outcome import Row
from streams.sources.shapes.headless import record_of
from streams.sources.shapes.json_text import decode_json


def opened(row: Row) -> Row:
    """Return the record within ``row``; the row itself where it is no envelope."""
    source = row.get("_source")
    if isinstance(source, Mapping):
        return opened(source)
    result = row.get("result")
    if isinstance(result, Mapping) and ("preview" in row or "_raw" in result):
        return result
    event = row.get("event")
    original = event.get("original") if isinstance(event, Mapping) else None
    return _decoded(original) or _decoded(row.get("message")) or row


def _decoded(text: object) -> Row | None:
    """Return the JSON object, or the line of a known table, that a text is; None for anything else."""
    if not isinstance(text, str):
        return None
    if not text.startswith("{") or not text.rstrip().endswith("}"):
        return record_of(text)
    try:
        value = decode_json(text.encode("utf-8", "replace"))
    except SourceError:
        return None
    return value if isinstance(value, Mapping) else None
