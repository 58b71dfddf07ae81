"""Apps: OAuth clients that operators register, and accounts that listeners connect to them. Their tokens are the API's, not Core's."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Annotated, ClassVar
from urllib.parse import urlsplit

import msgspec
from msgspec import Meta

from apps.core.contract.accounts import Account
from apps.core.contract.actions import FRONT_END, LISTENER, OPERATOR, Command, Done, Permission, Query, Scope
from apps.core.contract.ids import AccountId, OAuthClientId

ClientName = Annotated[str, Meta(min_length=1, max_length=80, pattern=r"^[^\x00-\x1f\x7f]+(?!\n)$")]
RedirectUri = Annotated[str, Meta(min_length=1, max_length=500, pattern=r"^[\x21-\x7e]+(?!\n)$")]
MOST_REDIRECTS = 10
LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
SCOPES = {scope.value: scope for scope in Scope}
MEANINGS: Mapping[Scope, str] = {
    Scope.CATALOGUE: "see what there is to hear",
    Scope.PLAYBACK: "play music, and tell what was played",
    Scope.HISTORY: "see and clear what was played lately",
    Scope.LIBRARY: "see and change favourites and playlists",
    Scope.ACCOUNT: "see the account's name, e-mail address, plan and payments",
    Scope.PURCHASES: "add a subscription that was bought in an app store",
}
"""What each lets an app do: what a listener is asked, and an app's developer told."""
Scopes = Annotated[frozenset[Scope], Meta(min_length=1)]


class OAuthClient(msgspec.Struct, frozen=True):
    """An app that may ask listeners to connect their accounts."""

    id: OAuthClientId
    name: str
    redirect_uris: tuple[str, ...]
    scopes: frozenset[Scope]
    """The most it may ask for."""
    confidential: bool
    """Whether it has a secret, which only an app on a server can keep."""
    created_at: datetime

    def sends_back_to(self, redirect_uri: str) -> bool:
        """Whether a listener may be sent there: exactly as registered, but for the port on the loopback (RFC 8252, section 7.3)."""
        return any(known == redirect_uri or _same_on_loopback(known, redirect_uri) for known in self.redirect_uris)


class RegisteredApp(msgspec.Struct, frozen=True):
    client: OAuthClient
    secret: str | None
    """Told this once; only its digest is kept. None for a public client."""


class ConnectedApp(msgspec.Struct, frozen=True):
    """An app that a listener allowed to act for them."""

    client_id: OAuthClientId
    name: str
    scopes: frozenset[Scope]
    connected_at: datetime
    """What was issued to the app before, for an earlier connection, is good no more."""


class TokenHolder(msgspec.Struct, frozen=True):
    """Whom an app's token speaks for, while they are connected."""

    account: Account
    connection: ConnectedApp


class RegisterApp(Command[RegisteredApp], frozen=True):
    """Register an app. Redirect URIs are https, http on the loopback (any port), or a scheme of the app's own with a dot in it
    (RFC 8252, sections 7.1 to 7.3). Raises Invalid for any other."""

    permission: ClassVar[Permission] = OPERATOR

    name: ClientName
    redirect_uris: Annotated[tuple[RedirectUri, ...], Meta(min_length=1, max_length=MOST_REDIRECTS)]
    scopes: Scopes
    confidential: bool = False


class RemoveApp(Command[Done], frozen=True):
    """Forget an app and every connection to it: within five seconds its tokens open nothing. Raises NotFound."""

    permission: ClassVar[Permission] = OPERATOR

    client_id: OAuthClientId


class ListApps(Query[tuple[OAuthClient, ...]], frozen=True):
    """All registered apps, by name."""

    permission: ClassVar[Permission] = OPERATOR


class GetApp(Query[OAuthClient], frozen=True):
    """One registered app. Raises NotFound."""

    permission: ClassVar[Permission] = FRONT_END

    client_id: OAuthClientId


class CheckAppSecret(Query[bool], frozen=True):
    """Whether this is the secret of that app; never of a public one, which has none."""

    permission: ClassVar[Permission] = FRONT_END

    client_id: OAuthClientId
    secret: Annotated[str, Meta(max_length=200)]


class ConnectApp(Command[ConnectedApp], frozen=True):
    """Allow an app to act for the actor within these scopes, beside those it was allowed before.

    Raises NotFound for no such app, Invalid for a scope that it may not ask for.
    """

    permission: ClassVar[Permission] = LISTENER

    client_id: OAuthClientId
    scopes: Scopes


class DisconnectApp(Command[Done], frozen=True):
    """Take back what the actor allowed an app: what its tokens would change is refused from now on, what they would read
    within five seconds."""

    permission: ClassVar[Permission] = LISTENER

    client_id: OAuthClientId


class ListConnectedApps(Query[tuple[ConnectedApp, ...]], frozen=True):
    """The actor's own, by name."""

    permission: ClassVar[Permission] = LISTENER


class GetTokenHolder(Query[TokenHolder], frozen=True):
    """Whom a token that was issued to an app speaks for.

    Raises NotFound where the account, the app or the connection is gone, AccountSuspended where the account is closed.
    """

    permission: ClassVar[Permission] = FRONT_END

    account_id: AccountId
    client_id: OAuthClientId


class Approval(msgspec.Struct, frozen=True):
    """A listener's answer to one request of an app: the website keeps it in the token store for a minute, the API takes it out once."""

    account_id: AccountId
    client_id: OAuthClientId
    request: str
    """The digest of the request's query string: the answer is to this request and no other."""
    password_set_at: datetime
    """Of the account, when it was asked."""
    connected_at: datetime | None
    """Of the connection; None where the listener said no."""


def approval_key(secret: str) -> str:
    """Where the token store has the approval that this secret fetches; no other credential lies under such a key."""
    return hashlib.sha256(f"approval {secret}".encode()).hexdigest()


def request_digest(query: str) -> str:
    """Of an app's request, by its query string as it came."""
    return hashlib.sha256(query.encode()).hexdigest()


def _same_on_loopback(known: str, asked: str) -> bool:
    try:
        one, other = urlsplit(known), urlsplit(asked)
        port = f":{other.port}" if other.port else ""
    except ValueError:
        return False
    if one.scheme != "http" or one.hostname not in LOOPBACK or "#" in asked:
        return False
    host = f"[{one.hostname}]" if ":" in one.hostname else one.hostname
    return (other.scheme, other.netloc, other.path, other.query) == ("http", f"{host}{port}", one.path, one.query)


def write_scopes(scopes: Iterable[Scope]) -> str:
    """As RFC 6749, section 3.3, writes them, in one order."""
    return " ".join(sorted(scopes))


def read_scopes(written: str) -> frozenset[Scope]:
    """Those that this release knows."""
    return frozenset(SCOPES[name] for name in written.split() if name in SCOPES)
