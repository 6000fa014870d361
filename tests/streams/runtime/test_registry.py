"""The schema registry over HTTP, against a small real server."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any, ClassVar

import pytest

from streams.runtime.registry import HttpRegistry, RegistryError, registry_of
from streams.settings import Settings


class Handler(BaseHTTPRequestHandler):
    """Answers what ``answers`` holds for a path, one after the other, the last for ever."""

    answers: ClassVar[dict[str, list[tuple[int, object]]]] = {}
    asked: ClassVar[list[tuple[str, Any]]] = []

    def do_GET(self) -> None:
        self._answer(None)

    def do_POST(self) -> None:
        self._answer(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def _answer(self, body: Any) -> None:
        self.asked.append((self.path, body))
        queue = self.answers.get(self.path, [(404, {"error_code": 40403})])
        status, answer = queue.pop(0) if len(queue) > 1 else queue[0]
        data = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)


@pytest.fixture
def registry() -> Iterator[HttpRegistry]:
    """Give a registry with a server behind it."""
    Handler.answers = {}
    Handler.asked = []
    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield HttpRegistry(f"http://127.0.0.1:{server.server_port}/", pause=0.001)
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_schema_is_registered_once_and_its_id_remembered(registry: HttpRegistry) -> None:
    """The subject travels quoted."""
    Handler.answers["/subjects/mail-events-custodiet.MailEvent%2F1/versions"] = [(200, {"id": 7})]
    assert registry.id_for("mail-events-custodiet.MailEvent/1", '"string"') == 7
    assert registry.id_for("mail-events-custodiet.MailEvent/1", '"string"') == 7
    assert Handler.asked == [("/subjects/mail-events-custodiet.MailEvent%2F1/versions", {"schema": '"string"'})]


def test_a_schema_is_asked_for_once(registry: HttpRegistry) -> None:
    """By its id."""
    Handler.answers["/schemas/ids/7"] = [(200, {"schema": '"string"'})]
    assert [registry.schema_of(7), registry.schema_of(7)] == ['"string"', '"string"']
    assert len(Handler.asked) == 1


def test_an_unknown_id_is_a_key_error_and_remembered_for_a_while(registry: HttpRegistry) -> None:
    """A topic full of garbage must not become a flood of questions."""
    for _ in range(3):
        with pytest.raises(KeyError):
            registry.schema_of(9)
    assert len(Handler.asked) == 1


def test_a_server_that_stumbles_is_asked_again(registry: HttpRegistry) -> None:
    """Faults of the server pass."""
    Handler.answers["/schemas/ids/7"] = [(503, {}), (500, {}), (200, {"schema": '"int"'})]
    assert registry.schema_of(7) == '"int"'


def test_a_refusal_is_told_with_the_registrys_words(registry: HttpRegistry) -> None:
    """An incompatible schema, say."""
    Handler.answers["/subjects/s/versions"] = [(409, {"message": "incompatible"})]
    with pytest.raises(RegistryError, match=r"409.*incompatible"):
        registry.id_for("s", "{}")


def test_a_registry_that_never_answers_is_an_error() -> None:
    """After some tries."""
    with pytest.raises(RegistryError, match="does not answer"):
        HttpRegistry("http://127.0.0.1:1", pause=0.0).schema_of(1)


def test_without_a_url_there_is_no_registry() -> None:
    """Records travel in single-object encoding."""
    assert registry_of(Settings()) is None
    assert isinstance(registry_of(Settings(registry_url="http://registry.example")), HttpRegistry)
