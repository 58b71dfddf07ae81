"""What goes wrong: each fault strikes, is mended as a supervisor would, and is over when what it concerned works again."""

from __future__ import annotations

import os
import random
import signal
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import psutil

from apps.core.contract.jobs import Claimed, JobClaim, JobStatus, TakeSlot
from tests.faults.history.record import History
from tests.faults.history.servers import LargeHouse

BROKER_STOPS = 5
ANNOUNCED = "Sending due task"
"""What a beat's log says of each moment, at the level DEBUG."""


@dataclass
class Scene:
    """Where a fault strikes."""

    house: LargeHouse
    history: History
    chance: random.Random

    def answered(self, since: float, source: str, *names: str) -> bool:
        """Whether something that was asked after that moment has been acknowledged."""
        self.history.read_on()
        for one in reversed(self.history.operations.values()):
            if one.asked.at > since and one.done and one.asked.source.startswith(source) and (not names or one.asked.name in names):
                return True
        return False

    def in_flight(self) -> int:
        self.history.read_on()
        return sum(one.answer is None for one in self.history.operations.values() if not one.asked.source.startswith("tasks"))

    def claim_in_hand(self) -> tuple[int, JobClaim] | None:
        """A process whose task does a job now, and its claim to it."""
        running = {job for job, (status, _) in self.house.unfinished().items() if status is JobStatus.RUNNING}
        self.history.read_on()
        for one in reversed(self.history.operations.values()):
            if isinstance(one.result, Claimed) and one.result.claim.job_id in running and one.asked.source.startswith("tasks"):
                return int(one.asked.source.removeprefix("tasks-")), one.result.claim
        return None


@dataclass(frozen=True)
class Strike:
    """A fault that has struck; `is_over` tells whether what it concerns works again."""

    is_over: Callable[[], bool]
    at: float
    """When it struck; of one that is over by itself, when that was so."""


@dataclass
class Recovery:
    fault: str
    seconds: float
    in_flight: int
    """What was asked and not answered when it struck."""


@dataclass
class Faults:
    scene: Scene
    recoveries: list[Recovery] = field(default_factory=list[Recovery])

    def strike(self, name: str) -> None:
        in_flight = self.scene.in_flight()
        strike = FAULTS[name](self.scene, name)
        self.scene.house.wait_until(strike.is_over)
        self.recoveries.append(Recovery(name, time.time() - strike.at, in_flight))


def kill_task(scene: Scene, _name: str) -> Strike:
    """The process that a worker does a job in, in the middle of it; the worker forks another."""
    return _kill_holder(scene, lambda process: process.send_signal(signal.SIGKILL))


def kill_worker(scene: Scene, _name: str) -> Strike:
    """A worker in the middle of a job, with all its processes; it is started again at once."""

    def kill(process: psutil.Process) -> None:
        name = next(name for name, one in scene.house.running.items() if one.popen.pid == process.ppid())
        scene.house.running[name].kill()
        scene.house.begin(name)

    return _kill_holder(scene, kill)


def _kill_holder(scene: Scene, kill: Callable[[psutil.Process], None]) -> Strike:
    """Kill the process that does a job as soon as one does; it is over when that job is done, or in other hands, and others are done."""
    met: list[JobClaim] = []

    def strike() -> bool:
        if (found := scene.claim_in_hand()) is None or not psutil.pid_exists(found[0]):
            return False
        kill(psutil.Process(found[0]))
        met.append(found[1])
        return True

    scene.house.wait_until(strike)
    (claim,), now = met, time.time()
    return Strike(lambda: taken_over(scene, claim) and scene.answered(now, "tasks"), now)


def taken_over(scene: Scene, claim: JobClaim) -> bool:
    status, attempts = scene.house.unfinished().get(claim.job_id, (JobStatus.DONE, 0))
    return status is not JobStatus.RUNNING or attempts > claim.attempt


def kill_child(scene: Scene, name: str) -> Strike:
    """One of the processes that a server has forked; it is over when there are as many again, and requests are answered after that.

    The others answer all the while, and an answer alone would tell of them.
    """
    server = name.removesuffix("'s child")
    before, back = forked(scene, server), list[float]()
    killed = scene.chance.choice(sorted(before))
    os.kill(killed, signal.SIGKILL)
    now = time.time()

    def is_over() -> bool:
        there = forked(scene, server)
        if not back and killed not in there and len(there) == len(before):
            back.append(time.time())
        return bool(back) and answers(scene, server, back[0])

    return Strike(is_over, now)


def forked(scene: Scene, server: str) -> set[int]:
    return {child.pid for child in scene.house.running[server].children(recursive=False)}


def kill_server(scene: Scene, name: str) -> Strike:
    """A process with all its children; it is started again at once."""
    now = time.time()
    scene.house.running[name].kill()
    scene.house.begin(name)
    return Strike(lambda: answers(scene, name, now), now)


def kill_relay(scene: Scene, name: str) -> Strike:
    """It is over when its role is held longer than it was by the one that was killed."""
    until = scene.house.lease_of_the_relay()
    assert until is not None
    strike = kill_server(scene, name)
    return Strike(lambda: (scene.house.lease_of_the_relay() or until) > until, strike.at)


def kill_beat(scene: Scene, name: str) -> Strike:
    """It is over when this one has announced a moment again, and not only the other, and moments are taken."""
    strike = kill_server(scene, name)
    beat = scene.house.running[name]
    before = beat.count(ANNOUNCED)
    return Strike(lambda: beat.count(ANNOUNCED) > before and scene.answered(strike.at, "tasks", TakeSlot.__name__), strike.at)


def stop_broker(scene: Scene, _name: str) -> Strike:
    now = time.time()
    scene.house.valkey.stop()
    time.sleep(scene.chance.uniform(0, 1))
    scene.house.valkey.start()
    return Strike(lambda: scene.answered(now, "tasks", TakeSlot.__name__), now)


def fail_over(scene: Scene, _name: str) -> Strike:
    """The database takes no changes for a while."""
    scene.house.set_read_only(True)
    time.sleep(scene.chance.uniform(0.5, 2))
    scene.house.set_read_only(False)
    now = time.time()
    return Strike(lambda: scene.answered(now, "load") and scene.answered(now, "tasks"), now)


def answers(scene: Scene, server: str, since: float) -> bool:
    return scene.answered(since, "app" if server == "api" else "load")


FAULTS: dict[str, Callable[[Scene, str], Strike]] = {
    "worker's child": kill_task, "worker": kill_worker, "broker": stop_broker, "beat 1": kill_beat, "beat 2": kill_beat,
    "database read-only": fail_over, "api's child": kill_child, "core's child": kill_child, "core": kill_server, "api": kill_server,
    "relay": kill_relay,
}  # fmt: skip
"""By name; those of a server's process name it."""


def schedule(chance: random.Random) -> Sequence[str]:
    """Each fault once and the broker's five times, in any order."""
    names = [*FAULTS, *["broker"] * (BROKER_STOPS - 1)]
    return chance.sample(names, len(names))
