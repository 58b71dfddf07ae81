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
    user: Any = current_user
    return cast(User, user) if user.is_authenticated else None


def actor() -> Actor:
    if "actor" not in g:
        g.actor = _actor(viewer())
    return g.actor


def stranger() -> Actor:
    """The website itself, asking before it knows who is there."""
    return _actor(None)


def _actor(user: User | None) -> Actor:
    container = cast(Container, current_app.extensions["container"])
    address = request.remote_addr or ""
    territory = container.get(Territories).of(dict(request.headers), address)
    asking = Actor(service=Service.WEBSITE, territory=territory, address=address, request_id=g.request_id)
    return user.acting(asking) if user else asking
