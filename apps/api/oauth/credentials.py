"""What the token store holds for apps: codes, refresh tokens and access tokens, each under the digest of what its holder has.

Codes and refresh tokens are taken out as they are used, so that of any number of attempts one succeeds. One that comes again is
a sign that two have it: then everything that was issued for the same consent ends (RFC 9700, sections 4.13 and 2.2.2).
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

import msgspec

from apps.api.tokens import Grant, digest, encode_grant
from apps.core.contract.actions import Scope
from apps.core.contract.ids import AccountId, OAuthClientId
from ports.tokens.interface import Tokens

CODE_SECONDS = 60
ACCESS_SECONDS = 3600
REFRESH_SECONDS = 60 * 86_400
"""Counted from its own issue: an app that is used goes on."""
IMPATIENCE = timedelta(seconds=10)
"""One that comes again within this time was sent twice, by a double click or a retry: refused, and nothing more."""


class Code(msgspec.Struct, frozen=True):
    account_id: AccountId
    client_id: OAuthClientId
    scopes: frozenset[Scope]
    redirect_uri: str
    challenge: str
    """PKCE, S256."""
    family: str
    issued_at: datetime


class Refresh(msgspec.Struct, frozen=True):
    account_id: AccountId
    client_id: OAuthClientId
    scopes: frozenset[Scope]
    family: str
    issued_at: datetime


class Used(msgspec.Struct, frozen=True):
    """In the place of a code or refresh token that was used."""

    family: str
    at: datetime


PREFIX: dict[type[Code] | type[Refresh], str] = {Code: "celesta_code_", Refresh: "celesta_refresh_"}
"""What its holder's secret begins with: one is never taken for the other, nor for an access token."""
encode = msgspec.json.encode


@dataclass(frozen=True)
class Credentials:
    store: Tokens

    def keep(self, credential: Code | Refresh) -> str:
        """Keep it and return the secret that it is redeemed by."""
        secret = f"{PREFIX[type(credential)]}{secrets.token_urlsafe(32)}"
        lifetime = CODE_SECONDS if isinstance(credential, Code) else REFRESH_SECONDS
        self.store.put(digest(secret), encode(credential), lifetime, credential.family)
        return secret

    def redeem(self, secret: str, kind: type[Code] | type[Refresh], now: datetime) -> Code | Refresh | None:
        """Take the credential out, once; None for one that is unknown, expired or used before."""
        if not secret.startswith(PREFIX[kind]):
            return None
        key = digest(secret)
        stored = self.store.take(key)
        if stored is not None:
            credential = msgspec.json.decode(stored, type=kind)
            self.store.put(_used(key), encode(Used(credential.family, now)), REFRESH_SECONDS)
            return credential
        mark = self.store.get(_used(key))
        used = msgspec.json.decode(mark, type=Used) if mark else None
        if used is not None and now - used.at > IMPATIENCE:
            self.end_family(used.family)
        return None

    def issue(self, grant: Grant, refresh: Refresh) -> tuple[str, str] | None:
        """An access token and a refresh token; None where their family ended at this moment."""
        access = f"celesta_{secrets.token_urlsafe(32)}"
        self.store.put(digest(access), encode_grant(grant), ACCESS_SECONDS, refresh.family)
        secret = self.keep(refresh)
        if self.store.get(_ended(refresh.family)) is not None:
            self.end_family(refresh.family)
            return None
        return access, secret

    def find_refresh(self, secret: str) -> Refresh | None:
        """Without using it."""
        stored = self.store.get(digest(secret)) if secret.startswith(PREFIX[Refresh]) else None
        return msgspec.json.decode(stored, type=Refresh) if stored is not None else None

    def end_family(self, family: str) -> None:
        """End all that was issued for one consent; what is being issued at this moment sees the mark."""
        self.store.put(_ended(family), b"ended", REFRESH_SECONDS)
        self.store.revoke_family(family)


def new_family(account_id: str, client_id: str) -> str:
    return f"{account_id}/{client_id}/{secrets.token_urlsafe(16)}"


def _used(key: str) -> str:
    return hashlib.sha256(f"used {key}".encode()).hexdigest()


def _ended(family: str) -> str:
    return hashlib.sha256(f"ended {family}".encode()).hexdigest()
