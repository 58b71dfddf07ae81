"""The door: register, log in, log out, and an administrator's first visit."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from apps.core.contract.accounts import AcceptInvitation, LogIn, RegisterAccount
from apps.website.actor import viewer
from apps.website.addresses import next_page
from apps.website.forms.entrance import LogInForm, RegisterForm
from apps.website.login import await_newcomer
from apps.website.login import log_in as open_session
from apps.website.login import log_out as end_session

views = Blueprint("entrance", __name__)


@views.route("/register", methods=["GET", "POST"])
def register() -> ResponseReturnValue:
    if viewer():
        return redirect(next_page(), 303)
    form = RegisterForm()
    if form.validate_on_submit():
        account = form.attempt(RegisterAccount(email=form.email.data or "", name=form.name.data or "", password=form.password.data or ""))
        if account is not None:
            open_session(account)
            await_newcomer()
            return redirect(next_page(), 303)
    return render_template("entrance/register.html", form=form), form.status


@views.route("/log-in", methods=["GET", "POST"])
def log_in() -> ResponseReturnValue:
    if viewer():
        return redirect(next_page(), 303)
    form = LogInForm()
    if form.validate_on_submit():
        account = form.attempt(LogIn(email=form.email.data or "", password=form.password.data or ""))
        if account is not None:
            open_session(account)
            return redirect(next_page(), 303)
    return render_template("entrance/log_in.html", form=form), form.status


@views.post("/log-out")
def log_out() -> ResponseReturnValue:
    end_session()
    return redirect(url_for("home.show"), 303)


@views.route("/welcome/<token>", methods=["GET", "POST"])
def welcome(token: str) -> ResponseReturnValue:
    form = RegisterForm()
    if form.validate_on_submit():
        account = form.attempt(
            AcceptInvitation(token=token, email=form.email.data or "", name=form.name.data or "", password=form.password.data or "")
        )
        if account is not None:
            open_session(account)
            return redirect(url_for("home.show"), 303)
    return render_template("entrance/welcome.html", form=form), form.status
