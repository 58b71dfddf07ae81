"""What the listener heard lately."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from apps.core.contract.listening import ClearHistory, ListRecentlyPlayed
from apps.website.actor import core

views = Blueprint("listening", __name__, url_prefix="/recently-played")


@views.get("")
def recently_played() -> str:
    history = core().send(ListRecentlyPlayed(cursor=request.args.get("cursor"), size=50))
    return render_template("listening/recently_played.html", history=history)


@views.post("/clear")
def clear() -> ResponseReturnValue:
    core().send(ClearHistory())
    return redirect(url_for("listening.recently_played"), 303)
