"""Registering apps, and connecting accounts to them."""

from __future__ import annotations

import hashlib
import secrets

from sqlalchemy import delete
from sqlalchemy.orm import Session

from apps.core.bus import handles
from apps.core.contract.actions import Actor, Done
from apps.core.contract.errors import Invalid, NotFound
from apps.core.contract.oauth import (
    ConnectApp,
    ConnectedApp,
    DisconnectApp,
    OAuthClient,
    RegisterApp,
    RegisteredApp,
    RemoveApp,
    read_scopes,
    write_scopes,
)
from apps.core.database import FOR_CHANGE
from apps.core.oauth.models import ConnectedAppRow, OAuthClientRow
from apps.core.oauth.rules import check_redirect_uri
from ports.clock.interface import Clock

NO_SUCH_APP = ("There is no such app.", "It may have been removed; ask whoever made it.")


@handles(RegisterApp)
def register_app(action: RegisterApp, session: Session, clock: Clock) -> RegisteredApp:
    for uri in action.redirect_uris:
        check_redirect_uri(uri)
    secret = f"celesta_secret_{secrets.token_urlsafe(32)}" if action.confidential else None
    row = OAuthClientRow(
        name=action.name.strip() or action.name, redirect_uris="\n".join(action.redirect_uris), scopes=write_scopes(action.scopes),
        secret_digest=digest_of(secret) if secret else None, created_at=clock.now(),
    )  # fmt: skip
    session.add(row)
    session.flush()
    client = OAuthClient(row.id, row.name, action.redirect_uris, action.scopes, action.confidential, row.created_at)
    return RegisteredApp(client, secret)


@handles(RemoveApp)
def remove_app(action: RemoveApp, session: Session) -> Done:
    row = session.get(OAuthClientRow, action.client_id, with_for_update=True)
    if row is None:
        raise NotFound("There is no such app.", "List them with: ./celesta clients list")
    session.execute(delete(ConnectedAppRow).where(ConnectedAppRow.client_id == row.id))
    session.delete(row)
    return Done()


@handles(ConnectApp)
def connect_app(action: ConnectApp, actor: Actor, session: Session, clock: Clock) -> ConnectedApp:
    client = session.get(OAuthClientRow, action.client_id, with_for_update=FOR_CHANGE)
    if client is None:
        raise NotFound(*NO_SUCH_APP)
    if beyond := action.scopes - read_scopes(client.scopes):
        raise Invalid("%(app)s may not ask for %(scopes)s.", "Tell whoever made the app.", app=client.name, scopes=write_scopes(beyond))
    row = session.get(ConnectedAppRow, (actor.account_id, client.id), with_for_update=FOR_CHANGE)
    if row is None:
        row = ConnectedAppRow(account_id=actor.account_id, client_id=client.id, scopes="", connected_at=clock.now())
        session.add(row)
    row.scopes = write_scopes(read_scopes(row.scopes) | action.scopes)
    return ConnectedApp(client.id, client.name, read_scopes(row.scopes), row.connected_at)


@handles(DisconnectApp)
def disconnect_app(action: DisconnectApp, actor: Actor, session: Session) -> Done:
    mine = (ConnectedAppRow.account_id == actor.account_id) & (ConnectedAppRow.client_id == action.client_id)
    session.execute(delete(ConnectedAppRow).where(mine))
    return Done()


def digest_of(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()
