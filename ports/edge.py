"""Where a request comes in: it is given its id, and leaves one line in the log and its part in the metrics.

The id goes with whatever it causes: to Core beside the Action, through the outbox to tasks, and into each line that any of them logs.
"""

from __future__ import annotations

import re
import secrets
import time
from collections.abc import Collection
from http import HTTPMethod

import structlog
from flask import Flask, Response, g, request

from ports import metrics
from ports.environment import Environment
from ports.settings import ACCESS_LOG, TRUSTED_PROXIES

REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")
"""What is taken over from a proxy that is trusted. Not all make it themselves (ingress-nginx passes a caller's on), so it is never
more than a name to look for."""
METHODS = frozenset(HTTPMethod)
NOWHERE = "(none)"
"""The route of what leads nowhere: its address is whatever somebody typed."""

log = structlog.get_logger("access")


def watch_requests(app: Flask, name: str, environment: Environment, quiet: Collection[str] = ()) -> None:
    """Name every request (`g.request_id`), time it, and tell of it; `quiet` endpoints leave no line. To be called before other hooks.

    `ACCESS_LOG` switches the lines off. They have the route's pattern and never the address, which may hold what is private.
    """
    trusted, logged = TRUSTED_PROXIES.read(environment) > 0, ACCESS_LOG.read(environment)

    def begin() -> None:
        given = request.environ.get("HTTP_X_REQUEST_ID", "") if trusted else ""
        g.request_id = given if REQUEST_ID.fullmatch(given) else secrets.token_hex(8)
        g.began = time.perf_counter()
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request=g.request_id)

    def end(answer: Response) -> Response:
        answer.headers["X-Request-Id"] = g.request_id
        route, method, seconds = _measure(name, answer)
        if logged and request.endpoint not in quiet:
            account = getattr(g.get("actor"), "account_id", None)
            ms = round(seconds * 1000, 1)
            log.info("answered", app=name, method=method, route=route, status=answer.status_code, ms=ms, account=account)
        return answer

    app.before_request(begin)
    app.after_request(end)


def measure_requests(app: Flask, name: str) -> None:
    """Count and time every request, for a door behind front ends that log by themselves."""

    def begin() -> None:
        g.began = time.perf_counter()

    def end(answer: Response) -> Response:
        _measure(name, answer)
        return answer

    app.before_request(begin)
    app.after_request(end)


def _measure(name: str, answer: Response) -> tuple[str, str, float]:
    """The request's route, method and seconds, once they are in the metrics."""
    seconds = time.perf_counter() - g.began
    route = request.url_rule.rule if request.url_rule else NOWHERE
    method = request.method if request.method in METHODS else NOWHERE
    metrics.count(metrics.REQUESTS, name, route, method, f"{answer.status_code // 100}xx")
    metrics.observe(metrics.REQUEST_SECONDS, name, route, method, seconds=seconds)
    return route, method, seconds
