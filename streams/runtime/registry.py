"""A schema registry over HTTP, in the interface that Confluent's has and others share."""

import json
import time
import urllib.error
import urllib.parse
import urllib.request
from typing import Any, Final

from schemas.wire import SchemaRegistry
from streams.errors import CustodietError
from streams.settings import Settings

TIMEOUT_SECONDS: Final = 10.0
TRIES: Final = 5
UNKNOWN_FOR_SECONDS: Final = 60.0
_CONTENT: Final = "application/vnd.schemaregistry.v1+json"


class RegistryError(CustodietError):
    """The registry does not answer or refuses a schema."""


class HttpRegistry:
    """See schemas.wire.SchemaRegistry. Remembers every id it was told, and for a minute those that nobody knows."""

    def __init__(self, url: str, pause: float = 0.5) -> None:
        """Ask at ``url``; ``pause`` is the seconds before the second try, doubled at each further one."""
        self._url = url.rstrip("/")
        self._pause = pause
        self._ids: dict[tuple[str, str], int] = {}
        self._schemas: dict[int, str] = {}
        self._unknown: dict[int, float] = {}

    def id_for(self, subject: str, schema_json: str) -> int:
        """See SchemaRegistry; raises RegistryError."""
        known = self._ids.get((subject, schema_json))
        if known is None:
            answer = self._ask(f"/subjects/{urllib.parse.quote(subject, safe='')}/versions", {"schema": schema_json})
            known = self._ids[subject, schema_json] = int(answer["id"])
        return known

    def schema_of(self, schema_id: int) -> str:
        """See SchemaRegistry; raises RegistryError, KeyError where there is no such id."""
        if schema_id in self._schemas:
            return self._schemas[schema_id]
        if time.monotonic() < self._unknown.get(schema_id, 0.0):
            raise KeyError(schema_id)
        try:
            answer = self._ask(f"/schemas/ids/{schema_id}")
        except KeyError:
            self._unknown[schema_id] = time.monotonic() + UNKNOWN_FOR_SECONDS
            raise
        text = self._schemas[schema_id] = str(answer["schema"])
        return text

    def _ask(self, path: str, body: dict[str, str] | None = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(  # noqa: S310 - the settings take http and https only
            self._url + path, data=data, headers={"Content-Type": _CONTENT, "Accept": _CONTENT}
        )
        fault: Exception | None = None
        for turn in range(TRIES):
            try:
                with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS) as answer:  # noqa: S310 - as above
                    return json.load(answer)
            except urllib.error.HTTPError as error:
                with error:
                    if error.code == 404:
                        raise KeyError(path) from None
                    if error.code < 500:
                        raise RegistryError(f"schema registry {self._url}{path}: {error.code} {error.read()[:500]!r}") from None
                fault = error
            except (urllib.error.URLError, TimeoutError, json.JSONDecodeError) as error:
                fault = error
            time.sleep(self._pause * 2**turn)
        raise RegistryError(f"schema registry {self._url} does not answer: {fault}")


def registry_of(settings: Settings) -> SchemaRegistry | None:
    """Return the registry of the settings, None where there is none."""
    return None if settings.registry_url is None else HttpRegistry(settings.registry_url)
