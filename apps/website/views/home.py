"""The first page: what is new."""

from __future__ import annotations

from flask import Blueprint, render_template

from apps.core.contract.catalogue import ListReleases
from apps.website.actor import core

views = Blueprint("home", __name__)

NEWEST = 24


@views.get("/")
def show() -> str:
    return render_template("home.html", releases=core().send(ListReleases(size=NEWEST)))
