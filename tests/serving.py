"""A WSGI app behind a real HTTP server on a free port."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from threading import Thread
from wsgiref.types import WSGIApplication

from werkzeug.serving import WSGIRequestHandler, make_server


class Quiet(WSGIRequestHandler):
    def log(self, type: str, message: str, *args: object) -> None:  # noqa: A002 - werkzeug's name
        """Requests are the test's own."""


@contextmanager
def serving(app: WSGIApplication) -> Generator[str]:
    """The address at which the app answers, several requests at a time, until the block ends."""
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=Quiet)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
