"""What the token store holds for apps: codes, families of refresh tokens, and access tokens, under digests of what their holders have.

A code is taken out as it is used. Of refresh tokens each consent has one family, a single record that says which token is the current
one, so that of any number of attempts one succeeds. A code or token that comes again is a sign that two have it: then everything
that was issued for its consent ends (RFC 9700, sections 2.2.2 and 4.13).
"""

from __future__ import annotations

import hashlib
import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

import msgspec

from apps.api.tokens import Grant, digest, encode_grant
from apps.core.contract.actions import Scope
from apps.core.contract.ids import AccountId, OAuthClientId
from apps.core.contract.oauth import TokenHolder
from ports.tokens.interface import Tokens

CODE_SECONDS = 60
REPLAY_SECONDS = 600
"""For how long a code that was used is known again."""
ACCESS_SECONDS = 3600
REFRESH_SECONDS = 60 * 86_400
"""Counted from its own issue: an app that is used goes on."""
RACE_SECONDS = 60
"""Longer than any request that issues tokens takes."""
IMPATIENCE = timedelta(seconds=10)
"""One that comes again within this time was sent twice, by a double click or a retry: refused, and nothing more."""

CODE = "celesta_code_"
REFRESH = re.compile(r"celesta_refresh_(?P<family>[A-Za-z0-9_-]{22})[A-Za-z0-9_-]{43}")


class Consent(msgspec.Struct, frozen=True):
    """What a listener allowed an app, and under which password and connection: it holds for these and no others."""

    account_id: AccountId
    client_id: OAuthClientId
    scopes: frozenset[Scope]
    password_set_at: datetime
    connected_at: datetime

    def holds(self, holder: TokenHolder) -> bool:
        return (self.password_set_at, self.connected_at) == (holder.account.password_set_at, holder.connection.connected_at)


class Code(msgspec.Struct, frozen=True):
    consent: Consent
    redirect_uri: str
    challenge: str
    """PKCE, S256."""
    family: str


class Used(msgspec.Struct, frozen=True):
    """In the place of a code that was used."""

    family: str
    at: datetime


class Family(msgspec.Struct, frozen=True):
    """The refresh tokens of one consent, of which one at a time is good."""

    consent: Consent
    current: str
    """The digest of the one that is."""
    previous: str
    rotated_at: datetime


@dataclass(frozen=True)
class Credentials:
    store: Tokens

    def keep_code(self, code: Code) -> str:
        """Keep it and return the secret that it is redeemed by."""
        secret = f"{CODE}{secrets.token_urlsafe(32)}"
        self.store.put(digest(secret), msgspec.json.encode(code), CODE_SECONDS)
        return secret

    def redeem(self, secret: str, now: datetime) -> Code | None:
        """Take the code out, once; None for one that is unknown, expired or used before."""
        if not secret.startswith(CODE):
            return None
        key = digest(secret)
        stored = self.store.take(key)
        if stored is not None:
            code = msgspec.json.decode(stored, type=Code)
            self.store.put(_key("used", key), msgspec.json.encode(Used(code.family, now)), REPLAY_SECONDS)
            return code
        mark = self.store.get(_key("used", key))
        used = msgspec.json.decode(mark, type=Used) if mark else None
        if used is not None and now - used.at > IMPATIENCE:
            self.end_family(used.family)
        return None

    def find(self, secret: str, now: datetime) -> Family | None:
        """The family of a refresh token that is good; it stays so until `rotate`. One that is not ends its family."""
        found = self._family(secret)
        if found is None:
            return None
        name, family = found
        if family.current == digest(secret):
            return family
        if family.previous != digest(secret) or now - family.rotated_at > IMPATIENCE:
            self.end_family(name)
        return None

    def begin(self, code: Code, grant: Grant, now: datetime) -> tuple[str, str] | None:
        """The first access token and refresh token of a consent; None where it ended at this moment."""
        return self._issue(code.family, code.consent, "", grant, now)

    def rotate(self, secret: str, grant: Grant, now: datetime) -> tuple[str, str] | None:
        """The next pair; None where the token is not the current one any more."""
        name = _name(secret)
        stored = self.store.take(_key("family", name))
        if stored is None:
            return None
        family = msgspec.json.decode(stored, type=Family)
        if family.current != digest(secret):
            self.store.put(_key("family", name), stored, REFRESH_SECONDS)
            return None
        return self._issue(name, family.consent, family.current, grant, now)

    def owner(self, secret: str) -> OAuthClientId | None:
        """The app that a refresh token was issued to, while its family lasts."""
        found = self._family(secret)
        return found[1].consent.client_id if found else None

    def end(self, secret: str) -> None:
        """End the family of a refresh token."""
        self.end_family(_name(secret))

    def end_family(self, name: str) -> None:
        """End all that was issued for one consent; what is being issued at this moment sees the mark."""
        self.store.put(_key("ended", name), b"ended", RACE_SECONDS)
        self.store.revoke(_key("family", name))
        self.store.revoke_family(name)

    def _issue(self, name: str, consent: Consent, previous: str, grant: Grant, now: datetime) -> tuple[str, str] | None:
        access, refresh = f"celesta_{secrets.token_urlsafe(32)}", f"celesta_refresh_{name}{secrets.token_urlsafe(32)}"
        family = Family(consent, digest(refresh), previous, now)
        self.store.put(_key("family", name), msgspec.json.encode(family), REFRESH_SECONDS)
        self.store.put(digest(access), encode_grant(grant), ACCESS_SECONDS, name)
        if self.store.get(_key("ended", name)) is not None:
            self.end_family(name)
            return None
        return access, refresh

    def _family(self, secret: str) -> tuple[str, Family] | None:
        name = _name(secret)
        stored = self.store.get(_key("family", name)) if name else None
        return (name, msgspec.json.decode(stored, type=Family)) if stored else None


def new_family() -> str:
    return secrets.token_urlsafe(16)


def _name(secret: str) -> str:
    found = REFRESH.fullmatch(secret)
    return found["family"] if found else ""


def _key(kind: str, name: str) -> str:
    return hashlib.sha256(f"{kind} {name}".encode()).hexdigest()
