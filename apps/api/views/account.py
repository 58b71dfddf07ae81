"""The account of whoever asks."""

from __future__ import annotations

from flask import Blueprint, Response

from apps.api.answers import personal
from apps.api.context import core
from apps.api.operations import sends
from apps.core.contract.accounts import GetOwnAccount

views = Blueprint("account", __name__)


@views.get("/account")
@sends(GetOwnAccount)
def own_account() -> Response:
    return personal(core().send(GetOwnAccount()))
