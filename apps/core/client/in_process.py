"""Core inside the caller's process: each send gets a fresh app context of Core, and the same codec as over the wire."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

from apps.core.contract.actions import Action, Actor, Query, Service
from apps.core.contract.codec import actor_decoder, check_actor, check_trip, decode_result, encoder
from apps.core.contract.errors import Invalid

if TYPE_CHECKING:
    from flask import Flask

R = TypeVar("R")


class InProcessClient:
    """`core` is Core's Flask app; its bus is under `extensions["bus"]`, and what closes its connections under `extensions["close"]`."""

    def __init__(self, core: Flask, service: Service) -> None:
        self.service = service
        self._core = core
        self._bus: Any = core.extensions["bus"]

    def send(self, action: Action[R], actor: Actor, idempotency_key: str | None = None) -> R:
        kind = type(action)
        actor = self._checked(actor)
        with self._core.app_context():
            result = self._bus.send(kind, encoder.encode(action), actor, idempotency_key)
        return decode_result(kind, encoder.encode(result))

    def send_many(self, queries: tuple[Query[Any], ...], actor: Actor) -> tuple[Any, ...]:
        check_trip([type(query) for query in queries])
        return tuple(self.send(query, actor) for query in queries)

    def close(self) -> None:
        self._core.extensions["close"]()

    def _checked(self, actor: Actor) -> Actor:
        check_actor(actor, self.service)
        try:
            return actor_decoder.decode(encoder.encode(actor))
        except msgspec.MsgspecError as error:
            raise Invalid(f"The actor cannot be read: {error}.", "Correct the field and send it again.") from None
