"""An app, as Authlib looks at it."""

from __future__ import annotations

from typing import Any, TypeVar

from authlib.oauth2.rfc6749 import ClientMixin
from flask import g, request

from apps.api.context import services
from apps.core.contract.actions import Actor, Query, Service
from apps.core.contract.errors import Invalid, NotFound
from apps.core.contract.oauth import CheckAppSecret, GetApp, OAuthClient

GRANTS = frozenset({"authorization_code", "refresh_token"})

R = TypeVar("R")


class Client(ClientMixin):
    def __init__(self, registered: OAuthClient) -> None:
        self.registered = registered

    @property
    def id(self) -> str:
        return self.registered.id

    def get_client_id(self) -> str:
        return self.id

    def get_default_redirect_uri(self) -> Any:
        uris = self.registered.redirect_uris
        return uris[0] if len(uris) == 1 else None

    def get_allowed_scope(self, scope: Any) -> Any:
        """What was asked for where all of it may be; everything where nothing was."""
        asked = frozenset(str(scope or "").split()) or self.registered.scopes
        return " ".join(sorted(asked)) if asked <= self.registered.scopes else None

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        return self.registered.sends_back_to(redirect_uri)

    def check_client_secret(self, client_secret: str) -> bool:
        try:
            return ask(CheckAppSecret(self.id, client_secret))
        except Invalid:
            return False

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        del endpoint
        return (method != "none") == self.registered.confidential

    def check_response_type(self, response_type: str) -> bool:
        return response_type == "code"

    def check_grant_type(self, grant_type: str) -> bool:
        return grant_type in GRANTS


def find_client(client_id: str) -> Client | None:
    try:
        return Client(ask(GetApp(client_id)))
    except (NotFound, Invalid):
        return None


def ask(query: Query[R]) -> R:
    """Core's answer to the API itself."""
    return services().core.send(query, myself())


def myself() -> Actor:
    """The API, asking on its own behalf."""
    return Actor(Service.API, address=request.remote_addr or "", request_id=g.request_id)
