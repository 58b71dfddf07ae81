"""Tokens: an e-mail address and a password become one."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Annotated

import msgspec
from flask import Blueprint, Response, g
from msgspec import Meta

from apps.api.answers import done, nothing
from apps.api.context import core, services
from apps.api.operations import does, sends
from apps.api.reading import body
from apps.api.tokens import Grant, issue
from apps.core.contract.accounts import LogIn
from apps.core.contract.actions import Scope
from apps.core.contract.errors import Invalid
from apps.core.contract.ids import FORM

views = Blueprint("tokens", __name__)

FOR_SCRIPTS = "Get an access token for an e-mail address and a password: for scripts of one's own. Apps connect by OAuth instead."


class NewToken(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    email: Annotated[str, Meta(max_length=254)]
    password: Annotated[str, Meta(max_length=200)]
    scopes: Annotated[frozenset[Scope], Meta(min_length=1)] = frozenset(Scope)
    """All of them where none are named."""
    client: Annotated[str, Meta(max_length=80)] = ""
    """What the app calls itself."""


class IssuedToken(msgspec.Struct, frozen=True):
    token: str
    token_type: str
    scopes: tuple[Scope, ...]
    expires_at: datetime


@views.post("/tokens")
@sends(LogIn, body=NewToken, result=IssuedToken, status=201, meaning=FOR_SCRIPTS, anonymous=True)
def create_token() -> Response:
    asked = body(NewToken)
    if re.fullmatch(FORM, asked.client):
        raise Invalid("client looks like the id of a registered app.", "Call yours by a name.")
    account = core().send(LogIn(asked.email, asked.password))
    here = services()
    now = here.clock.now()
    token = issue(here.tokens, Grant(account.id, asked.scopes, asked.client, account.password_set_at), here.token_lifetime)
    expires_at = now + timedelta(seconds=here.token_lifetime)
    return done(IssuedToken(token, "Bearer", tuple(sorted(asked.scopes)), expires_at), status=201)


@views.delete("/tokens/current")
@does("Revoke the access token that this is sent with.", status=204)
def revoke_token() -> Response:
    services().bearers.revoke(g.bearer.key)
    return nothing()
