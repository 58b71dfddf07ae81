"""Each task's line in the log, with the id of the request that caused it, and its part in the metrics."""

from __future__ import annotations

import os
import secrets
import time
from typing import Any

import structlog
from celery import states
from celery.signals import task_postrun, task_prerun, worker_init, worker_process_init

from ports import metrics
from ports.environment import BootError, Environment
from ports.exposition import Exposition, serve_metrics, tell_what_runs
from ports.task_queue.interface import REQUEST_HEADER
from tasks.schedule import CANARY

UNKNOWN = "(none)"
FAILURE = states.FAILURE.lower()
EXPOSITION: list[Exposition] = []
"""The parent's, which its children leave."""

log = structlog.get_logger("tasks")


@worker_init.connect
def begin_metrics(sender: Any, **_: Any) -> None:
    """In the parent, before its children are forked."""
    try:
        exposition = serve_metrics(Environment(os.environ))
    except BootError as error:
        # Celery would only log an Exception and go on.
        raise SystemExit(str(error)) from None
    if exposition is not None:
        EXPOSITION.append(exposition)
        _begin_failures_at_zero(sender.app)


@worker_process_init.connect
def begin_child(**_: Any) -> None:
    for exposition in EXPOSITION:
        exposition.leave()
        tell_what_runs(Environment(os.environ))


@task_prerun.connect
def begin_task(task: Any, kwargs: Any = None, **_: Any) -> None:
    request = task.request
    request.began = time.perf_counter()
    structlog.contextvars.clear_contextvars()
    caused_by = getattr(request, REQUEST_HEADER, None) or secrets.token_hex(8)
    structlog.contextvars.bind_contextvars(request=caused_by, task=task.name, **_job(kwargs))


@task_postrun.connect
def end_task(task: Any, state: str | None = None, **_: Any) -> None:
    """Whatever became of it, in Celery's words: success, failure, retry, ignored, rejected."""
    request, outcome = task.request, (state or UNKNOWN).lower()
    queue = (request.delivery_info or {}).get("routing_key") or UNKNOWN
    seconds = time.perf_counter() - request.began
    metrics.count(metrics.TASKS, task.name, queue, outcome)
    metrics.observe(metrics.TASK_SECONDS, task.name, seconds=seconds)
    tell = log.debug if task.name == CANARY else log.info
    tell("task ended", outcome=outcome, queue=queue, id=request.id, seconds=round(seconds, 3))
    structlog.contextvars.clear_contextvars()


def _begin_failures_at_zero(app: Any) -> None:
    """So that the first of a task is seen, from whichever of this worker's queues it comes."""
    for task in app.tasks:
        if not task.startswith("celery."):
            for queue in app.amqp.queues.consume_from:
                metrics.begin_at_zero(metrics.TASKS, task, queue, FAILURE)


def _job(arguments: Any) -> dict[str, str]:
    """Which job it is about, where it is about one; of other arguments nothing is told."""
    job_id = (arguments or {}).get("job_id")
    return {"job": job_id} if job_id else {}
