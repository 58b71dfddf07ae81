"""A server that answers as a test tells it to, for what the test shop never answers."""

from __future__ import annotations

import json
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any
from urllib.parse import urlsplit


@dataclass
class StripeServer:
    url: str = ""
    status: int = 200
    body: bytes = b"{}"
    silent: bool = False
    """Whether it keeps who asks waiting."""
    headers: list[dict[str, str]] = field(default_factory=list)
    """Of each request."""
    paths: list[str] = field(default_factory=list)
    """Of each request, with what is asked."""
    refused: dict[str, tuple[int, dict[str, Any]]] = field(default_factory=dict)
    """By path, what is answered with a status and an error."""
    found: dict[str, dict[str, Any]] = field(default_factory=dict)
    """By path, what is there."""
    ended: Event = field(default_factory=Event)

    def answer(self, status: int, error: dict[str, Any]) -> None:
        self.status, self.body = status, json.dumps({"error": error}).encode()

    def answer_to(self, path: str) -> tuple[int, bytes]:
        if path in self.refused:
            status, error = self.refused[path]
            return status, json.dumps({"error": error}).encode()
        if path in self.found:
            return 200, json.dumps(self.found[path]).encode()
        return self.status, self.body


@contextmanager
def stripe_server() -> Generator[StripeServer]:
    told = StripeServer()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            told.headers.append(dict(self.headers))
            told.paths.append(self.path)
            if told.silent:
                told.ended.wait(30)
                return
            status, body = told.answer_to(urlsplit(self.path).path)
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

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
