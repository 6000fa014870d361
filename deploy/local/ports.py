"""Ports on 127.0.0.1 that nobody else holds."""

import random
import socket
from collections.abc import Collection

LOOPBACK = "127.0.0.1"

# Below the range from which the kernel serves outgoing connections: a kept port would otherwise be lent out while the server is down.
LOWEST, HIGHEST = 20_000, 32_000
TRIES = 1_000


def free(port: int) -> bool:
    """Tell whether a server could listen on `port` of the loopback address now."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        # As the servers do it: connections of an earlier run that linger are no hindrance, a listener is.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
            probe.listen(1)
        except OSError:
            return False
    return True


def choose(taken: Collection[int] = ()) -> int:
    """Pick a free port that is not among `taken`. Raises OSError when a thousand tries find none."""
    # Drawn, not counted up: two checkouts that start at the same moment then seldom want the same.
    draw = random.SystemRandom()
    for _ in range(TRIES):
        port = draw.randrange(LOWEST, HIGHEST)
        if port not in taken and free(port):
            return port
    raise OSError(f"no free port between {LOWEST} and {HIGHEST}")


def keep(held: dict[str, int], uses: Collection[str]) -> tuple[dict[str, int], dict[str, tuple[int, int]]]:
    """Give each of `uses` a port: the one it `held` where that is still free, else a new one.

    Returns the ports by use, and what had to move as (old, new) by use.
    """
    ports: dict[str, int] = {}
    moved: dict[str, tuple[int, int]] = {}
    for use in uses:
        old = held.get(use)
        if old is not None and old not in ports.values() and free(old):
            ports[use] = old
            continue
        ports[use] = choose({*ports.values(), *held.values()})
        if old is not None:
            moved[use] = (old, ports[use])
    return ports, moved
