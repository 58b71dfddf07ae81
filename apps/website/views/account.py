"""The listener's own account."""

from __future__ import annotations

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from apps.core.client.own_data import file_name, take_away
from apps.core.contract.accounts import ChangePassword, GetOwnAccount, TakeOwnData
from apps.core.contract.billing import ListSubscriptions
from apps.core.contract.ids import OAuthClientId
from apps.core.contract.oauth import DisconnectApp, ListConnectedApps
from apps.website.actor import core
from apps.website.forms.account import ChangePasswordForm
from apps.website.login import log_in, log_out_everywhere

views = Blueprint("account", __name__, url_prefix="/account")


@views.get("")
def show() -> str:
    return _page(ChangePasswordForm(), changed=request.args.get("changed") == "password")


@views.post("")
def change_password() -> ResponseReturnValue:
    account = core().send(GetOwnAccount())
    form = ChangePasswordForm()
    if form.validate_on_submit() and form.attempt(ChangePassword(present=form.present.data or "", new=form.new.data or "")):
        log_out_everywhere(account.id)
        log_in(account)
        return redirect(url_for("account.show", changed="password"), 303)
    return _page(form, changed=False), form.status


@views.post("/data")
def data() -> Response:
    """Sent while it is read; what is refused is refused before anything is sent."""
    sender = core()
    taken = sender.send(TakeOwnData())
    pieces = take_away(sender, taken, url_for("home.show", _external=True))
    return Response(pieces, mimetype="application/zip", headers={"Content-Disposition": f"attachment; filename={file_name(taken)}"})


@views.post("/apps/<id:client_id>/disconnect")
def disconnect(client_id: OAuthClientId) -> ResponseReturnValue:
    core().send(DisconnectApp(client_id))
    return redirect(url_for("account.show"), 303)


def _page(form: ChangePasswordForm, *, changed: bool) -> str:
    account, apps, subscriptions = core().send_many(GetOwnAccount(), ListConnectedApps(), ListSubscriptions())
    return render_template(
        "account/show.html", account=account, apps=apps, subscriptions=subscriptions, form=form, changed=changed
    )  # fmt: skip
