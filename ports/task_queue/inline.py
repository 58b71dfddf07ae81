"""Tasks done at once, in the process that asks for them: for tests and trials without a broker."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Mapping
from contextvars import Context
from dataclasses import dataclass
from importlib import import_module
from threading import local
from typing import Any, ClassVar, Self, cast

import structlog

from ports.environment import Environment
from ports.task_queue.interface import Argument, TaskQueue

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Enqueued:
    task: str
    arguments: Mapping[str, Argument]
    task_id: str | None
    request_id: str


class Waiting(local):
    """The tasks that this thread has still to do, and whether it is doing one now."""

    def __init__(self) -> None:
        self.tasks: deque[Enqueued] = deque()
        self.busy = False


class InlineTaskQueue(TaskQueue):
    """Imports the dotted name and calls it: a plain function or a Celery task (which, called so, runs in this process).

    As with a broker, enqueueing succeeds whatever becomes of the task: what it raises is logged, and there is no retry.
    What a task enqueues is done after it, and no task sees the context (request, application) of who enqueued it.
    """

    fake: ClassVar[bool] = True

    def __init__(self) -> None:
        log.warning("task queue is a fake: tasks are done at once in the process that asks for them, and never again")
        self._waiting = Waiting()

    @classmethod
    def from_env(cls, environment: Environment) -> Self:  # noqa: ARG003 - it needs no setting
        return cls()

    def ping(self) -> None:
        """There is no service behind it."""

    def enqueue(
        self, task: str, arguments: Mapping[str, Argument], queue: str = "default", task_id: str | None = None, request_id: str = ""
    ) -> None:
        waiting = self._waiting
        waiting.tasks.append(Enqueued(task, dict(arguments), task_id, request_id))
        if waiting.busy:
            return
        waiting.busy = True
        try:
            while waiting.tasks:
                Context().run(_do, waiting.tasks.popleft())
        finally:
            waiting.busy = False


def _do(enqueued: Enqueued) -> None:
    structlog.contextvars.bind_contextvars(request=enqueued.request_id, task=enqueued.task)
    try:
        _function(enqueued.task)(**enqueued.arguments)
    except Exception:
        log.exception("The task %s (%s) failed and is not tried again", enqueued.task, enqueued.task_id)


def _function(task: str) -> Callable[..., Any]:
    module, _, name = task.rpartition(".")
    return cast(Callable[..., Any], getattr(import_module(module), name))
