"""The codec: Actions by registered name and results by type, as JSON. Nothing else crosses Core's door."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from types import ModuleType
from typing import Any, TypeVar, get_args

import msgspec

from apps.core.contract import (
    accounts,
    billing,
    catalogue,
    charts,
    corrections,
    costs,
    editorial,
    exports,
    genres,
    health,
    intake,
    jobs,
    labels,
    library,
    listening,
    oauth,
    offline,
    own_data,
    pictures,
    playback,
    playlist_files,
    playlists,
    queue,
    radio,
    reporting,
    search,
    sharing,
    sitemap,
    smart,
)
from apps.core.contract.actions import Action, Actor, Command, Event, Query, Service
from apps.core.contract.errors import Defect, ErrorReport, Invalid, UnknownAction

R = TypeVar("R")

SHELF: tuple[ModuleType, ...] = (
    *(accounts, billing, catalogue, charts, corrections, costs, editorial, exports, genres, health, intake, jobs, labels, library),
    *(
        listening,
        oauth,
        offline,
        own_data,
        pictures,
        playback,
        playlist_files,
        playlists,
        queue,
        radio,
        reporting,
        search,
        sharing,
        sitemap,
    ),
    smart,
)
"""Every domain's file; a new one is added here."""

MAXIMUM_BYTES = 8 * 1024 * 1024
"""The largest Action: one with a picture of 5 MiB, which is a third longer as JSON has it."""
MAXIMUM_TRIP = MAXIMUM_BYTES + 64 * 1024
"""The largest trip to the door: the largest Action and what travels beside it."""

encoder = msgspec.json.Encoder()


def declared(kind: type[R]) -> dict[str, type[R]]:
    """Every concrete subclass of `kind` on the shelf, by name."""
    return {
        name: value
        for module in SHELF
        for name, value in vars(module).items()
        if isinstance(value, type) and issubclass(value, kind) and value.__module__ == module.__name__
    }


ACTIONS: dict[str, type[Action[Any]]] = declared(Action)
EVENTS: dict[str, type[Event]] = declared(Event)


def action_type(name: str) -> type[Action[Any]]:
    try:
        return ACTIONS[name]
    except KeyError:
        raise unknown(name) from None


def unknown(name: str) -> UnknownAction:
    return UnknownAction(f"Core has no Action named {name[:80]!r}.", "Check its name in docs/actions.md.")


@cache
def result_type(action: type[Action[Any]]) -> Any:
    """What `Command[R]` or `Query[R]` was given as R."""
    for base in action.__orig_bases__:  # pyright: ignore[reportAttributeAccessIssue] - set by Generic on every concrete Action
        if issubclass(getattr(base, "__origin__", object), (Command, Query)):
            return get_args(base)[0]
    raise TypeError(f"{action.__name__} does not say what it results in")


@cache
def action_decoder(action: type[Action[Any]]) -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(action)


@cache
def result_decoder(action: type[Action[Any]]) -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(result_type(action))


def decode_action(action: type[Action[R]], fields: bytes | msgspec.Raw) -> Action[R]:
    """Raises `Invalid` naming the field and what is wrong with it."""
    try:
        return action_decoder(action).decode(fields)
    except msgspec.MsgspecError as error:
        raise Invalid("%(action)s cannot be read: %(why)s.", action.hint, action=action.__name__, why=str(error)) from None
    except RecursionError:
        raise Invalid("%(action)s cannot be read: it goes on and on within itself.", action.hint, action=action.__name__) from None
    except UnicodeDecodeError:
        raise Invalid("%(action)s is not valid UTF-8.", "Send JSON in UTF-8.", action=action.__name__) from None


def decode_result(action: type[Action[R]], result: bytes | msgspec.Raw) -> R:
    try:
        return result_decoder(action).decode(result)
    except msgspec.MsgspecError as error:
        raise Defect(f"{action.__name__} gave a result that does not fit its contract: {error}.") from error


def check_actor(actor: Actor, service: Service) -> None:
    """Raises `Invalid` where one front end sends for another's actor."""
    if actor.service != service:
        raise Invalid("The actor belongs to another front end than the credential.", "Send for your own actors only.")


def check_trip(kinds: Sequence[type[Action[Any]]]) -> None:
    """Raises `Invalid` where a Command does not travel by itself."""
    if len(kinds) > 1 and not all(issubclass(kind, Query) for kind in kinds):
        raise Invalid("One trip carries one Command, or any number of Queries.", "Send each Command by itself.")


class Parcel(msgspec.Struct, frozen=True):
    """One Action on its way to the door."""

    name: str
    fields: msgspec.Raw


class Consignment(msgspec.Struct, frozen=True):
    """What one trip to the door carries: one Command, or any number of Queries."""

    actor: Actor
    parcels: tuple[Parcel, ...]
    idempotency_key: str | None = None


class Answer(msgspec.Struct, frozen=True):
    """What comes back: a result for each Action, or the first error."""

    results: tuple[msgspec.Raw, ...] = ()
    error: ErrorReport | None = None


actor_decoder = msgspec.json.Decoder(Actor)
consignment_decoder = msgspec.json.Decoder(Consignment)
answer_decoder = msgspec.json.Decoder(Answer)
