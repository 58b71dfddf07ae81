"""The first page: its shelves, as staff have arranged them."""

from __future__ import annotations

from flask import Blueprint, render_template

from apps.core.contract.editorial import GetHome
from apps.website.actor import core

views = Blueprint("home", __name__)


@views.get("/")
def show() -> str:
    return render_template("home.html", home=core().send(GetHome()))
