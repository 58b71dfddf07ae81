"""How a worker and beat show that they live, for a probe that must not ask the broker: it may be away for long, and that mends itself."""

from __future__ import annotations

import os
import time
from threading import Thread
from typing import Any

from celery.beat import PersistentScheduler
from celery.bootsteps import StartStopStep
from celery.worker.consumer.tasks import Tasks

from ports.environment import Environment
from ports.heartbeat import Heartbeat

PAUSE_SECONDS = 2.0
STUCK_SECONDS = 10.0
"""A loop that turns every few seconds and has not for so long does not go on by itself."""
CONNECTED, AWAY = "connected", "away"


class Pulse(StartStopStep):
    """A step of the worker: beats while its loop turns, and while it looks for a broker that is away, when there is no loop to turn."""

    def __init__(self, worker: Any, **options: Any) -> None:
        super().__init__(worker, **options)
        self.turned: float | None = None
        """When the loop last did; None while there is no connection."""
        worker.pulse = self

    def start(self, parent: Any) -> None:
        heartbeat = Heartbeat.from_env(Environment(os.environ))
        Thread(target=self._beat, args=(heartbeat,), name="heartbeat", daemon=True).start()

    def _beat(self, heartbeat: Heartbeat) -> None:
        while True:
            turned = self.turned
            if turned is None:
                heartbeat.beat(AWAY)
            elif time.monotonic() - turned < STUCK_SECONDS:
                heartbeat.beat(CONNECTED)
            time.sleep(PAUSE_SECONDS)


class Turns(StartStopStep):
    """A step of the worker's consumer, after the one that takes tasks: tells the pulse of each turn of the loop."""

    requires = (Tasks,)

    def __init__(self, consumer: Any, **options: Any) -> None:
        self._timer: Any = None
        super().__init__(consumer, **options)

    def start(self, parent: Any) -> None:
        pulse = parent.controller.pulse

        def turn() -> None:
            pulse.turned = time.monotonic()

        turn()
        self._timer = parent.timer.call_repeatedly(PAUSE_SECONDS, turn)

    def stop(self, parent: Any) -> None:
        if self._timer is not None:
            self._timer.cancel()
        parent.controller.pulse.turned = None


class Scheduler(PersistentScheduler):
    """Beat's own, which shows that it looks at the schedule."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        self._heartbeat = Heartbeat.from_env(Environment(os.environ))
        super().__init__(*arguments, **options)

    def tick(self, *arguments: Any, **options: Any) -> Any:
        self._heartbeat.beat()
        return super().tick(*arguments, **options)
