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
from apps.core.contract.ids import AccountId
from ports.tokens.interface import Tokens

SCHEME = "bearer "
TOKEN = re.compile(r"celesta_[A-Za-z0-9_-]{43}")
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
    store.put(_digest(token), encode_grant(grant), lifetime, grant.account_id)
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
        key = _digest(token)
        bearer = self._remembered.get(key)
        return bearer if bearer is not None and self._timer() < bearer.until else self._look_up(key)

    def revoke(self, bearer: Bearer) -> None:
        """At once in this process, within five seconds in the others."""
        self._store.revoke(bearer.key)
        self._forget(bearer.key)

    def _look_up(self, key: str) -> Bearer:
        until = self._timer() + REMEMBERED_SECONDS
        self._forget(key)
        stored = self._store.get(key)
        if stored is None:
            raise Unauthenticated("The access token is unknown, expired or revoked.", "Get a new one from POST /api/v1/tokens.")
        grant = decode_grant(stored)
        try:
            account = self._client.send(GetAccount(grant.account_id), Actor(service=self._client.service))
        except NotFound:
            raise Unauthenticated("The access token's account no longer exists.", "Log in with another account.") from None
        if grant.issued_at < account.password_set_at:
            raise Unauthenticated("The password was changed after this access token was issued.", "Get a new one from POST /api/v1/tokens.")
        bearer = Bearer(key, account.id, account.roles, account.plan, grant.scopes, grant.client or None, until)
        self._remember(bearer)
        return bearer

    def _remember(self, bearer: Bearer) -> None:
        with self._lock:
            self._remembered[bearer.key] = bearer
            if len(self._remembered) > REMEMBERED:
                del self._remembered[next(iter(self._remembered))]

    def _forget(self, key: str) -> None:
        with self._lock:
            self._remembered.pop(key, None)


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
