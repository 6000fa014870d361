"""Ports: free ones are found, held ones are kept, taken ones are given up and said so."""

import socket
from collections.abc import Iterator

import pytest

from deploy.local import ports


@pytest.fixture
def listener() -> Iterator[int]:
    """Listen on a port for the time of a test."""
    with socket.socket() as server:
        server.bind((ports.LOOPBACK, 0))
        server.listen(1)
        yield server.getsockname()[1]


def test_listened_port_is_not_free(listener: int) -> None:
    """A port on which somebody listens is not free."""
    assert not ports.free(listener)


def test_port_taken_on_all_addresses_is_not_free() -> None:
    """Who listens on every address holds the loopback address, too."""
    with socket.socket() as server:
        server.bind(("0.0.0.0", 0))  # noqa: S104 -- the case under test
        server.listen(1)
        assert not ports.free(server.getsockname()[1])


def test_port_with_lingering_connections_is_free() -> None:
    """Connections that the last run left waiting do not cost a server its port."""
    with socket.socket() as server:
        server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        server.bind((ports.LOOPBACK, ports.choose()))
        server.listen(1)
        port = server.getsockname()[1]
        with socket.create_connection((ports.LOOPBACK, port)):
            accepted, _ = server.accept()
            # The side that closes first keeps the connection for minutes.
            accepted.close()
    assert ports.free(port)


def test_chosen_port_is_free_and_not_lent_to_outgoing_connections() -> None:
    """A chosen port can be listened on and lies below the range of outgoing connections, so that it stays ours while we are down."""
    with open("/proc/sys/net/ipv4/ip_local_port_range", encoding="ascii") as kernel:  # noqa: PTH123 -- one line of the kernel
        lowest_lent = int(kernel.read().split()[0])
    chosen = ports.choose()
    assert ports.free(chosen)
    assert chosen < lowest_lent


def test_choice_gives_up_where_all_are_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where no port is free the choice ends with an error and not in a loop."""
    monkeypatch.setattr(ports, "free", lambda _port: False)
    with pytest.raises(OSError, match="no free port"):
        ports.choose()


def test_held_port_is_kept_while_free() -> None:
    """A port of an earlier start is used again."""
    held = {"client": ports.choose()}
    assert ports.keep(held, ["client"]) == (held, {})


def test_taken_port_moves_and_is_named(listener: int) -> None:
    """A port that somebody took meanwhile is replaced, and both are named; its neighbour stays."""
    neighbour = ports.choose()
    kept, moved = ports.keep({"client": listener, "controller": neighbour}, ["client", "controller"])
    assert kept["controller"] == neighbour
    assert kept["client"] not in {listener, neighbour}
    assert moved == {"client": (listener, kept["client"])}


def test_uses_never_share_a_port() -> None:
    """Two uses that are noted with one port get two."""
    one = ports.choose()
    kept, _ = ports.keep({"client": one, "controller": one}, ["client", "controller"])
    assert kept["client"] != kept["controller"]
