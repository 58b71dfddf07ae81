"""The account of whoever asks."""

from __future__ import annotations

from flask import Blueprint, Response, request

from apps.api.answers import personal
from apps.api.context import core
from apps.api.operations import sends
from apps.core.client.own_data import file_name, take_away
from apps.core.contract.accounts import GetOwnAccount, TakeOwnData

views = Blueprint("account", __name__)


@views.get("/account")
@sends(GetOwnAccount)
def own_account() -> Response:
    return personal(core().send(GetOwnAccount()))


@views.post("/account/data")
@sends(
    TakeOwnData,
    result=bytes,
    content_type="application/zip",
    meaning="Take away all that the listener is shown of theirs, as a ZIP of JSON, playlists and pictures, as far as the app's scopes go.",
)
def data() -> Response:
    """Sent while it is read; what is refused is refused before anything is sent."""
    sender = core()
    taken = sender.send(TakeOwnData())
    pieces = take_away(sender, taken, request.host_url)
    return Response(pieces, mimetype="application/zip", headers={"Content-Disposition": f"attachment; filename={file_name(taken)}"})
