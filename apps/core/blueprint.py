"""Core's door over HTTP: POST /actions, for front ends with a valid service credential; a 404 for everybody else."""

from __future__ import annotations

from typing import Any

import msgspec
from flask import Blueprint, Response, abort, current_app, request

from apps.core.client.credential import key_name, verify
from apps.core.contract.actions import Action, Query, Service
from apps.core.contract.codec import Answer, Consignment, action_type, consignment_decoder, encoder
from apps.core.contract.errors import CelestaError, Invalid
from apps.core.middleware.validate import MAXIMUM_BYTES
from ports.container import Container
from ports.environment import MissingSetting

MAXIMUM_TRIP = MAXIMUM_BYTES + 64 * 1024
"""The largest Action and what travels beside it."""

door = Blueprint("door", __name__)


@door.before_app_request
def admit() -> None:
    """Without a valid credential nothing here exists, whatever the path."""
    if service := _credential():
        request.environ["celesta.service"] = service
    else:
        abort(404)


@door.post("/actions")
def actions() -> Response:
    try:
        return _answer(Answer(results=_deal_with(_consignment())), 200)
    except CelestaError as error:
        return _answer(Answer(error=error.report()), error.status)


def _credential() -> Service | None:
    container: Container = current_app.extensions["container"]
    if (request.content_length or 0) > MAXIMUM_TRIP:
        return None
    return verify(request.headers.get("Authorization", ""), _keys(container), request.get_data())


def _keys(container: Container) -> dict[Service, tuple[str, ...]]:
    """The keys of those front ends that have one: what has none cannot come in."""
    keys: dict[Service, tuple[str, ...]] = {}
    for service in Service:
        try:
            keys[service] = container.environment.secret_versions(key_name(service))
        except MissingSetting:
            continue
    return keys


def _consignment() -> Consignment:
    try:
        consignment = consignment_decoder.decode(request.get_data())
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise Invalid(f"The request cannot be read: {error}.", "Send a consignment as the contract's codec encodes it.") from None
    if consignment.actor.service != request.environ["celesta.service"]:
        raise Invalid("The actor belongs to another front end than the credential.", "Send for your own actors only.")
    return consignment


def _deal_with(consignment: Consignment) -> tuple[msgspec.Raw, ...]:
    bus: Any = current_app.extensions["bus"]
    kinds: list[type[Action[Any]]] = [action_type(parcel.name) for parcel in consignment.parcels]
    if len(kinds) > 1 and not all(issubclass(kind, Query) for kind in kinds):
        raise Invalid("One trip carries one Command, or any number of Queries.", "Send each Command by itself.")
    results: list[msgspec.Raw] = []
    for kind, parcel in zip(kinds, consignment.parcels, strict=True):
        result = bus.send(kind, bytes(parcel.fields), consignment.actor, consignment.idempotency_key)
        results.append(msgspec.Raw(encoder.encode(result)))
    return tuple(results)


def _answer(answer: Answer, status: int) -> Response:
    return Response(encoder.encode(answer), status, mimetype="application/json")
