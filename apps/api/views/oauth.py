"""OAuth's endpoints. None of them knows a cookie: whoever is logged in answers on the website, and comes back with an approval."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import msgspec
from authlib.common.urls import add_params_to_uri
from authlib.oauth2 import OAuth2Error
from flask import Blueprint, Response, current_app, redirect, request
from flask.typing import ResponseReturnValue

from apps.api.answers import done
from apps.api.context import services
from apps.api.oauth.server import EXTENSION, issuer, metadata
from apps.core.contract.oauth import Approval, approval_key, request_digest

views = Blueprint("oauth", __name__)

CONSENT = "/connect"
"""The website's page, on the same host."""
REFUSED = "/connect/refused"
PRINTABLE = re.compile(r"[\x20\x21\x23-\x5b\x5d-\x7e]*")
"""What may stand in an error description too (RFC 6749, appendix A.8)."""


@views.get("/oauth/authorize")
def authorize() -> ResponseReturnValue:
    """Check what an app asks for, then let the website ask the listener; with their answer, tell the app."""
    if not all(PRINTABLE.fullmatch(value) for value in request.args.values()):
        return _refuse("invalid_request")
    try:
        grant = _server().get_consent_grant(end_user=None)
    except OAuth2Error as error:
        return _tell(error) if error.redirect_uri else _refuse(str(error.error))
    query, secret = _request_and_approval()
    approval = _take(secret) if secret else None
    if approval is None or not _is_answer_to(approval, query, grant.client.id):
        return redirect(f"{CONSENT}?{query}", 303)
    return _server().create_authorization_response(grant_user=approval if approval.connected_at else None, grant=grant)


@views.post("/oauth/token")
def token() -> Response:
    return _answered(_server().create_token_response)


@views.post("/oauth/revoke")
def revoke() -> Response:
    return _answered(lambda: _server().create_endpoint_response("revocation"))


@views.get("/.well-known/oauth-authorization-server")
def describe() -> Response:
    return done(metadata())


def _server() -> Any:
    return current_app.extensions[EXTENSION]


def _request_and_approval() -> tuple[str, str]:
    """The query string as the app made it, and what the website added at its end."""
    query, _, secret = request.query_string.decode("ascii", "replace").partition("&approval=")
    return query, secret


def _take(secret: str) -> Approval | None:
    stored = services().tokens.take(approval_key(secret))
    return msgspec.json.decode(stored, type=Approval) if stored else None


def _is_answer_to(approval: Approval, query: str, client_id: str) -> bool:
    return approval.client_id == client_id and approval.request == request_digest(query)


def _answered(ask: Callable[[], Response]) -> Response:
    """Authlib decodes credentials and writes descriptions without expecting what cannot be either."""
    try:
        return ask()
    except ValueError:
        return done({"error": "invalid_request", "error_description": "Something in the request is not plain text."}, 400)


def _tell(error: OAuth2Error) -> Response:
    """The app hears at its redirect URI, with the server's name as in every answer there (RFC 9207, section 2)."""
    answer = _server().handle_error_response(None, error)
    answer.location = add_params_to_uri(answer.location, [("iss", issuer())])
    return answer


def _refuse(error: str) -> ResponseReturnValue:
    """The app named no place that it may be told at: only the person can be."""
    return redirect(f"{REFUSED}?{urlencode({'error': error})}", 303)
