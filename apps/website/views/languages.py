"""Choosing what language to read the site in, logged in or not."""

from __future__ import annotations

from flask import Blueprint, abort, current_app, redirect, render_template, request
from flask.typing import ResponseReturnValue

from apps.website.addresses import came_from, next_page
from apps.website.languages import COOKIE, offered

views = Blueprint("languages", __name__)

YEAR = 365 * 24 * 3600


@views.get("/language")
def index() -> str:
    return render_template("languages/index.html", languages=offered(), back=came_from())


@views.post("/language")
def choose() -> ResponseReturnValue:
    tag = request.form.get("language", "")
    if tag not in {one.tag for one in offered()}:
        abort(400)
    response = redirect(next_page(), 303)
    secure = current_app.config["SECURE_COOKIES"]
    response.set_cookie(COOKIE, tag, max_age=YEAR, path="/", secure=secure, httponly=True, samesite="Lax")
    return response
