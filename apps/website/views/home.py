"""The first page: its shelves, as staff have arranged them."""

from __future__ import annotations

from flask import Blueprint, render_template, request
from markupsafe import Markup

from apps.core.contract.editorial import GetHome, Home
from apps.website.actor import actor, viewer
from apps.website.kept_parts import kept_pages
from apps.website.languages import language
from apps.website.login import is_newcomer

views = Blueprint("home", __name__)

KEPT_SECONDS = 1
"""A playlist on a shelf is its listener's to take back or to rename, which is no change of the catalogue."""


@views.get("/")
def show() -> str:
    door = "" if viewer() else "visitor"
    shelves = kept_pages().get(GetHome(), actor(), _written, f"{language().tag} {request.script_root} {door}", lasting=KEPT_SECONDS)
    written = Markup(shelves.body.decode().strip())  # noqa: S704 - written by the template below
    return render_template("home.html", shelves=written, newcomer=viewer() is not None and is_newcomer())


def _written(home: Home) -> bytes:
    """Nothing in it may be meant for one reader alone; whoever is not logged in is told to, where others play."""
    return render_template("parts/home_shelves.html", home=home).encode()
