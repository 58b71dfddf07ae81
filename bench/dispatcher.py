"""What the dispatcher that mounts the apps adds to a request."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from werkzeug.middleware.dispatcher import DispatcherMiddleware
from werkzeug.test import EnvironBuilder

from bench.measure import microseconds, show

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

PATH = "/api/v1/releases"


def main() -> None:
    environ = EnvironBuilder(path=PATH).get_environ()
    mounted = DispatcherMiddleware(nothing, {"/api": nothing, "/core": nothing, "/media": nothing})
    with_it, without = microseconds(
        lambda: mounted(dict(environ), start_nothing), lambda: nothing(dict(environ), start_nothing), times=20_000
    )
    show("dispatcher, added to a request", f"{with_it - without:.2f} µs", "at most 3 µs")


def nothing(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:  # noqa: ARG001 - the smallest app
    return ()


def start_nothing(*_: object) -> Callable[[bytes], object]:
    return bytes
