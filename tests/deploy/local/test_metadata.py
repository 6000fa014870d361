"""Asking a broker for its metadata: what is no good answer is told apart from none. The good one is asked of the real broker."""

import socket
import threading
from collections.abc import Callable, Iterator

import pytest

from deploy.local import metadata, ports

Serve = Callable[[bytes], int]


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Listen on a port and answer the first request with these bytes."""
    threads: list[threading.Thread] = []

    def on_a_port(answer: bytes) -> int:
        server = socket.create_server((ports.LOOPBACK, 0))

        def once() -> None:
            with server, server.accept()[0] as line:
                line.recv(4_096)
                line.sendall(answer)

        threads.append(threading.Thread(target=once))
        threads[-1].start()
        return int(server.getsockname()[1])

    yield on_a_port
    for thread in threads:
        thread.join(10)


def test_nobody_is_no_answer() -> None:
    """A port without a listener is an OSError."""
    with pytest.raises(OSError, match="refused"):
        metadata.brokers(ports.LOOPBACK, ports.choose())


def test_closed_connection_is_no_answer(serve: Serve) -> None:
    """A server that closes in the middle of its answer is an OSError."""
    with pytest.raises(ConnectionError):
        metadata.brokers(ports.LOOPBACK, serve(b"\0\0\0\x20\0\0"))


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 400 Bad Request\r\n\r\n",
        b"\0\0\0\x02\0\0",
        b"\0\0\0\x0a\0\0\0\x63\0\0\0\0\0\0",
        b"\0\0\0\x08\0\0\0\x07\0\0\0\x05",
    ],
    ids=["another protocol", "too short", "another request", "fewer brokers than said"],
)
def test_stranger_is_told_from_a_broker(serve: Serve, answer: bytes) -> None:
    """What answers as no Kafka broker does is a ValueError."""
    with pytest.raises(ValueError, match=r"no Kafka|another request|too short"):
        metadata.brokers(ports.LOOPBACK, serve(answer))


def test_brokers_are_read(serve: Serve) -> None:
    """Each broker's host and port are read, with a rack and without."""
    first = b"\0\0\0\x01\0\x01a\0\0\x23\x84\xff\xff"
    second = b"\0\0\0\x02\0\x02bc\0\0\x23\x85\0\x01r"
    body = b"\0\0\0\x07\0\0\0\x02" + first + second + b"\0\0\0\x01\0\0\0\0"
    answer = len(body).to_bytes(4, "big") + body
    assert metadata.brokers(ports.LOOPBACK, serve(answer)) == [("a", 9092), ("bc", 9093)]
