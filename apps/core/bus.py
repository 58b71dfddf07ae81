"""The bus: every Action goes through the same middleware to the one handler that was registered for it."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Protocol, TypeVar, get_type_hints

from sqlalchemy.engine import Connection
from sqlalchemy.orm import Session

from apps.core.contract.actions import Action, Actor, Command, Permission
from apps.core.contract.codec import unknown
from apps.core.meter import Measure
from ports.container import Container

R = TypeVar("R")
F = TypeVar("F", bound=Callable[..., Any])


@dataclass(frozen=True)
class Handler:
    """A function and what each of its parameters is made of."""

    function: Callable[..., Any]
    parameters: tuple[tuple[str, Any], ...]


class Overtaken(Exception):
    """What a handler learned before its transaction began is no longer so: the Command is done again from the beginning."""


HANDLERS: dict[type[Action[Any]], Handler] = {}


def handles(kind: type[Action[Any]]) -> Callable[[F], F]:
    """Register a function as the handler of one Action; it carries the Action's name in snake case."""

    def register(function: F) -> F:
        expected = snake_case(kind.__name__)
        if function.__name__ != expected:
            raise TypeError(f"The handler of {kind.__name__} is named {function.__name__}: name it {expected}.")
        if kind in HANDLERS:
            raise TypeError(f"{kind.__name__} has a handler already: {HANDLERS[kind].function.__module__}.")
        if not isinstance(getattr(kind, "permission", None), Permission):
            raise TypeError(f"{kind.__name__} does not say who may send it: give it a permission.")
        hints = get_type_hints(function)
        HANDLERS[kind] = Handler(function, tuple((name, hints[name]) for name in inspect.signature(function).parameters))
        return function

    return register


def snake_case(name: str) -> str:
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name).lstrip("_")


@dataclass(slots=True)
class Dispatch:
    """One Action on its way through the bus."""

    kind: type[Action[Any]]
    payload: bytes
    actor: Actor
    idempotency_key: str | None
    container: Container
    measure: Measure
    action: Any = None
    """Set by the validation."""
    provided: dict[Any, Any] = field(default_factory=dict[Any, Any])
    """What this dispatch alone has: its actor, its session or connection, its events."""
    before_commit: list[Callable[[Session, Any], None]] = field(default_factory=list[Callable[[Session, Any], None]])
    """Called with the session and the result inside the transaction."""
    after_commit: list[Callable[[], None]] = field(default_factory=list[Callable[[], None]])

    @property
    def is_command(self) -> bool:
        return issubclass(self.kind, Command)


Following = Callable[[Dispatch], Any]


class Middleware(Protocol):
    """One concern: does its part and hands the dispatch on."""

    def __call__(self, dispatch: Dispatch, following: Following) -> Any: ...


def call_handler(dispatch: Dispatch) -> Any:
    """The innermost step: give the handler what its parameters ask for."""
    handler = HANDLERS[dispatch.kind]
    provided = dispatch.provided
    arguments: dict[str, Any] = {}
    for name, wanted in handler.parameters:
        if wanted is dispatch.kind:
            arguments[name] = dispatch.action
        elif wanted in provided:
            value = provided[wanted]
            arguments[name] = value() if wanted in (Session, Connection) else value
        else:
            arguments[name] = dispatch.container.get(wanted)
    return handler.function(**arguments)


class Bus:
    """Built once for an app; safe to use from any number of threads."""

    def __init__(self, middleware: Sequence[Middleware], container: Container) -> None:
        self._container = container
        following: Following = call_handler
        for one in reversed(middleware):
            following = partial(one, following=following)
        self._first = following

    def send(self, kind: type[Action[R]], payload: bytes, actor: Actor, idempotency_key: str | None = None) -> R:
        """Handle one encoded Action inside Core's app context; raises what the contract says, and nothing else."""
        if kind not in HANDLERS:
            raise unknown(kind.__name__)
        dispatch = Dispatch(kind, payload, actor, idempotency_key, self._container, Measure())
        return self._first(dispatch)
