"""What machines ask for."""

from __future__ import annotations

from flask import Blueprint, current_app, redirect, url_for
from flask.typing import ResponseReturnValue
from flask.wrappers import Response

views = Blueprint("service", __name__)

ROBOTS = """User-agent: *
Disallow: /account
Disallow: /deliveries
Disallow: /ledger
Disallow: /player/
Disallow: /recently-played
Disallow: /staff/
Disallow: /subscription
Disallow: /welcome/
"""


@views.get("/healthz")
def health() -> Response:
    """Does this process answer? It asks nobody else."""
    return Response("ok", content_type="text/plain; charset=utf-8")


@views.get("/robots.txt")
def robots() -> Response:
    return Response(ROBOTS, content_type="text/plain; charset=utf-8")


@views.get("/favicon.ico")
def favicon() -> ResponseReturnValue:
    return redirect(url_for("static", version=current_app.config["STATIC_VERSION"], filename="mark.svg"))
