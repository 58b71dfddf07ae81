"""Tasks held and never done: for tests of what asks for them, and for looking at what would be asked for."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Self

from ports.environment import Environment
from ports.task_queue.interface import Argument, TaskQueue

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class HeldTask:
    name: str
    arguments: Mapping[str, Argument]
    queue: str
    id: str | None
    request_id: str = ""


class HeldTaskQueue(TaskQueue):
    """`held` lists what was enqueued, oldest first."""

    fake: ClassVar[bool] = True

    def __init__(self) -> None:
        log.warning("task queue is a fake: tasks are held and never done")
        self.held: list[HeldTask] = []

    @classmethod
    def from_env(cls, environment: Environment) -> Self:  # noqa: ARG003 - it needs no setting
        return cls()

    def ping(self) -> None:
        """There is no service behind it."""

    def enqueue(
        self, task: str, arguments: Mapping[str, Argument], queue: str = "default", task_id: str | None = None, request_id: str = ""
    ) -> None:
        self.held.append(HeldTask(task, dict(arguments), queue, task_id, request_id))
