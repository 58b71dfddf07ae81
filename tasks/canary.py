"""The canary: a task that does nothing, announced to every queue each minute. Where it is not counted, nobody works off that queue."""

from __future__ import annotations

from tasks.app import celery


@celery.task
def sing() -> None:
    """That it is done is all there is to it."""
