"""Listeners who read no faster than they hear, in a process of their own: `python -m bench.slow`.

Reads `Listeners` as JSON from standard input, and prints a line once every one of them is being sent its file.
"""

from __future__ import annotations

import selectors
import socket
import subprocess
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager

import msgspec

from bench.load import HOST
from bench.measure import ROOT, BenchError

TICK = 0.25
BUFFER = 16_384
"""Bytes that the kernel takes for a listener, so that the sender has to wait for it."""


class Listeners(msgspec.Struct, frozen=True):
    port: int
    path: str
    count: int
    rate: int
    """Bytes a second that each reads."""


@contextmanager
def listening(listeners: Listeners) -> Generator[None]:
    """They listen until the block ends; raises `BenchError` where one was not let in, or was cut off."""
    command = [sys.executable, "-m", "bench.slow"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT) as process:  # noqa: S603 - our own module
        assert process.stdin and process.stdout
        process.stdin.write(msgspec.json.encode(listeners) + b"\n")
        process.stdin.flush()
        told = process.stdout.readline()
        try:
            if told != b"listening\n":
                raise BenchError("A slow listener was not let in.")
            yield
            if process.poll() is not None:
                raise BenchError("A slow listener was cut off.")
        finally:
            process.terminate()


def listen(listeners: Listeners) -> None:
    """Every one reads its share at each tick, for ever; a connection that ends is an error."""
    sockets = [_let_in(listeners) for _ in range(listeners.count)]
    print("listening", flush=True)
    share = int(listeners.rate * TICK)
    while True:
        began = time.monotonic()
        with selectors.DefaultSelector() as selector:
            for one in sockets:
                selector.register(one, selectors.EVENT_READ)
            for key, _ in selector.select(timeout=0):
                one = key.fileobj
                assert isinstance(one, socket.socket)
                if not one.recv(share):
                    raise ConnectionError("cut off")
        time.sleep(max(0.0, TICK - (time.monotonic() - began)))


def _let_in(listeners: Listeners) -> socket.socket:
    one = socket.socket()
    one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER)
    one.connect((HOST, listeners.port))
    one.sendall(f"GET {listeners.path} HTTP/1.1\r\nHost: {HOST}\r\n\r\n".encode())
    if not one.recv(12).endswith(b" 200"):
        raise ConnectionError("not let in")
    return one


if __name__ == "__main__":
    listen(msgspec.json.decode(sys.stdin.buffer.readline(), type=Listeners))
