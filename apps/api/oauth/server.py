"""The OAuth 2.1 server: Authlib decides what a request may do, Core who an account and an app are, the token store what is in force."""

from __future__ import annotations

from typing import Any

from authlib.integrations.flask_oauth2 import AuthorizationServer
from authlib.integrations.flask_oauth2.requests import FlaskOAuth2Payload, FlaskOAuth2Request
from authlib.oauth2.rfc6749 import OAuth2Request
from authlib.oauth2.rfc9207 import IssuerParameter
from flask import Flask
from flask import request as flask_request

from apps.api.oauth.client import find_client
from apps.api.oauth.grants import METHODS, CodeGrant, ProofKey, RefreshGrant, Revocation, issue_tokens, save_nothing
from apps.core.contract.actions import Scope

EXTENSION = "oauth"


class Issuer(IssuerParameter):
    def get_issuer(self) -> str:
        return issuer()


class Request(FlaskOAuth2Request):
    """Authlib refuses what did not come by TLS; whether it must is for the edge and the deployment to say, not for a library."""

    def __init__(self, request: Any) -> None:
        OAuth2Request.__init__(self, request.method, f"https://{request.host}{request.full_path}", headers=request.headers)
        self._request = request
        self.payload = FlaskOAuth2Payload(request)


class Server(AuthorizationServer):
    def create_oauth2_request(self, request: Any) -> Request:
        return Request(request or flask_request)


def issuer() -> str:
    """This server's name, as apps compare it (RFC 8414, RFC 9207): the address of its host."""
    return flask_request.host_url.rstrip("/")


def set_up_oauth(app: Flask) -> None:
    app.config["OAUTH2_SCOPES_SUPPORTED"] = sorted(Scope)
    server: Any = Server(app, find_client, save_nothing)
    server.register_token_generator("default", issue_tokens)
    server.register_grant(CodeGrant, [ProofKey(required=True)])
    server.register_grant(RefreshGrant)
    server.register_endpoint(Revocation)
    server.register_extension(Issuer())
    app.extensions[EXTENSION] = server


def metadata() -> dict[str, Any]:
    """RFC 8414."""
    here = flask_request.root_url.rstrip("/")
    return {
        "issuer": issuer(),
        "authorization_endpoint": f"{here}/oauth/authorize",
        "token_endpoint": f"{here}/oauth/token",
        "revocation_endpoint": f"{here}/oauth/revoke",
        "scopes_supported": sorted(Scope),
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": ["authorization_code", "refresh_token"],
        "token_endpoint_auth_methods_supported": METHODS,
        "revocation_endpoint_auth_methods_supported": METHODS,
        "code_challenge_methods_supported": ["S256"],
        "authorization_response_iss_parameter_supported": True,
        "service_documentation": f"{here}/docs",
    }
