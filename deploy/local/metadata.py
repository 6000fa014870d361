"""Asks a broker for its metadata, in bytes: an open port says nothing, this answer says that a client can work.

The protocol: a 4-byte length, then the request head (key, version, correlation id, client id) and the body. Metadata version 1:
a null list of topics asks for all; the answer begins with the brokers that are up (id, host, port, rack) and the controller's id.
"""

import socket
import struct

METADATA = 3
VERSION = 1
CORRELATION = 7
CLIENT = b"custodiet-launcher"
LONGEST = 16 * 1024 * 1024


def brokers(host: str, port: int, patience: float = 2.0) -> list[tuple[str, int]]:
    """Return (host, port) of each broker that the one at `host`:`port` counts as up.

    Raises OSError when there is no answer within `patience` seconds a step, ValueError when what answers is no Kafka.
    """
    head = struct.pack(">hhih", METADATA, VERSION, CORRELATION, len(CLIENT)) + CLIENT
    request = head + struct.pack(">i", -1)
    with socket.create_connection((host, port), timeout=patience) as line:
        line.sendall(struct.pack(">i", len(request)) + request)
        (length,) = struct.unpack(">i", _exactly(line, 4))
        if not 8 <= length <= LONGEST:
            raise ValueError(f"{host}:{port} is no Kafka broker")
        answer = _exactly(line, length)
    return _read(answer)


def _exactly(line: socket.socket, count: int) -> bytes:
    got = b""
    while len(got) < count:
        piece = line.recv(count - len(got))
        if not piece:
            raise ConnectionError("the broker closed the connection")
        got += piece
    return got


def _read(answer: bytes) -> list[tuple[str, int]]:
    try:
        correlation, count = struct.unpack_from(">ii", answer)
        if correlation != CORRELATION:
            raise ValueError("the answer is to another request")
        found = []
        at = 8
        for _ in range(count):
            _, length = struct.unpack_from(">ih", answer, at)
            host = answer[at + 6 : at + 6 + length].decode("utf-8")
            at += 6 + length
            port, rack = struct.unpack_from(">ih", answer, at)
            at += 6 + max(rack, 0)
            found.append((host, port))
    except struct.error as error:
        raise ValueError("the answer is too short for broker metadata") from error
    return found
