"""Connecting an app: the listener is asked here, and the answer goes back to the API, which knows no cookie."""

from __future__ import annotations

import re
import secrets
from typing import cast
from urllib.parse import urlsplit

import msgspec
from flask import Blueprint, current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from apps.core.contract.actions import Scope
from apps.core.contract.errors import NotFound
from apps.core.contract.ids import FORM
from apps.core.contract.oauth import MEANINGS, Approval, ConnectApp, GetApp, OAuthClient, approval_key, read_scopes, request_digest
from apps.website.actor import core, on_own_behalf, viewer
from apps.website.addresses import this_page
from apps.website.headers import let_forms_lead_to, must_be_loaded
from ports.container import Container
from ports.tokens.interface import Tokens

views = Blueprint("connect", __name__, url_prefix="/connect")

AUTHORIZE = "/api/oauth/authorize"
ANSWER_SECONDS = 60
REASONS = {
    "invalid_client": "No app is registered under the name it gave.",
    "invalid_request": "It asked to send you to an address that is not registered for it, or left something out.",
    "unsupported_response_type": "It asked for something that is not given here.",
}


@views.get("")
def ask() -> ResponseReturnValue:
    user = viewer()
    if user is None:
        return redirect(url_for("entrance.log_in", next=this_page()), 303)
    if (anew := must_be_loaded()) is not None:
        return anew
    client = _client()
    back, scopes = _back(client), _scopes(client)
    let_forms_lead_to(back)
    permissions = [MEANINGS[scope] for scope in Scope if scope in scopes]
    return render_template("connect/ask.html", client=client, account=user.account, permissions=permissions, back=back)


@views.post("")
def answer() -> ResponseReturnValue:
    user = viewer()
    if user is None:
        return redirect(url_for("entrance.log_in", next=this_page()), 303)
    client = _client()
    _back(client)  # as when it was asked
    connected = core().send(ConnectApp(client.id, _scopes(client))) if request.form.get("answer") == "allow" else None
    query, secret = request.query_string.decode("ascii", "replace"), secrets.token_urlsafe(32)
    account = user.account
    approval = Approval(
        account.id, client.id, request_digest(query), account.password_set_at, connected.connected_at if connected else None
    )
    store = cast(Container, current_app.extensions["container"]).get(Tokens)
    store.put(approval_key(secret), msgspec.json.encode(approval), ANSWER_SECONDS)
    return redirect(f"{AUTHORIZE}?{query}&approval={secret}", 303)


@views.get("/refused")
def refused() -> ResponseReturnValue:
    reason = REASONS.get(request.args.get("error", ""), REASONS["invalid_request"])
    return render_template("connect/refused.html", reason=reason), 400


def _client() -> OAuthClient:
    client_id = request.args.get("client_id", "")
    if not re.fullmatch(FORM, client_id):
        raise NotFound("There is no such app.", "Begin in the app once more.")
    return on_own_behalf(GetApp(client_id))


def _scopes(client: OAuthClient) -> frozenset[Scope]:
    return read_scopes(request.args.get("scope", "")) & client.scopes or client.scopes


def _back(client: OAuthClient) -> str:
    """Where the listener goes afterwards, without the path. Whoever made up this request is told nothing more."""
    uri = request.args.get("redirect_uri") or client.redirect_uris[0]
    if not client.sends_back_to(uri):
        raise NotFound("The app asked to send you to an address that is not registered for it.", "Begin in the app once more.")
    parts = urlsplit(uri)
    # A policy cannot name an IPv6 address.
    return f"{parts.scheme}://{parts.netloc}" if parts.netloc and "[" not in parts.netloc else f"{parts.scheme}:"
