"""Bearer tokens: opaque to whoever holds them, kept as digests, and remembered in this process for a moment."""

from __future__ import annotations

import hashlib
import re
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import msgspec

from apps.core.client.people import People
from apps.core.client.recent import Recent
from apps.core.contract.actions import Actor, Role, Scope, Service
from apps.core.contract.errors import NotFound, Unauthenticated
from apps.core.contract.ids import AccountId, OAuthClientId
from ports.tokens.interface import Tokens

SCHEME = "bearer "
TOKEN = re.compile(r"celesta_[A-Za-z0-9_-]{43}")
AGAIN = "Get a new one: connect the app again, or POST /api/v1/tokens."


class Grant(msgspec.Struct, frozen=True):
    """What the token store holds for a token."""

    account_id: AccountId
    scopes: frozenset[Scope]
    client: str
    """The app the token was issued to, as it calls itself."""
    password_set_at: datetime
    """It holds for the password of that moment."""
    client_id: OAuthClientId | None = None
    """The registered app; None where a password was given for the token."""
    connected_at: datetime | None = None
    """It holds for the app's connection of that moment."""


encode_grant = msgspec.json.Encoder().encode
decode_grant = msgspec.json.Decoder(Grant).decode


@dataclass(frozen=True, slots=True)
class Bearer:
    """Whoever holds a token, as Core knew them a moment ago."""

    key: str
    account_id: AccountId
    roles: frozenset[Role]
    plan: str
    scopes: frozenset[Scope]
    client: str | None


def issue(store: Tokens, grant: Grant, lifetime: int) -> str:
    """A new token, good for `lifetime` seconds; the account's tokens are one family."""
    token = f"celesta_{secrets.token_urlsafe(32)}"
    store.put(digest(token), encode_grant(grant), lifetime, grant.account_id)
    return token


class Bearers:
    """Finds out who holds a token. One for each app and process; safe to use from any number of threads."""

    def __init__(self, store: Tokens, people: People, timer: Callable[[], float] = time.monotonic) -> None:
        self._store = store
        self._people = people
        self._asking = Actor(Service.API)
        self._grants: Recent[Grant] = Recent(timer)

    def resolve(self, authorization: str | None, *, at_once: bool = False) -> Bearer:
        """Whoever the header speaks for, as things stand now where that is needed. Raises `Unauthenticated` for what is no token in
        force, `AccountSuspended`."""
        if authorization is None:
            raise Unauthenticated("This needs an access token.", "Connect by OAuth, and send it as Authorization: Bearer.")
        token = authorization[len(SCHEME) :].strip()
        if not authorization[: len(SCHEME)].lower() == SCHEME or TOKEN.fullmatch(token) is None:
            raise Unauthenticated("The Authorization header holds no access token.", "Send it as Authorization: Bearer and the token.")
        key = digest(token)
        if at_once:
            self._grants.forget(key)
        grant = self._grant(key)
        if grant is None:
            raise Unauthenticated("The access token is unknown, expired or revoked.", AGAIN)
        return self._bearer(key, grant, at_once=at_once)

    def grant_of(self, token: str) -> Grant | None:
        """What the store holds for it, whether or not its account may still use it."""
        return self._grant(digest(token)) if TOKEN.fullmatch(token) else None

    def revoke(self, key: str) -> None:
        """The token with this digest: at once in this process, within five seconds in the others."""
        self._store.revoke(key)
        self._grants.forget(key)

    def forget(self) -> None:
        self._grants.clear()
        self._people.forget()

    def _grant(self, key: str) -> Grant | None:
        known = self._grants.get(key)
        if known is not None:
            return known
        asked_at = self._grants.timer()
        stored = self._store.get(key)
        if stored is None:
            return None
        grant = decode_grant(stored)
        self._grants.put(key, grant, asked_at)
        return grant

    def _bearer(self, key: str, grant: Grant, *, at_once: bool) -> Bearer:
        scopes = grant.scopes
        try:
            if grant.client_id is None:
                account = self._people.account(grant.account_id, self._asking, at_once=at_once)
            else:
                holder = self._people.holder(grant.account_id, grant.client_id, self._asking, at_once=at_once)
                account, connection = holder.account, holder.connection
                scopes &= connection.scopes
                if grant.connected_at != connection.connected_at:
                    raise Unauthenticated("The app was disconnected after this access token was issued.", "Connect it again.")
        except NotFound as error:
            raise Unauthenticated("The access token's account or its connection to the app is gone.", error.next_step) from None
        if grant.password_set_at != account.password_set_at:
            raise Unauthenticated("The password was changed after this access token was issued.", AGAIN)
        return Bearer(key, account.id, account.roles, account.plan, scopes, grant.client_id or grant.client or None)


def digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
