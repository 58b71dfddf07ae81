"""The bus: every Action passes the same middleware, in one order, to its one handler."""

from __future__ import annotations

from typing import ClassVar

import pytest

from apps.core.bus import HANDLERS, Bus, handles
from apps.core.contract.actions import ANYONE, Actor, Command, Done, Permission, Query, Service
from apps.core.contract.codec import result_type
from apps.core.contract.errors import UnknownAction
from apps.core.handlers import load_handlers
from apps.core.middleware.order import ORDER
from ports.container import Container
from ports.environment import BootError
from tests.conftest import settings


class Whistle(Query[str], frozen=True):
    """Answers with a whistle."""

    permission: ClassVar[Permission] = ANYONE


class Unguarded(Command[Done], frozen=True):
    """Says nothing about who may send it."""


class Mute(Command, frozen=True):
    """Says nothing about its result."""

    permission: ClassVar[Permission] = ANYONE


def whistle() -> str:
    return "phew"


class TestTheOrder:
    def test_is_the_one_that_was_designed(self):
        names = [one.__name__ for one in ORDER]
        assert names == [
            "log",
            "metrics",
            "meter",
            "map_errors",
            "authorise",
            "validate",
            "idempotency",
            "repeat",
            "unit_of_work",
            "outbox",
        ]

    def test_each_concern_sees_the_dispatch_before_and_after_those_it_surrounds(self, tmp_path, on_the_bus):
        on_the_bus(Whistle, whistle)
        seen: list[str] = []

        def outer(dispatch, following):
            seen.append("outer before")
            result = following(dispatch)
            seen.append("outer after")
            return result

        def inner(dispatch, following):
            seen.append(f"inner of {dispatch.kind.__name__}")
            return following(dispatch)

        answer = Bus((outer, inner), Container(settings(tmp_path))).send(Whistle, b"{}", Actor(Service.WEBSITE))
        assert (answer, seen) == ("phew", ["outer before", "inner of Whistle", "outer after"])


class TestRegistering:
    def test_a_handler_carries_its_actions_name(self):
        with pytest.raises(TypeError, match="name it whistle"):
            handles(Whistle)(lambda: "phew")
        assert Whistle not in HANDLERS

    def test_one_action_has_one_handler(self, on_the_bus):
        on_the_bus(Whistle, whistle)
        with pytest.raises(TypeError, match="has a handler already"):
            handles(Whistle)(whistle)

    def test_an_action_that_does_not_say_who_may_send_it_is_refused(self):
        def unguarded() -> Done:
            return Done()

        with pytest.raises(TypeError, match="permission"):
            handles(Unguarded)(unguarded)
        assert Unguarded not in HANDLERS

    def test_an_action_that_does_not_say_what_it_results_in_has_no_codec(self):
        with pytest.raises(TypeError, match="Mute does not say what it results in"):
            result_type(Mute)

    def test_nobody_is_asked_about_an_action_without_a_handler(self, visitor):
        with pytest.raises(UnknownAction, match="Whistle"):
            visitor.send(Whistle())

    def test_core_does_not_start_with_an_action_nobody_handles(self, monkeypatch):
        load_handlers()
        monkeypatch.setattr("apps.core.handlers.ACTIONS", {"Whistle": Whistle})
        with pytest.raises(BootError, match="No handler for Whistle"):
            load_handlers()

    def test_core_does_not_start_with_a_handler_the_contract_does_not_know(self, on_the_bus):
        on_the_bus(Whistle, whistle)
        with pytest.raises(BootError, match="Whistle is not on the contract's shelf"):
            load_handlers()
