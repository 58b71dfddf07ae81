"""Five weeks in the life of a small service, from its first subscriber to its fifth statement."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

from apps.console.demo.catalogue import LABELS
from apps.console.demo.house import House
from apps.console.demo.listeners import Listener, tracks_of
from apps.core.client.interface import Sender
from apps.core.contract.accounts import ListAccounts
from apps.core.contract.actions import Role
from apps.core.contract.labels import AssignPartner, Label, ListLabels, SetContract, Share
from apps.core.contract.radio import StationBatch
from apps.core.contract.reporting import ApproveStatement, CheckStatement, ListStatements, Status

FIRST_DAY = date(2026, 1, 2)
"""A Friday, on which weeks of charts and statements begin."""
WEEKS = 5
DAYS = 7 * WEEKS
OPENS, ROUNDS = time(9, tzinfo=UTC), time(3, tzinfo=UTC)
"""When listeners begin to play, and when the back office has closed the day before."""
NAMES = ("Ana", "Ben", "Chloe", "Dev", "Elif", "Femi", "Greta", "Hugo", "Ines", "Jonas", "Kira")
SHARES = (Share(65, 100), Share(2, 3), Share(70, 100), Share(60, 100), Share(1, 2))


@dataclass
class Month:
    """What happens, day by day; `say` is told of it."""

    house: House
    say: Callable[[str], None]
    leaves_last: bool
    """Whether the statements of the last week are left for somebody else to sign."""
    listeners: list[Listener] = field(default_factory=list[Listener])
    partners: dict[str, Sender] = field(default_factory=dict[str, Sender])
    """By label."""
    staff: list[Sender] = field(default_factory=list[Sender])
    batches: list[tuple[StationBatch, StationBatch]] = field(default_factory=list[tuple[StationBatch, StationBatch]])

    def begin(self, music: Path) -> None:
        """The music, contracts, staff and partners, and everybody's account."""
        self.house.clock.set(datetime.combine(FIRST_DAY, ROUNDS) - timedelta(hours=1))
        self.house.take_in(music)
        self._open()

    def live(self) -> None:
        events = self._events()
        for number in range(DAYS):
            day = FIRST_DAY + timedelta(days=number)
            self.house.clock.set(datetime.combine(day, ROUNDS))
            self.house.make_rounds()
            self._sign()
            self.house.clock.set(datetime.combine(day, OPENS))
            for what, happens in events.get(number, ()):
                happens()
                self.say(f"{day:%d %b}  {what}")
            for listener in self.listeners:
                listener.listen()
        self.house.clock.set(datetime.combine(FIRST_DAY + timedelta(days=DAYS), ROUNDS))
        self.house.make_rounds()
        if not self.leaves_last:
            self._sign()

    def _open(self) -> None:
        self.staff = [self.house.person(name, "GB", Role.STAFF) for name in ("Stella Staff", "Stan Staff")]
        labels = {label.name: label for label in self.house.operator.send(ListLabels()).items}
        for name, share in zip(LABELS, SHARES, strict=True):
            self._sign_contract(labels[name], share)
        tracks = list(tracks_of(self.staff[0]))
        for number, name in enumerate(NAMES):
            chance = random.Random(number)  # noqa: S311 - the same month every time
            liked = chance.sample(tracks, len(tracks))
            core = self.house.person(name, "DE" if name == "Jonas" else "GB")
            self.listeners.append(Listener(self.house, name, core, liked, chance))

    def _sign_contract(self, label: Label, share: Share) -> None:
        self.house.operator.send(SetContract(label.id, share, FIRST_DAY.isoformat()))
        name = f"{label.name} Partner"
        self.partners[label.name] = self.house.person(name)
        (account,) = (one for one in self.house.operator.send(ListAccounts(size=100)).items if one.name == name)
        self.house.operator.send(AssignPartner(account.email, (label.id,)))

    def _sign(self) -> None:
        """One of the staff checks each statement that is written, the other approves it: then it is sent."""
        first, second = self.staff
        for statement in first.send(ListStatements(size=100)).items:
            if statement.status == Status.DRAFTED and statement.written:
                first.send(CheckStatement(statement.number))
                second.send(ApproveStatement(statement.number))

    def _events(self) -> Mapping[int, list[tuple[str, Callable[[], object]]]]:
        """What happens beside the daily listening, by the number of the day."""
        ana, ben, chloe, dev, elif_, femi, greta, hugo, ines, jonas, _ = self.listeners
        return {
            0: [
                ("Ana, Ben, Chloe, Dev and Elif subscribe by the month", lambda: _each("monthly", ana, ben, chloe, dev, elif_)),
                ("Femi, Greta and Hugo begin a trial", lambda: _each("trial", femi, greta, hugo)),
                ("Ines subscribes by the year", lambda: ines.subscribe("yearly")),
            ],
            4: [("Jonas subscribes in Germany, in euros", lambda: jonas.subscribe("monthly"))],
            6: [("Ana starts a station, skips two tracks and likes one", lambda: self.batches.append(ana.tune_in()))],
            9: [("Hugo cancels within his trial", hugo.cancel), ("Greta's card is taken down: her trial ends unpaid", greta.lose_card)],
            12: [("Ben starts a station, skips two tracks and likes one", lambda: self.batches.append(ben.tune_in()))],
            20: [("Dev cancels, and listens on to the end", dev.cancel)],
            23: [("Elif gets some of her money back", lambda: elif_.get_back(200))],
            26: [("Ana's station plays on", lambda: self.batches.append(ana.tune_in()))],
        }


def _each(plan: str, *listeners: Listener) -> None:
    for one in listeners:
        one.subscribe(plan)
