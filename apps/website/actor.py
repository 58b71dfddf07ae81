"""On whose behalf a request speaks to Core."""

from __future__ import annotations

from typing import Any, TypeVar, cast

from flask import current_app, g, request
from flask_login import current_user

from apps.core.client.interface import CoreClient, Sender
from apps.core.contract.actions import Actor, Query, Service
from apps.website.login import User
from ports.container import Container
from ports.territory.interface import Territories

R = TypeVar("R")


def core() -> Sender:
    """Core, spoken to as whoever sent this request."""
    return Sender(cast(CoreClient, current_app.extensions["core_client"]), actor())


def on_own_behalf(query: Query[R]) -> R:
    """Core's answer to the website itself, whoever is logged in."""
    return Sender(cast(CoreClient, current_app.extensions["core_client"]), stranger()).send(query)


def viewer() -> User | None:
    """Who is logged in."""
    user = cast(Any, current_user)._get_current_object()  # noqa: SLF001 - the way past Flask's proxy, which looks it up for every attribute
    return user if isinstance(user, User) else None


def actor() -> Actor:
    if "actor" not in g:
        user = viewer()
        g.actor = user.acting(stranger()) if user else stranger()
    return g.actor


def stranger() -> Actor:
    """The website itself, asking before it knows who is there."""
    if "stranger" not in g:
        container = cast(Container, current_app.extensions["container"])
        address = request.remote_addr or ""
        territory = container.get(Territories).of(dict(request.headers), address)
        g.stranger = Actor(service=Service.WEBSITE, territory=territory, address=address, request_id=g.request_id)
    return g.stranger
