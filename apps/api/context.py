"""What the views share: the app's services, and the sender bound to whoever asks."""

from __future__ import annotations

from dataclasses import dataclass

from flask import current_app, g

from apps.api.limits import RateLimit
from apps.api.oauth.credentials import Credentials
from apps.api.tokens import Bearers
from apps.core.client.interface import CoreClient, Sender
from apps.core.client.kept import KeptPages
from apps.core.client.people import People
from apps.core.contract.actions import Actor
from ports.clock.interface import Clock
from ports.territory.interface import Territories
from ports.tokens.interface import Tokens

EXTENSION = "celesta"


@dataclass
class Services:
    """One for each app; chosen from the environment when the app is made."""

    core: CoreClient
    pages: KeptPages
    tokens: Tokens
    credentials: Credentials
    people: People
    bearers: Bearers
    limit: RateLimit
    territories: Territories
    clock: Clock
    token_lifetime: int
    """Seconds."""


def services() -> Services:
    return current_app.extensions[EXTENSION]


def actor() -> Actor:
    return g.actor


def core() -> Sender:
    """Sends on behalf of whoever asks."""
    return Sender(services().core, g.actor)
