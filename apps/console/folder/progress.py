"""Watching a delivery become music that can be played."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import click

from apps.core.client.interface import Sender
from apps.core.contract.ids import DeliveryId
from apps.core.contract.intake import DeliverySummary, GetDelivery
from apps.core.contract.jobs import JobStatus, ListJobs

POLL_SECONDS = 0.5
STALLED_SECONDS = 20
"""Without a change, not even in the progress of a job: nobody is there to do them."""


def follow(core: Sender, delivery_id: DeliveryId) -> bool:
    """Show progress until all is ready or refused; False where nothing moves."""
    states = _states(core, delivery_id)
    steps: tuple[tuple[str, Callable[[DeliverySummary], int], Callable[[DeliverySummary], int]], ...] = (
        ("Writing releases", lambda state: state.releases_written, lambda state: state.releases),
        ("Preparing audio ", lambda state: state.recordings_ready + state.recordings_refused, lambda state: state.recordings),
        ("Preparing covers", lambda state: state.covers_ready + state.covers_refused, lambda state: state.covers),
    )
    state = next(states, None)
    for label, done, of in steps:
        if state is None:
            return False
        with click.progressbar(length=of(state), label=label) as bar:
            bar.update(done(state))
            while done(state) < of(state):
                before, state = state, next(states, None)
                if state is None:
                    return False
                bar.update(done(state) - done(before))
    return state is not None


def _states(core: Sender, delivery_id: DeliveryId) -> Iterator[DeliverySummary]:
    """The delivery's state again and again; ends when neither it nor a job at work has moved for a while."""
    before, since = None, time.monotonic()
    while True:
        state = core.send(GetDelivery(delivery_id)).summary
        at_work = core.send(ListJobs(status=JobStatus.RUNNING, size=10)).items
        moment = state, tuple((job.id, job.attempts, job.progress) for job in at_work)
        if moment != before:
            before, since = moment, time.monotonic()
        elif time.monotonic() > since + STALLED_SECONDS:
            return
        yield state
        time.sleep(POLL_SECONDS)
