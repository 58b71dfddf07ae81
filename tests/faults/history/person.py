"""Somebody who asks: patiently, as clients do that retry, or once."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar
from uuid import uuid4

from apps.core.client.interface import CoreClient
from apps.core.contract.actions import Actor, Command, Query
from apps.core.contract.errors import Defect, Unavailable

R = TypeVar("R")

PATIENCE = 90.0
"""Seconds: a house that does not answer for so long is broken."""
PAUSE = 0.1


@dataclass(frozen=True)
class Person:
    client: CoreClient
    actor: Actor

    def do(self, command: Command[R]) -> R:
        """Ask with a key until there is an answer; raises what Core refuses."""
        key = str(uuid4())
        return insist(lambda: self.client.send(command, self.actor, key))

    def again(self, command: Command[R]) -> R:
        """Ask without a key until there is an answer: for what may be asked any number of times."""
        return insist(lambda: self.client.send(command, self.actor))

    def once(self, command: Command[R]) -> R | None:
        """Ask without a key and once; None where nobody knows what became of it."""
        try:
            return self.client.send(command, self.actor)
        except (Unavailable, Defect):
            return None

    def ask(self, query: Query[R]) -> R:
        return insist(lambda: self.client.send(query, self.actor))


def insist(ask: Callable[[], R]) -> R:
    ends = time.monotonic() + PATIENCE
    while True:
        try:
            return ask()
        except (Unavailable, Defect):
            if time.monotonic() > ends:
                raise
            time.sleep(PAUSE)
