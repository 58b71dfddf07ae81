"""A server that answers as a test tells it to, for what the test shop never answers."""

from __future__ import annotations

import json
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any


@dataclass
class StripeServer:
    url: str = ""
    status: int = 200
    body: bytes = b"{}"
    silent: bool = False
    """Whether it keeps who asks waiting."""
    headers: list[dict[str, str]] = field(default_factory=list)
    """Of each request."""
    ended: Event = field(default_factory=Event)

    def answer(self, status: int, error: dict[str, Any]) -> None:
        self.status, self.body = status, json.dumps({"error": error}).encode()


@contextmanager
def stripe_server() -> Generator[StripeServer]:
    told = StripeServer()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            told.headers.append(dict(self.headers))
            if told.silent:
                told.ended.wait(30)
                return
            self.send_response(told.status)
            self.send_header("Content-Length", str(len(told.body)))
            self.end_headers()
            self.wfile.write(told.body)

        do_POST = do_DELETE = do_GET  # noqa: N815 - the names that the standard library calls

        def log_message(self, *arguments: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        told.url = f"http://127.0.0.1:{server.server_port}"
        thread = Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield told
        finally:
            told.ended.set()
            server.shutdown()
            thread.join()
