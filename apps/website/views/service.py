"""What machines ask for."""

from __future__ import annotations

from flask import Blueprint, current_app, redirect, url_for
from flask.typing import ResponseReturnValue
from flask.wrappers import Response

views = Blueprint("service", __name__)

ROBOTS = """User-agent: *
Disallow: /account
Disallow: /connect
Disallow: /deliveries
Disallow: /ledger
Disallow: /library
Disallow: /log-in
Disallow: /player/
Disallow: /queue
Disallow: /recently-played
Disallow: /register
Disallow: /search?
Disallow: /staff/
Disallow: /stations
Disallow: /subscription
Disallow: /welcome/

Sitemap: {sitemap}
"""


@views.get("/healthz")
def health() -> Response:
    """Does this process answer? It asks nobody else."""
    return Response("ok", content_type="text/plain; charset=utf-8")


@views.get("/robots.txt")
def robots() -> Response:
    return Response(ROBOTS.format(sitemap=url_for("sitemap.index", _external=True)), content_type="text/plain; charset=utf-8")


@views.get("/favicon.ico")
def favicon() -> ResponseReturnValue:
    return redirect(url_for("static", version=current_app.config["STATIC_VERSION"], filename="mark.svg"))
