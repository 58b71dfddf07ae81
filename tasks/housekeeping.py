"""Keeping the house tidy."""

from __future__ import annotations

from apps.core.contract.jobs import PruneExpired
from tasks.app import celery
from tasks.office import office
from tasks.schedule import PRUNE, take_slot


@celery.task
def prune() -> None:
    """Remove what has served its time."""
    if take_slot(office(), PRUNE):
        office().core.send(PruneExpired())
