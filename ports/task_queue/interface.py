"""Task queue: names work for the back office; who does it, and where, is the implementation's business."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from ports.interface import Implementation

REQUEST_HEADER = "celesta_request"
"""What carries the request's id beside a task, for whoever reads logs."""
Argument = str | int | float | bool | None


class QueueUnavailable(Exception):
    """The task was not taken; a later try may succeed."""


class TaskQueue(Implementation, Protocol):
    def enqueue(
        self, task: str, arguments: Mapping[str, Argument], queue: str = "default", task_id: str | None = None, request_id: str = ""
    ) -> None:
        """Hand over one task, by dotted name, with keyword arguments; raises `QueueUnavailable`.

        Delivery is at least once, so tasks are idempotent. `task_id` names the task in logs and in Flower; `request_id` is that of the
        request it comes of.
        """
        ...
