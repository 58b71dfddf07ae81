"""The first page: its shelves, as staff have arranged them."""

from __future__ import annotations

from flask import Blueprint, render_template, request
from markupsafe import Markup

from apps.core.contract.editorial import GetHome, Home
from apps.website.actor import actor
from apps.website.kept_parts import kept_pages
from apps.website.languages import language

views = Blueprint("home", __name__)

KEPT_SECONDS = 1
"""A playlist on a shelf is its listener's to take back or to rename, which is no change of the catalogue."""


@views.get("/")
def show() -> str:
    shelves = kept_pages().get(GetHome(), actor(), _written, f"{language().tag} {request.script_root}", lasting=KEPT_SECONDS)
    return render_template("home.html", shelves=Markup(shelves.body.decode().strip()))  # noqa: S704 - written by the template below


def _written(home: Home) -> bytes:
    """Nothing in it may be meant for one reader alone."""
    return render_template("parts/home_shelves.html", home=home).encode()
