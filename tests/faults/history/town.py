"""Who asks: the people of one season, what they know, and through which door each comes."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from apps.core.client.http import HttpClient
from apps.core.client.interface import CoreClient
from apps.core.contract.accounts import RegisterAccount
from apps.core.contract.actions import Actor, Command, Service
from apps.core.contract.catalogue import GetRelease, ListReleases
from apps.core.contract.ids import AccountId, OAuthClientId, TrackId
from tests.faults.history.api import ApiClient
from tests.faults.history.person import Person, insist
from tests.faults.history.record import Book, Recorded
from tests.faults.history.servers import LargeHouse

PASSWORD = "correct horse battery"


@dataclass
class Account:
    """One account, on the website and in an app. One thread at a time acts for it."""

    id: AccountId
    email: str
    website: Person
    app: Person
    password: str = PASSWORD
    plays: Iterator[int] = field(default_factory=itertools.count)


class Town:
    """All of a season; `name` begins whatever they make, so that it is told from other seasons'."""

    def __init__(self, house: LargeHouse, name: str) -> None:
        self.house, self.name = house, name
        self.numbers = itertools.count()
        book = Book(house.history / "load.jsonl", f"load-{name}")
        self._doors: dict[Service, CoreClient] = {
            service: Recorded(HttpClient.from_env(house.container.environment, service), book) for service in Service
        }
        self._api = ApiClient(house.api_port)
        self.api = Person(Recorded(self._api, Book(house.history / "app.jsonl", f"app-{name}")), Actor(Service.API))
        self.operator = Person(self._doors[Service.CONSOLE], Actor(Service.CONSOLE))
        self.office = Person(self._doors[Service.TASKS], Actor(Service.TASKS))
        self.visitor = Person(self._doors[Service.WEBSITE], Actor(Service.WEBSITE))
        self._done_before: set[type[Command[Any]]] = set()
        self.tracks: list[TrackId] = []
        self.apps: list[OAuthClientId] = []
        self.staff: tuple[Person, Person] = (self.visitor, self.visitor)

    def new_name(self, what: str) -> str:
        return f"{what}-{self.name}-{next(self.numbers)}"

    @property
    def music(self) -> Path:
        return self.house.folder / "music"

    def register(self, what: str) -> Account:
        """A new account, and an app of its that is logged in."""
        email = f"{self.new_name(what)}@example.com"
        account_id = self.visitor.do(RegisterAccount(email, what.title(), PASSWORD)).id
        return self.account(account_id, email)

    def account(self, account_id: AccountId, email: str) -> Account:
        website = Person(self.visitor.client, Actor(Service.WEBSITE, account_id=account_id))
        insist(lambda: self._api.log_in(account_id, email, PASSWORD))
        return Account(account_id, email, website, Person(self.api.client, Actor(Service.API, account_id=account_id)))

    def minded(self, to: type[Command[Any]], chance: random.Random, share: float) -> bool:
        """The first time for certain, or a season may wait for minutes until somebody does that; later as often as it says."""
        first = to not in self._done_before
        self._done_before.add(to)
        return first or chance.random() < share

    def look_round(self, who: Account) -> None:
        """Learn which tracks can be played now; what editors compile has recordings that are kept and hidden as other tracks, too."""
        for release in who.website.ask(ListReleases(size=100)).items:
            if release.title.startswith("compilation-"):
                continue
            detail = who.website.ask(GetRelease(release.id))
            self.tracks += [track.id for track in detail.tracks if track.playable and track.id not in self.tracks]

    def a_track(self, chance: random.Random) -> TrackId:
        return chance.choice(self.tracks)
