"""Reading apps and who is connected to them."""

from __future__ import annotations

import hmac
from typing import Any

from sqlalchemy import select
from sqlalchemy.engine import Connection

from apps.core.accounts.queries import active_account
from apps.core.bus import handles
from apps.core.contract.actions import Actor
from apps.core.contract.errors import NotFound
from apps.core.contract.oauth import (
    CheckAppSecret,
    ConnectedApp,
    GetApp,
    GetTokenHolder,
    ListApps,
    ListConnectedApps,
    OAuthClient,
    TokenHolder,
    read_scopes,
)
from apps.core.database import fetch
from apps.core.oauth.commands import NO_SUCH_APP, digest_of
from apps.core.oauth.models import ConnectedAppRow, OAuthClientRow
from ports.clock.interface import Clock

CLIENT, CONNECTED = OAuthClientRow, ConnectedAppRow
CLIENTS = select(CLIENT.id, CLIENT.name, CLIENT.redirect_uris, CLIENT.scopes, CLIENT.secret_digest, CLIENT.created_at)
CONNECTIONS = select(CLIENT.id, CLIENT.name, CONNECTED.scopes, CONNECTED.connected_at).join(CONNECTED, CONNECTED.client_id == CLIENT.id)


@handles(ListApps)
def list_apps(connection: Connection) -> tuple[OAuthClient, ...]:
    return tuple(_client(row) for row in fetch(connection, CLIENTS.order_by(CLIENT.name, CLIENT.id)))


@handles(GetApp)
def get_app(action: GetApp, connection: Connection) -> OAuthClient:
    found = fetch(connection, CLIENTS.where(CLIENT.id == action.client_id))
    if not found:
        raise NotFound(*NO_SUCH_APP)
    return _client(found[0])


@handles(CheckAppSecret)
def check_app_secret(action: CheckAppSecret, connection: Connection) -> bool:
    found = fetch(connection, select(CLIENT.secret_digest).where(CLIENT.id == action.client_id))
    kept = found[0].secret_digest if found else None
    return kept is not None and hmac.compare_digest(kept, digest_of(action.secret))


@handles(ListConnectedApps)
def list_connected_apps(actor: Actor, connection: Connection) -> tuple[ConnectedApp, ...]:
    mine = CONNECTIONS.where(CONNECTED.account_id == actor.account_id).order_by(CLIENT.name, CLIENT.id)
    return tuple(_connected(row) for row in fetch(connection, mine))


@handles(GetTokenHolder)
def get_token_holder(action: GetTokenHolder, connection: Connection, clock: Clock) -> TokenHolder:
    account = active_account(connection, action.account_id, clock.now())
    found = fetch(connection, CONNECTIONS.where(CONNECTED.account_id == action.account_id, CONNECTED.client_id == action.client_id))
    if not found:
        raise NotFound("The app is not connected to this account any more.", "Connect it again.")
    return TokenHolder(account, _connected(found[0]))


def _client(row: Any) -> OAuthClient:
    uris = tuple(row.redirect_uris.split("\n"))
    return OAuthClient(row.id, row.name, uris, read_scopes(row.scopes), row.secret_digest is not None, row.created_at)


def _connected(row: Any) -> ConnectedApp:
    return ConnectedApp(row.id, row.name, read_scopes(row.scopes), row.connected_at)
