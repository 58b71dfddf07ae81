"""A season: a week later, everybody asks at once, faults strike, and then it becomes quiet."""

from __future__ import annotations

import random
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from apps.core.billing.unsettled import CLAIMED
from apps.core.contract.jobs import JobClaim, JobStatus
from tests.faults.history.kills import Faults, Recovery, Scene, schedule
from tests.faults.history.load import Load, prepare
from tests.faults.history.record import History
from tests.faults.history.rounds import administering, office
from tests.faults.history.servers import LargeHouse
from tests.faults.history.town import Town

MOST_SECONDS = 600
"""A season that lasts longer is a failure."""
PAUSE_SECONDS = (0.2, 1)
"""Between two faults."""
BEGINS = datetime(2026, 3, 6, 3, 30, tzinfo=UTC)
"""A Friday, when the week before has closed."""
WAITING = """
SELECT count(*) FROM outbox WHERE published_at IS NULL
UNION ALL SELECT count(*) FROM notification WHERE handled_at IS NULL
UNION ALL SELECT count(*) FROM job WHERE status = 'failed'
UNION ALL SELECT count(*) FROM statement WHERE status IN ('drafted', 'checked', 'approved')
"""
CHARGED = """
SELECT count(*) FROM subscription JOIN account ON account_id = account.id
WHERE account.status = 'suspended' AND shop = 'card' AND renews
"""
DUE = "SELECT count(*) FROM subscription WHERE look_again_at <= '{:%Y-%m-%d %H:%M:%S.%f}+00'"
"""Of which the shop is to be asked by then."""


@dataclass
class Season:
    house: LargeHouse
    seed: int
    acknowledged: int = 2_000
    """How much is to be acknowledged at least."""
    commands: frozenset[str] = frozenset()
    """Those of which one is to be acknowledged at least."""
    history: History = field(init=False)
    recoveries: list[Recovery] = field(default_factory=list[Recovery])

    def __post_init__(self) -> None:
        self.history = History(self.house.history)
        self.town = Town(self.house, f"s{self.seed}")
        self.chance = random.Random(self.seed)

    def live(self, faults: Sequence[str] | None = None) -> None:
        """With these faults, or all of them in an order of the seed's own."""
        sleeper = self.ask(schedule(self.chance) if faults is None else faults)
        self.become_quiet()
        office.wake_up(self.town, sleeper)
        self.history.read_on()

    def ask(self, faults: Sequence[str] = ()) -> JobClaim:
        """Until enough was acknowledged and all of these faults have struck; returns the claim to a job of which nothing is done."""
        self.house.clock.set(BEGINS + timedelta(weeks=self.seed))
        self.house.sql("DELETE FROM account_role WHERE role = 'administrator'")  # as in a new house, where one is invited
        load = Load(self.town, prepare(self.town), self.seed)
        load.start()
        sleeper = office.claim_surely(self.town, self.chance, ("transcode",))
        struck = Faults(Scene(self.house, self.history, self.chance), self.recoveries)
        for name in faults:
            time.sleep(self.chance.uniform(*PAUSE_SECONDS))
            load.check()
            struck.strike(name)
        try:
            self.house.wait_until(lambda: self._enough(load), MOST_SECONDS)
        except AssertionError as late:
            raise AssertionError(f"{self.history.acknowledged()} acknowledged, none of {sorted(self._missing())}") from late
        load.stop()
        return sleeper

    def _enough(self, load: Load) -> bool:
        load.check()
        self.history.read_on()
        return self.history.acknowledged() >= self.acknowledged and not self._missing()

    def _missing(self) -> frozenset[str]:
        """Those of the commands of which none was acknowledged yet."""
        return self.commands - {one.asked.name for one in self.history.operations.values() if one.done}

    def become_quiet(self) -> None:
        """Until nothing waits to be done: what was given up is replayed, statements are signed, jobs are done, notices are looked at."""
        self.house.wait_until(self._is_quiet, MOST_SECONDS)
        office.keep_house(self.town, self.chance)  # or what the calendar asks for after the last work is asked for too late to be compared
        self.house.wait_until(self._is_quiet, MOST_SECONDS)

    def _is_quiet(self) -> bool:
        administering.sign(self.town, self.chance)
        office.replay(self.town, self.chance)
        jobs = self.house.unfinished()
        if jobs and all(status is JobStatus.WAITING for status, _ in jobs.values()):
            self.house.clock.advance(5)  # a job that nobody heard of is announced again in time
        if jobs or any(number for (number,) in self.house.sql(WAITING)):
            return False
        taken = self.house.clock.now() + CLAIMED
        if self.house.sql(CHARGED)[0][0] or self.house.sql(DUE.format(taken))[0][0]:
            self.house.clock.advance(60)  # what somebody took on and did not look at is given out again in time
            return False
        return True
