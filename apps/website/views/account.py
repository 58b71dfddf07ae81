"""The listener's own account."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from apps.core.contract.accounts import ChangePassword, GetOwnAccount
from apps.website.actor import core
from apps.website.forms.account import ChangePasswordForm
from apps.website.login import log_in, log_out_everywhere

views = Blueprint("account", __name__, url_prefix="/account")


@views.get("")
def show() -> str:
    account = core().send(GetOwnAccount())
    changed = request.args.get("changed") == "password"
    return render_template("account/show.html", account=account, form=ChangePasswordForm(), changed=changed)


@views.post("")
def change_password() -> ResponseReturnValue:
    account = core().send(GetOwnAccount())
    form = ChangePasswordForm()
    if form.validate_on_submit() and form.attempt(ChangePassword(present=form.present.data or "", new=form.new.data or "")):
        log_out_everywhere(account.id)
        log_in(account)
        return redirect(url_for("account.show", changed="password"), 303)
    return render_template("account/show.html", account=account, form=form, changed=False), form.status
