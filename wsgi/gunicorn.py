"""Gunicorn's configuration, for every app and topology: `gunicorn -c python:wsgi.gunicorn wsgi.all:application`."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from ports.environment import Environment
from ports.exposition import forget_process, serve_metrics, tell_what_runs
from ports.settings import PORT, WEB_CONCURRENCY, WEB_GRACE

if TYPE_CHECKING:
    from gunicorn.app.wsgiapp import WSGIApplication
    from gunicorn.arbiter import Arbiter
    from gunicorn.workers.base import Worker

_environment = Environment(os.environ)
_host = _environment.text("CELESTA_HOST", "127.0.0.1")

bind = f"{f'[{_host}]' if ':' in _host else _host}:{PORT.read(_environment)}"
workers = WEB_CONCURRENCY.read(_environment)
worker_class = "gthread"
threads = 4
preload_app = True
# Longer than proxies keep a connection that is not used (nginx a minute, load balancers as long): whoever sends on one that is being
# closed at that moment gets no answer.
keepalive = 75
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108 - heartbeats must not wait for a disk
graceful_timeout = WEB_GRACE.read(_environment)
control_socket_disable = True

# Only these may say whom a request comes from; never "*", with which everybody could.
forwarded_allow_ips = _environment.text("FORWARDED_ALLOW_IPS", "127.0.0.1,::1")
if "*" in forwarded_allow_ips:
    raise ValueError("FORWARDED_ALLOW_IPS must list the proxies' addresses: with * everybody could pretend to be one.")

# Before the app is loaded, as what it loads counts by where it is told to.
_exposition = serve_metrics(_environment)

# The apps log their requests themselves; lines carry no time, as whoever collects them adds it.
accesslog = None
logconfig_dict: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "%(levelname)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "loggers": {"gunicorn.error": {"level": "WARNING", "handlers": ["console"], "propagate": False}},
    "root": {"level": "WARNING", "handlers": ["console"]},
}


def post_fork(server: Arbiter, worker: Worker) -> None:  # noqa: ARG001 - gunicorn's signature
    """Let the app replace what a fork must not share, such as database connections."""
    if _exposition is not None:
        _exposition.leave()
        tell_what_runs(_environment)
    _tell_app(worker, "after_fork")


def worker_exit(server: Arbiter, worker: Worker) -> None:  # noqa: ARG001 - gunicorn's signature
    """In the worker, which ends in order: let the app write what it holds."""
    _tell_app(worker, "before_exit")


def child_exit(server: Arbiter, worker: Worker) -> None:  # noqa: ARG001 - gunicorn's signature
    if _exposition is not None:
        forget_process(int(worker.pid))


def _tell_app(worker: Worker, moment: str) -> None:
    module = sys.modules[str(cast("WSGIApplication", worker.app).app_uri).partition(":")[0]]
    act = getattr(module, moment, None)
    if act is not None:
        act()
