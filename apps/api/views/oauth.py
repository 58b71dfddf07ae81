"""OAuth's endpoints. None of them knows a cookie: whoever is logged in answers on the website, and comes back with an approval."""

from __future__ import annotations

import hashlib
from typing import Any
from urllib.parse import parse_qsl, urlencode

import msgspec
from authlib.oauth2 import OAuth2Error
from flask import Blueprint, Response, current_app, redirect, request
from flask.typing import ResponseReturnValue

from apps.api.answers import done
from apps.api.context import services
from apps.api.oauth.client import myself
from apps.api.oauth.server import EXTENSION, metadata
from apps.api.tokens import digest
from apps.core.contract.accounts import Account
from apps.core.contract.errors import AccountSuspended, NotFound
from apps.core.contract.oauth import Approval

views = Blueprint("oauth", __name__)

CONSENT = "/connect"
"""The website's page, on the same host."""
REFUSED = "/connect/refused"


@views.get("/oauth/authorize")
def authorize() -> ResponseReturnValue:
    """Check what an app asks for, then let the website ask the listener; with their answer, tell the app."""
    try:
        grant = _server().get_consent_grant(end_user=None)
    except OAuth2Error as error:
        return _server().handle_error_response(None, error) if error.redirect_uri else _refuse(error)
    query, secret = _request_and_approval()
    approval = _take(secret) if secret else None
    if approval is None or not _is_answer_to(approval, query, grant.client.id):
        return redirect(f"{CONSENT}?{query}", 303)
    return _server().create_authorization_response(grant_user=_account(approval) if approval.allowed else None, grant=grant)


@views.post("/oauth/token")
def token() -> Response:
    return _server().create_token_response()


@views.post("/oauth/revoke")
def revoke() -> Response:
    return _server().create_endpoint_response("revocation")


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
    stored = services().tokens.take(digest(secret))
    return msgspec.json.decode(stored, type=Approval) if stored else None


def _is_answer_to(approval: Approval, query: str, client_id: str) -> bool:
    return approval.client_id == client_id and approval.request == hashlib.sha256(query.encode()).hexdigest()


def _account(approval: Approval) -> Account | None:
    try:
        return services().people.account(approval.account_id, myself())
    except (NotFound, AccountSuspended):
        return None


def _refuse(error: OAuth2Error) -> ResponseReturnValue:
    """The app named no place that it may be told at: only the person can be."""
    known = dict(parse_qsl(request.query_string.decode("ascii", "replace")))
    what = {"error": error.error, "client_id": known.get("client_id", "")[:40]}
    return redirect(f"{REFUSED}?{urlencode(what)}", 303)
