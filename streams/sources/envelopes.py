"""What a search engine puts around each record when it is exported: taken off before anybody looks at the record.

An Elasticsearch document has it under ``_source``, a result of a Splunk search under ``result``.
"""

from collections.abc import Mapping

from streams.sources.outcome import Row


def opened(row: Row) -> Row:
    """Return the record within ``row``; the row itself where it is no envelope."""
    source = row.get("_source")
    if isinstance(source, Mapping):
        return source
    result = row.get("result")
    if isinstance(result, Mapping) and ("preview" in row or "_raw" in result):
        return result
    return row
