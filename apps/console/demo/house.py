"""The house that the demo lives in: a folder of its own, where the clock is moved by hand and tasks are done at once."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import structlog

from apps.console.checkout import ROOT
from apps.console.demo.production import refuse_production
from apps.console.embedded import embedded_environment
from apps.console.folder.delivery import deliver
from apps.console.folder.walk import Walk
from apps.core.client.choice import core_client
from apps.core.client.interface import CoreClient, Sender
from apps.core.contract.accounts import ChangeRoles, RegisterAccount
from apps.core.contract.actions import Actor, Role, Service
from apps.core.contract.billing import ReceiveNotification, Shop
from apps.core.contract.intake import OpenDelivery
from ports.clock.interface import Clock
from ports.clock.stepped import SteppedClock
from ports.container import Container
from ports.environment import BootError
from ports.payments.fake.payments import FakePayments
from ports.payments.fake.shop import TestShop
from ports.payments.interface import Payments
from ports.storage.interface import Storage
from ports.task_queue.interface import TaskQueue

OWN = {
    "CELESTA_ENV": "development", "CORE_CLIENT": "in_process", "CLOCK": "stepped", "TASK_QUEUE": "inline", "SESSIONS": "memory",
    "TOKENS": "memory", "CACHE": "memory", "PAYMENTS": "fake", "APPLE": "off", "GOOGLE": "off", "AMAZON": "off", "STORAGE": "filesystem",
    "MAIL": "outbox", "SECRETS": "file", "ANALYTICS": "duckdb",
}  # fmt: skip
"""Whatever else the environment says: nothing outside the folder is touched."""
NOWHERE = {"REPORT_DISPATCH": "hold"}
"""Statements are written, and stay here."""
SECRET = "REPORT_SFTP_PASSWORD"  # noqa: S105 - its name
PASSWORD = "nothing here is real"  # noqa: S105 - everybody's in the demo


def make_environment(home: Path, dispatch: Mapping[str, str]) -> dict[str, str]:
    """The whole environment; raises `BootError` in production, where there is nothing to try out."""
    refuse_production(os.environ)
    settings = {name: value for name, value in dispatch.items() if name != SECRET}
    environment = embedded_environment({"CELESTA_HOME": str(home), **OWN, **settings})
    if SECRET in dispatch:
        _keep_secret(Path(environment["SECRETS_PATH"]) / SECRET, dispatch[SECRET])
    done = subprocess.run([sys.executable, "-m", "apps.core.migrate"], env={**os.environ, **environment}, cwd=ROOT, check=False)
    if done.returncode:
        raise BootError(f"The demo's database in {home} could not be made, as it says above.")
    return environment


def _keep_secret(path: Path, value: str) -> None:
    path.unlink(missing_ok=True)
    path.touch(0o600)
    path.write_text(value)
    path.chmod(0o400)


@dataclass
class House:
    """Core from the website's side and the console's, and what the demo turns by hand."""

    environment: Mapping[str, str]
    container: Container = field(init=False)
    operator: Sender = field(init=False)
    website: CoreClient = field(init=False)
    api: Sender = field(init=False)

    def __post_init__(self) -> None:
        # The office of the tasks, which are done in this process, reads the process's own environment.
        os.environ.update(self.environment)
        logging.basicConfig(level=logging.ERROR)  # that there are fakes is the point here
        structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
        self.container = Container(self.environment)
        self.operator = Sender(core_client(self.container.environment, Service.CONSOLE), Actor(Service.CONSOLE))
        self.website = core_client(self.container.environment, Service.WEBSITE)
        self.api = Sender(core_client(self.container.environment, Service.API), Actor(Service.API))

    @property
    def clock(self) -> SteppedClock:
        clock = self.container.get(Clock)
        assert isinstance(clock, SteppedClock)
        return clock

    @property
    def shop(self) -> TestShop:
        payments = self.container.get(Payments)
        assert isinstance(payments, FakePayments)
        return payments.shop

    @property
    def storage(self) -> Storage:
        return self.container.get(Storage)

    def make_rounds(self) -> None:
        """The shop's news arrive, and the back office does all that is due."""
        for event in self.shop.undelivered():
            body, proof = self.shop.signed(event)
            self.api.send(ReceiveNotification(Shop.CARD, body, proof))
            self.shop.delivered(event["id"])
        self.container.get(TaskQueue).enqueue("tasks.rounds.make", {})

    def person(self, name: str, territory: str = "GB", *roles: Role) -> Sender:
        """A new account, on the website."""
        email = f"{name.lower().replace(' ', '.')}@example.com"
        visitor = Sender(self.website, Actor(Service.WEBSITE, territory=territory))
        account = visitor.send(RegisterAccount(email, name, PASSWORD))
        if roles:
            self.operator.send(ChangeRoles(email, frozenset(roles)))
        return Sender(self.website, Actor(Service.WEBSITE, territory=territory, account_id=account.id))

    def take_in(self, music: Path) -> None:
        """As `celesta import --for-subscribers` does, the audio prepared at once."""
        delivery_id = self.operator.send(OpenDelivery(str(music), subscribers_only=True))
        deliver(self.operator, delivery_id, music, list(Walk(music).files()), lambda _: None)
