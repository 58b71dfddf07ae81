"""Trial Actions: handlers written in a test, on the real bus for as long as the test takes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event
from sqlalchemy.engine import Connection

from apps.core.bus import HANDLERS, handles
from apps.core.contract.actions import Action
from apps.core.database import db


@pytest.fixture
def on_the_bus(core_app: Flask) -> Iterator[Callable[[type[Action[Any]], Callable[..., Any]], None]]:
    """Registers a handler for an Action that is not on the shelf."""
    registered: list[type[Action[Any]]] = []

    def register(kind: type[Action[Any]], handler: Callable[..., Any]) -> None:
        handles(kind)(handler)
        registered.append(kind)

    yield register
    for kind in registered:
        del HANDLERS[kind]


@pytest.fixture
def statements(core_app: Flask) -> Iterator[list[str]]:
    """Every statement and every transaction's begin and end from now on, in order."""
    seen: list[str] = []

    def executed(_connection: Connection, _cursor: Any, statement: str, *_: Any) -> None:
        seen.append(statement)

    events = {
        "begin": lambda _: seen.append("BEGIN"),
        "commit": lambda _: seen.append("COMMIT"),
        "rollback": lambda _: seen.append("ROLLBACK"),
        "before_cursor_execute": executed,
    }
    with core_app.app_context():
        engines = list(db.engines.values())
    for engine in engines:
        for name, tell in events.items():
            event.listen(engine, name, tell)
    yield seen
    for engine in engines:
        for name, tell in events.items():
            event.remove(engine, name, tell)
