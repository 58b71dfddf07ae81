"""The load: a few threads that do rounds, each of them once in any order, then again, until they are told to stop."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial

from apps.core.contract.accounts import ChangeRoles
from apps.core.contract.actions import Role
from apps.core.contract.errors import CelestaError, Defect, Unavailable
from tests.faults.history.rounds import (
    administering,
    buying,
    collecting,
    correcting,
    editorial,
    intake,
    keeping,
    listening,
    office,
    painting,
    sharing,
)
from tests.faults.history.town import Account, Town

LISTENERS, LISTENING_THREADS = 3, 2
LONGEST_PAUSE = 0.1
"""Seconds of a listener's: the machine has work to do beside."""
Round = Callable[[Town, random.Random], object]

COMMERCE: Sequence[Round] = (
    intake.take_in, partial(intake.take_in, clicks=3), intake.take_away, intake.change_audience,
    buying.buy, buying.stay_away, buying.claim, buying.notify,
    buying.change_password, keeping.keep, keeping.connect, keeping.take_away, painting.paint,
)  # fmt: skip
OFFICE: Sequence[Round] = (
    administering.invite, administering.change_roles, administering.suspend, administering.register_apps, administering.contract,
    administering.sign, editorial.arrange, editorial.compile_some, correcting.correct, correcting.merge, correcting.split,
    painting.cover_a_compilation, office.keep_house, office.take_slots, office.cut_preview, office.lend_a_hand, office.replay,
)  # fmt: skip
LISTENING = (
    listening.play, listening.play, listening.play, listening.play, listening.tune_in, listening.hide, listening.favour, listening.forget,
    listening.queue_up,
    collecting.collect, collecting.bring, collecting.thin_out, collecting.arrange, collecting.rule, sharing.share,
)  # fmt: skip


def prepare(town: Town) -> list[Account]:
    """Music, a label's contract, a first app, two of the staff, and listeners who have paid."""
    chance = random.Random(town.name)
    for _ in range(2):
        intake.take_in(town, chance)
    administering.register_apps(town, chance)
    staff = [town.register("staff") for _ in range(2)]
    for one in staff:
        town.operator.do(ChangeRoles(one.email, frozenset({Role.STAFF})))
    town.staff = (staff[0].website, staff[1].website)
    listeners = [town.register("listener") for _ in range(LISTENERS * LISTENING_THREADS)]
    for one in listeners[::2]:
        buying.subscribe(town, one)
    town.house.wait_until(lambda: _look(town, listeners[0]))
    administering.contract(town, chance)  # or nobody would be paid for this season in the next
    return listeners


def _look(town: Town, who: Account) -> bool:
    town.look_round(who)
    return len(town.tracks) >= 2 * intake.TRACKS


@dataclass
class Load:
    """Goes on from `start` to `stop`; what broke a thread is raised by `check`."""

    town: Town
    listeners: Sequence[Account]
    seed: int
    broken: list[BaseException] = field(default_factory=list[BaseException])
    _over: threading.Event = field(default_factory=threading.Event)
    _threads: list[threading.Thread] = field(default_factory=list[threading.Thread])

    def start(self) -> None:
        for number in range(LISTENING_THREADS):
            mine = self.listeners[number * LISTENERS : (number + 1) * LISTENERS]
            self._begin(number, lambda chance, mine=mine: self._listen(mine, chance))
        for number, rounds in enumerate((COMMERCE, OFFICE), LISTENING_THREADS):
            self._begin(number, lambda chance, rounds=rounds: self._work(rounds, chance))

    def stop(self) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join()
        self.check()

    def check(self) -> None:
        if self.broken:
            raise self.broken[0]

    def _begin(self, number: int, work: Callable[[random.Random], None]) -> None:
        chance = random.Random(f"{self.seed} {number}")
        thread = threading.Thread(target=self._run, args=(work, chance), daemon=True)
        self._threads.append(thread)
        thread.start()

    def _run(self, work: Callable[[random.Random], None], chance: random.Random) -> None:
        try:
            work(chance)
        except BaseException as error:  # noqa: BLE001 - the run is told of it
            self.broken.append(error)

    def _listen(self, listeners: Sequence[Account], chance: random.Random) -> None:
        while not self._over.is_set():
            what, who = chance.choice(LISTENING), chance.choice(listeners)
            _attempt(partial(what, self.town, who, chance))
            time.sleep(chance.uniform(0, LONGEST_PAUSE))

    def _work(self, rounds: Sequence[Round], chance: random.Random) -> None:
        ahead: list[Round] = []
        while not self._over.is_set():
            ahead = ahead or chance.sample(rounds, len(rounds))
            _attempt(partial(ahead.pop(), self.town, chance))


def _attempt(act: Callable[[], object]) -> None:
    """What is refused ends the round, as it would a person's visit; what is not answered for so long breaks the run."""
    try:
        act()
    except (Unavailable, Defect):
        raise
    except CelestaError:
        return
