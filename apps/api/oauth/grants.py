"""What an app may come with: a code, a refresh token, or a token to be revoked.

Codes are taken out of the store before anything else is looked at, and tokens are kept as they are made: where Authlib would save or
delete them afterwards there is nothing left to do.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Self, cast

from authlib.oauth2.rfc6749 import InvalidGrantError, InvalidRequestError
from authlib.oauth2.rfc6749.grants import AuthorizationCodeGrant, RefreshTokenGrant
from authlib.oauth2.rfc7009 import RevocationEndpoint
from authlib.oauth2.rfc7636 import CodeChallenge
from flask import g, request

from apps.api.context import services
from apps.api.oauth.client import Client, myself
from apps.api.oauth.credentials import ACCESS_SECONDS, Code, Consent, new_family
from apps.api.tokens import Grant, digest
from apps.core.contract.accounts import Account
from apps.core.contract.errors import AccountSuspended, NotFound
from apps.core.contract.oauth import Approval, read_scopes, write_scopes

METHODS = ["none", "client_secret_basic", "client_secret_post"]


class ProofKey(CodeChallenge):
    """PKCE by S256, for every app and without exception (OAuth 2.1, section 7.6)."""

    def validate_code_challenge(self, grant: Any, redirect_uri: str) -> None:
        data = grant.request.payload.data
        if not data.get("code_challenge") or data.get("code_challenge_method") != "S256":
            raise InvalidRequestError("Send code_challenge with code_challenge_method=S256.")
        super().validate_code_challenge(grant, redirect_uri)

    def get_authorization_code_challenge(self, authorization_code: Any) -> str:
        return authorization_code.code.challenge

    def get_authorization_code_challenge_method(self, authorization_code: Any) -> str:
        del authorization_code
        return "S256"


class Presented:
    """A code that was just taken out of the store, or a refresh token that is the current one of its family."""

    def __init__(self, consent: Consent, code: Code | None = None, secret: str = "") -> None:
        self.consent = consent
        self.code = code
        self.secret = secret

    def get_redirect_uri(self) -> str:
        """OAuth 2.1 lets the token request leave it out; where it is sent it must be the same."""
        assert self.code is not None
        return self.code.redirect_uri if "redirect_uri" in request.form else ""

    def get_scope(self) -> str:
        return write_scopes(self.consent.scopes)

    def check_client(self, client: Any) -> bool:
        return client.id == self.consent.client_id

    def holder(self) -> Account:
        """Whom it speaks for. Raises Authlib's `InvalidGrantError` where it was issued for something that is over."""
        try:
            holder = services().people.holder(self.consent.account_id, self.consent.client_id, myself(), at_once=True)
        except (NotFound, AccountSuspended) as error:
            raise InvalidGrantError(error.message) from None
        if not self.consent.holds(holder):
            raise InvalidGrantError("The password was changed, or the app was connected again, since this was issued.")
        g.presented = self
        return holder.account


class CodeGrant(AuthorizationCodeGrant):
    TOKEN_ENDPOINT_AUTH_METHODS = METHODS

    def generate_authorization_code(self) -> str:
        asked: Any = self.request.payload
        client, approval = cast(Client, self.request.client), cast(Approval, self.request.user)
        scopes = read_scopes(client.get_allowed_scope(asked.scope))
        assert approval.connected_at is not None  # it is none where the listener said no
        code = Code(
            consent=Consent(approval.account_id, client.id, scopes, approval.password_set_at, approval.connected_at),
            redirect_uri=asked.redirect_uri or client.registered.redirect_uris[0],
            challenge=asked.data["code_challenge"],
            family=new_family(),
        )
        return services().credentials.keep_code(code)

    def save_authorization_code(self, code: str, request: Any) -> None: ...

    def query_authorization_code(self, code: str, client: Any) -> Presented | None:
        """Taken out before anything else is looked at: an attempt that fails has used it up."""
        found = services().credentials.redeem(code, services().clock.now())
        return Presented(found.consent, found) if found is not None and found.consent.client_id == client.id else None

    def delete_authorization_code(self, authorization_code: Any) -> None: ...

    def authenticate_user(self, authorization_code: Any) -> Account:
        return authorization_code.holder()


class RefreshGrant(RefreshTokenGrant):
    TOKEN_ENDPOINT_AUTH_METHODS = METHODS
    INCLUDE_NEW_REFRESH_TOKEN = True

    def authenticate_refresh_token(self, refresh_token: str) -> Any:
        """Looked at, not used: it stays good where what is asked for with it is refused."""
        family = services().credentials.find(refresh_token, services().clock.now())
        return Presented(family.consent, secret=refresh_token) if family is not None else None

    def authenticate_user(self, refresh_token: Any) -> Account:
        return refresh_token.holder()

    def revoke_old_credential(self, refresh_token: Any) -> None: ...


class Revocation(RevocationEndpoint):
    CLIENT_AUTH_METHODS = METHODS

    def query_token(self, token_string: str, token_type_hint: str | None) -> Revocable | None:
        del token_type_hint  # tokens tell themselves apart
        return Revocable.find(token_string)

    def revoke_token(self, token: Any, request: Any) -> None:
        del request
        token.revoke()


class Revocable:
    """A token in force: with a refresh token everything of its consent ends, with an access token itself alone."""

    def __init__(self, client_id: str, revoke: Callable[[], None]) -> None:
        self.client_id = client_id
        self.revoke = revoke

    @classmethod
    def find(cls, secret: str) -> Self | None:
        here = services()
        owner = here.credentials.owner(secret)
        if owner is not None:
            return cls(owner, lambda: here.credentials.end(secret))
        grant = here.bearers.grant_of(secret)
        if grant is None or grant.client_id is None:
            return None
        return cls(grant.client_id, lambda: here.bearers.revoke(digest(secret)))

    def check_client(self, client: Any) -> bool:
        return client.id == self.client_id


def save_nothing(token: Any, request: Any) -> None:
    """For Authlib, which saves what it issues: `issue_tokens` has kept it."""


def issue_tokens(grant_type: str, client: Client, user: Account, scope: str, **_: Any) -> dict[str, Any]:
    """The answer of the token endpoint, its tokens already in force: what Authlib calls a token generator."""
    del grant_type, user
    here, presented = services(), cast(Presented, g.presented)
    consent, now, scopes = presented.consent, here.clock.now(), read_scopes(scope)
    # The family keeps every scope: a narrower access token narrows nothing for the next one (RFC 6749, section 6).
    grant = Grant(consent.account_id, scopes, client.registered.name, consent.password_set_at, client.id, consent.connected_at)
    code = presented.code
    issued = here.credentials.begin(code, grant, now) if code else here.credentials.rotate(presented.secret, grant, now)
    if issued is None:
        raise InvalidGrantError("It was used at this very moment, or its consent has just ended.")
    access, refresh = issued
    return {
        "token_type": "Bearer",
        "access_token": access,
        "expires_in": ACCESS_SECONDS,
        "refresh_token": refresh,
        "scope": write_scopes(scopes),
    }
