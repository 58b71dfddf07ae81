"""Bearer tokens: opaque to whoever holds them, kept as digests, and remembered in this process for a moment."""

from __future__ import annotations

import hashlib
import re
import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import msgspec

from apps.core.client.interface import CoreClient
from apps.core.contract.accounts import GetAccount
from apps.core.contract.actions import Actor, Role, Scope
from apps.core.contract.errors import NotFound, Unauthenticated
from apps.core.contract.ids import AccountId, OAuthClientId
from apps.core.contract.oauth import GetTokenHolder
from ports.tokens.interface import Tokens

SCHEME = "bearer "
TOKEN = re.compile(r"celesta_[A-Za-z0-9_-]{43}")
AGAIN = "Get a new one: connect the app again, or POST /api/v1/tokens."
REMEMBERED_SECONDS = 5.0
"""How long a revoked token or a suspended account may still read."""
REMEMBERED = 10_000


class Grant(msgspec.Struct, frozen=True):
    """What the token store holds for a token."""

    account_id: AccountId
    scopes: frozenset[Scope]
    client: str
    """The app the token was issued to, as it calls itself."""
    issued_at: datetime
    client_id: OAuthClientId | None = None
    """The registered app, whose connection to the account it ends with; None where a password was given for the token."""


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
    until: float


def issue(store: Tokens, grant: Grant, lifetime: int) -> str:
    """A new token, good for `lifetime` seconds; the account's tokens are one family."""
    token = f"celesta_{secrets.token_urlsafe(32)}"
    store.put(digest(token), encode_grant(grant), lifetime, grant.account_id)
    return token


class Bearers:
    """Finds out who holds a token. One for each app and process; safe to use from any number of threads."""

    def __init__(self, store: Tokens, client: CoreClient, timer: Callable[[], float] = time.monotonic) -> None:
        self._store = store
        self._client = client
        self._timer = timer
        self._remembered: dict[str, Bearer] = {}
        self._lock = threading.Lock()

    def resolve(self, authorization: str | None) -> Bearer:
        """Whoever the header speaks for. Raises `Unauthenticated` for what is no token in force, `AccountSuspended`."""
        if authorization is None:
            raise Unauthenticated("This needs an access token.", "Get one from POST /api/v1/tokens and send it as Authorization: Bearer.")
        token = authorization[len(SCHEME) :].strip()
        if not authorization[: len(SCHEME)].lower() == SCHEME or TOKEN.fullmatch(token) is None:
            raise Unauthenticated("The Authorization header holds no access token.", "Send it as Authorization: Bearer and the token.")
        key = digest(token)
        bearer = self._remembered.get(key)
        return bearer if bearer is not None and self._timer() < bearer.until else self._look_up(key)

    def grant_of(self, token: str) -> Grant | None:
        """What the store holds for it, whether or not its account may still use it."""
        stored = self._store.get(digest(token)) if TOKEN.fullmatch(token) else None
        return decode_grant(stored) if stored else None

    def revoke(self, key: str) -> None:
        """The token with this digest: at once in this process, within five seconds in the others."""
        self._store.revoke(key)
        self._forget(key)

    def _look_up(self, key: str) -> Bearer:
        until = self._timer() + REMEMBERED_SECONDS
        self._forget(key)
        stored = self._store.get(key)
        if stored is None:
            raise Unauthenticated("The access token is unknown, expired or revoked.", AGAIN)
        bearer = self._bearer(key, decode_grant(stored), until)
        self._remember(bearer)
        return bearer

    def _bearer(self, key: str, grant: Grant, until: float) -> Bearer:
        asking, scopes = Actor(service=self._client.service), grant.scopes
        try:
            if grant.client_id is None:
                account = self._client.send(GetAccount(grant.account_id), asking)
            else:
                holder = self._client.send(GetTokenHolder(grant.account_id, grant.client_id), asking)
                account, connection = holder.account, holder.connection
                scopes &= connection.scopes
                if grant.issued_at < connection.connected_at:
                    raise Unauthenticated("The app was disconnected after this access token was issued.", "Connect it again.")
        except NotFound as error:
            raise Unauthenticated("The access token's account or its connection to the app is gone.", error.next_step) from None
        if grant.issued_at < account.password_set_at:
            raise Unauthenticated("The password was changed after this access token was issued.", AGAIN)
        return Bearer(key, account.id, account.roles, account.plan, scopes, grant.client_id or grant.client or None, until)

    def _remember(self, bearer: Bearer) -> None:
        with self._lock:
            self._remembered[bearer.key] = bearer
            if len(self._remembered) > REMEMBERED:
                del self._remembered[next(iter(self._remembered))]

    def _forget(self, key: str) -> None:
        with self._lock:
            self._remembered.pop(key, None)


def digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
