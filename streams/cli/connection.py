"""The connection to Elasticsearch that the settings describe, for commands."""

from collections.abc import Iterator
from contextlib import closing, contextmanager

from elasticsearch import ApiError, Elasticsearch, TransportError

from streams.errors import CustodietError
from streams.settings import from_environment
from streams.sinks.elasticsearch.client import connect, connection_of, fault
from streams.sinks.elasticsearch.names import Names


@contextmanager
def elasticsearch() -> Iterator[tuple[Elasticsearch, Names]]:
    """Give a client and the names of the indices; CustodietError in place of what the client raises."""
    settings = from_environment()
    with closing(connect(connection_of(settings))) as client:
        try:
            yield client, Names(settings.topic_prefix)
        except (ApiError, TransportError) as error:
            raise CustodietError(f"Elasticsearch at {settings.elasticsearch} gave no answer: {fault(error)}") from error
