"""Core in a process of its own."""

from __future__ import annotations

import sys
import threading
from importlib import import_module

import pytest

from apps.core.database import close_engines
from apps.core.relay import Relay


@pytest.fixture
def relays(values, monkeypatch):
    """The relays that a web process starts where `RUN_RELAY` is this."""

    def start(choice: str) -> list[Relay]:
        for name, value in {**values, "RUN_RELAY": choice}.items():
            monkeypatch.setenv(name, value)
        monkeypatch.delitem(sys.modules, "wsgi.core", raising=False)
        core = import_module("wsgi.core")
        started.append(core.application)
        core.after_fork()
        return running()

    def running() -> list[Relay]:
        return [thread for thread in threading.enumerate() if isinstance(thread, Relay)]

    started = []
    yield start
    for relay in running():
        relay.stop()
        relay.join()
    for application in started:
        with application.app_context():
            close_engines()


@pytest.mark.parametrize(("choice", "number"), [("", 1), ("on", 1), ("off", 0)])
def test_has_the_relay_unless_it_is_a_process_of_its_own(relays, choice, number):
    assert len(relays(choice)) == number
