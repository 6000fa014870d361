"""Clients for Elasticsearch: addresses, credentials, certificate authority.

Neither client retries or asks for the server's version: who calls decides how long to wait, and the local distribution has no
``GET /``. The product header that the client does check on every answer is there.
"""

import logging
import warnings
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from elasticsearch import AsyncElasticsearch, Elasticsearch, TransportError

from streams.errors import UsageError
from streams.settings import Settings

REQUEST_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Connection:
    """Where Elasticsearch is and how to be let in.

    ``urls`` are ``http(s)://host:port``. Either ``api_key`` (the encoded form) or ``username`` and ``password``, or none of them where
    security is off. ``ca_certs`` is a PEM file for https under a private authority.
    """

    urls: tuple[str, ...]
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    api_key: str | None = field(default=None, repr=False)
    ca_certs: Path | None = None

    def options(self) -> dict[str, Any]:
        """Return the client's keyword arguments; UsageError when the credentials contradict each other or lack their file."""
        options: dict[str, Any] = {
            "hosts": list(self.urls),
            "request_timeout": REQUEST_SECONDS,
            "max_retries": 0,
            "retry_on_timeout": False,
        }
        if self.api_key and self.username:
            raise UsageError("Elasticsearch: give an API key or a user name, not both")
        if (self.username is None) != (self.password is None):
            raise UsageError("Elasticsearch: a user name needs a password, and a password a user name")
        if self.api_key:
            options["api_key"] = self.api_key
        elif self.username:
            options["basic_auth"] = (self.username, self.password)
        if self.ca_certs is not None:
            if not self.ca_certs.is_file():
                raise UsageError(f"Elasticsearch: no certificate file at {self.ca_certs}")
            options["ca_certs"] = str(self.ca_certs)
        return options


def fault(error: Exception) -> str:
    """Return the words of an error of the client, with what lies behind it: the client itself says little more than that it failed."""
    words = error.message if isinstance(error, TransportError) else str(error)
    behind = f" ({error.__cause__})" if error.__cause__ is not None and str(error.__cause__) not in words else ""
    return f"{type(error).__name__}: {words}{behind}"


def connection_of(settings: Settings) -> Connection:
    """Return the connection that the settings describe."""
    password, api_key = settings.elasticsearch_password, settings.elasticsearch_api_key
    return Connection(
        urls=tuple(settings.elasticsearch.split(",")),
        username=settings.elasticsearch_user,
        password=password.get_secret_value() if password else None,
        api_key=api_key.get_secret_value() if api_key else None,
        ca_certs=settings.elasticsearch_ca,
    )


def connect(connection: Connection) -> Elasticsearch:
    """Return a blocking client, for commands. Close it after use."""
    return Elasticsearch(**connection.options())


def connect_async(connection: Connection) -> AsyncElasticsearch:
    """Return an asynchronous client, for the sink. Close it after use."""
    # The pool warns at every try of a wait that may take hours; the sink tells of it once a minute.
    logging.getLogger("elastic_transport.node_pool").setLevel(logging.ERROR)
    # aiohttp warns of any body over 1 MiB, which a single alert may have; writing it does not hold up the loop for long.
    warnings.filterwarnings("ignore", "Sending a large body directly", ResourceWarning)
    return AsyncElasticsearch(**connection.options())
