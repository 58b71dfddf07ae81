"""The load generator, a process of its own: raw sockets, kept-alive connections, one request at a time on each.

Reads a `Load` as JSON from standard input and prints an `Outcome`: `python -m bench.load`.
"""

from __future__ import annotations

import selectors
import socket
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import repeat

import msgspec

HOST = "127.0.0.1"
NO_CONTENT = 204
END_OF_HEAD = b"\r\n\r\n"
LENGTH = b"\r\ncontent-length:"
BLOCK = 1 << 18


class Post(msgspec.Struct, frozen=True):
    """What one request sends."""

    body: str
    headers: dict[str, str] = {}


class Load(msgspec.Struct, frozen=True):
    port: int
    path: str
    headers: dict[str, str] = {}
    posts: tuple[Post, ...] = ()
    """One after the other, each once; none where everything is a GET."""
    requests: int = 2_000
    connections: int = 8
    reconnects: int = 4
    """The connections are opened afresh so many times: a server with several workers shares them unevenly."""


class Outcome(msgspec.Struct, frozen=True):
    requests: int
    seconds: float
    refused: int
    """Answers other than 2xx."""
    p50_ms: float
    p99_ms: float


@dataclass
class Connection:
    load: Load
    requests: Iterator[bytes]
    socket: socket.socket = field(init=False)
    started: float = 0.0
    received: bytearray = field(default_factory=bytearray)

    def __post_init__(self) -> None:
        self.socket = socket.create_connection((HOST, self.load.port), timeout=60)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def ask(self) -> None:
        self.received.clear()
        self.started = time.perf_counter()
        self.socket.sendall(next(self.requests))

    def answered(self) -> bool:
        """Read what has come; whether the answer is whole."""
        block = self.socket.recv(BLOCK)
        if not block:
            raise ConnectionError("The server closed the connection in the middle of an answer.")
        self.received += block
        head = self.received.find(END_OF_HEAD)
        return head >= 0 and len(self.received) >= head + len(END_OF_HEAD) + self._length(head)

    def _length(self, head: int) -> int:
        if self.status == NO_CONTENT:
            return 0
        lines = bytes(self.received[:head]).lower()
        at = lines.find(LENGTH)
        if at < 0:
            raise ConnectionError("The answer does not tell its length.")
        return int(lines[at + len(LENGTH) :].partition(b"\r\n")[0])

    @property
    def status(self) -> int:
        return int(self.received[9:12])


def generate(load: Load) -> Outcome:
    requests = _requests(load)
    times: list[float] = []
    refused = 0
    began = time.perf_counter()
    for _ in range(load.reconnects):
        refused += _burst([Connection(load, requests) for _ in range(load.connections)], load.requests // load.reconnects, times)
    seconds = time.perf_counter() - began
    times.sort()
    return Outcome(len(times), seconds, refused, times[len(times) // 2] * 1000, times[int(len(times) * 0.99)] * 1000)


def _requests(load: Load) -> Iterator[bytes]:
    if not load.posts:
        yield from repeat(_request(load, "GET", load.headers))
    for post in load.posts:
        body = post.body.encode()
        yield _request(load, "POST", {**load.headers, **post.headers, "Content-Length": str(len(body))}) + body


def _request(load: Load, method: str, headers: dict[str, str]) -> bytes:
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"{method} {load.path} HTTP/1.1\r\nHost: {HOST}:{load.port}\r\n{lines}\r\n".encode()


def _burst(connections: list[Connection], requests: int, times: list[float]) -> int:
    """Keep every connection busy until all answers are in; the number of answers that were not 2xx."""
    selector = selectors.DefaultSelector()
    waiting, refused = requests, 0
    for connection in connections[:requests]:
        selector.register(connection.socket, selectors.EVENT_READ, connection)
        connection.ask()
    to_ask = requests - len(connections)
    while waiting > 0:
        for key, _ in selector.select():
            connection: Connection = key.data
            if not connection.answered():
                continue
            times.append(time.perf_counter() - connection.started)
            refused += connection.status // 100 != 2
            waiting -= 1
            to_ask -= 1
            if to_ask >= 0:
                connection.ask()
    for connection in connections:
        connection.socket.close()
    selector.close()
    return refused


if __name__ == "__main__":
    sys.stdout.buffer.write(msgspec.json.encode(generate(msgspec.json.decode(sys.stdin.buffer.read(), type=Load))))
