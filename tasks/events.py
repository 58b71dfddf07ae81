"""What Flower is told of the tasks, in batches: a worker by itself publishes at every turn of its loop, which cost half a task's CPU."""

from __future__ import annotations

from typing import Any

from celery.bootsteps import StartStopStep
from celery.worker.consumer.events import Events

PAUSE_SECONDS = 0.5
"""How long Flower may not yet know of an event."""
LARGEST_BATCH = 200


class EventBatches(StartStopStep):
    """A step of the worker's consumer, after Celery's own that makes the dispatcher; both start anew with each connection."""

    requires = (Events,)

    def __init__(self, consumer: Any, **options: Any) -> None:
        self._timer: Any = None
        super().__init__(consumer, **options)

    def start(self, parent: Any) -> None:
        dispatcher = parent.event_dispatcher
        dispatcher.on_send_buffered, dispatcher.buffer_limit = None, LARGEST_BATCH
        self._timer = parent.timer.call_repeatedly(PAUSE_SECONDS, dispatcher.flush)

    def stop(self, parent: Any) -> None:
        if self._timer is not None:
            self._timer.cancel()
        if parent.event_dispatcher is not None:
            parent.event_dispatcher.flush()
