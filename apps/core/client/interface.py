"""CoreClient: the only way a front end reaches Core."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol, TypeVar, overload

from apps.core.contract.actions import Action, Actor, Query, Service

R = TypeVar("R")
A = TypeVar("A")
B = TypeVar("B")
C = TypeVar("C")


class CoreClient(Protocol):
    """Sends Actions on behalf of an actor. What Core refuses is raised as the class of `contract.errors` it was raised as there."""

    service: Service
    """The front end this client speaks for; every actor it sends for carries the same."""

    def send(self, action: Action[R], actor: Actor, idempotency_key: str | None = None) -> R:
        """Send one Action and return its result.

        With an `idempotency_key` a Command sent again by the same actor returns the first result and changes nothing;
        the same key with another Command raises `KeyReused`. Raises `Unavailable` where Core does not answer.
        """
        ...

    def send_many(self, queries: tuple[Query[Any], ...], actor: Actor) -> tuple[Any, ...]:
        """Send a page's Queries in one trip; the results come in the same order, or the first error is raised."""
        ...

    def close(self) -> None:
        """Give back every connection, as before a fork; the client may be used again."""
        ...


@dataclass(frozen=True)
class Sender:
    """A client bound to one actor: what a view, a task or a test holds."""

    client: CoreClient
    actor: Actor

    def send(self, action: Action[R], idempotency_key: str | None = None) -> R:
        return self.client.send(action, self.actor, idempotency_key)

    @overload
    def send_many(self, first: Query[A], second: Query[B], /) -> tuple[A, B]: ...
    @overload
    def send_many(self, first: Query[A], second: Query[B], third: Query[C], /) -> tuple[A, B, C]: ...
    @overload
    def send_many(self, *queries: Query[Any]) -> tuple[Any, ...]: ...
    def send_many(self, *queries: Query[Any]) -> tuple[Any, ...]:
        """Several Queries in one trip."""
        return self.client.send_many(queries, self.actor)
