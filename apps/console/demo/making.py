"""The demo's catalogue on its way into a service: composed release by release, each delivered as soon as it is there."""

from __future__ import annotations

import logging
import os
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import click

from apps.console.core import operator
from apps.console.demo.catalogue import RELEASES, Release
from apps.console.demo.files import path_of, write_release
from apps.console.demo.home_page import arrange_home_page
from apps.console.demo.production import refuse_production
from apps.console.demo.wanted import folder_of
from apps.console.embedded import embedded_environment
from apps.console.folder.delivery import deliver, known_files, sort_out
from apps.console.folder.report import NO_BROKER, NOT_RUNNING
from apps.console.folder.walk import Walk
from apps.core.client.interface import Sender
from apps.core.contract.ids import DeliveryId
from apps.core.contract.intake import DeliverySummary, GetDelivery, ListDeliveries, OpenDelivery
from ports.clock.interface import Clock
from ports.container import Container
from ports.task_queue.interface import QueueUnavailable, TaskQueue

POLL_SECONDS = 1.0
STALLED_SECONDS = 90
"""Without a change: nobody is there to take the music in."""
POLITE = 10
"""How far composing stands back behind listening and transcoding."""


@dataclass
class Making:
    core: Sender
    queue: TaskQueue
    clock: Clock
    folder: Path
    say: Callable[[str], object]
    releases: tuple[Release, ...] = RELEASES

    def run(self) -> None:
        """Make and deliver what is not there yet, and wait until all of it can be played."""
        missing = list(self._missing())
        if not missing and not self.folder.is_dir():
            self.say("The demo catalogue is here already.")
            return
        self.folder.mkdir(parents=True, exist_ok=True)
        for number, release in enumerate(missing, 1):
            write_release(release, self.folder)
            self._deliver()
            self.say(f"Demo catalogue, {number} of {len(missing)}: {release.title} by {release.artist_name} is delivered.")
        self._finish()

    def _missing(self) -> Iterator[Release]:
        known = known_files(self.core, self.folder)
        for release in self.releases:
            if any(path_of(release, recording) not in known for recording in release.recordings):
                yield release

    def _deliver(self) -> None:
        """As `celesta import` does."""
        fresh = sort_out(self.core, self.folder, list(Walk(self.folder).files())).fresh
        if fresh:
            deliver(self.core, self.core.send(OpenDelivery(str(self.folder))), self.folder, fresh, lambda _: None)

    def _finish(self) -> None:
        try:
            self.queue.ping()
        except QueueUnavailable:
            self.say(NO_BROKER)
            return
        for states in self._states():
            if all(state.releases_written == state.releases for state in states):
                # It lies in storage by now; made again it would be the same, and would not be delivered again.
                shutil.rmtree(self.folder, ignore_errors=True)
            if all(_is_settled(state) for state in states):
                arrange_home_page(self.core, self.clock.now())
                self.say(f"The demo catalogue is complete: {len(self.releases)} releases can be played.")
                return
        self.say(NOT_RUNNING)

    def _states(self) -> Iterator[list[DeliverySummary]]:
        """How far the deliveries are, again and again; ends where nothing moves for a while."""
        deliveries = self._deliveries()
        before, since = None, time.monotonic()
        while time.monotonic() < since + STALLED_SECONDS:
            states = [self.core.send(GetDelivery(one)).summary for one in deliveries]
            if states != before:
                before, since = states, time.monotonic()
            yield states
            time.sleep(POLL_SECONDS)

    def _deliveries(self) -> list[DeliveryId]:
        """Those of earlier runs as well: one that was interrupted left some that nobody had taken in."""
        found: list[DeliveryId] = []
        cursor, more = None, True
        while more:
            page = self.core.send(ListDeliveries(cursor))
            found += [one.id for one in page.items if one.source == str(self.folder)]
            cursor, more = page.next, page.next is not None
        return found


def _is_settled(state: DeliverySummary) -> bool:
    return state.releases_written == state.releases and state.recordings_ready + state.recordings_refused == state.recordings


def make_catalogue(say: Callable[[str], object] = click.echo) -> None:
    """Into the service of this environment; raises `BootError` in production."""
    environment = embedded_environment(os.environ)
    refuse_production(environment)
    container = Container(environment)
    Making(operator(container), container.get(TaskQueue), container.get(Clock), folder_of(environment), say).run()


def main() -> None:
    """In the background of `celesta run`."""
    os.nice(POLITE)
    logging.basicConfig(level=logging.ERROR)  # that there are fakes the other processes have said
    make_catalogue(lambda line: print(line, flush=True))


if __name__ == "__main__":
    sys.exit(main())
