"""The website as an app on somebody's device: what it is called there, and what it says without a connection."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import msgspec
from flask import Blueprint, Response, current_app, g, render_template, url_for

from apps.website.actor import stranger
from apps.website.languages import gettext as _
from apps.website.languages import language

views = Blueprint("installed", __name__)

WORKER = Path(__file__).parents[3] / "static" / "service_worker.js"
PURPOSES = (("", "any"), ("maskable-", "maskable"))
"""Of icons: what their files' names begin with, and what they are for. A maskable one is cut to whatever shape a system likes."""
PAPER = "#fbf9f5"
"""What `--page` of `tokens.css` is by day."""


@views.get("/manifest.webmanifest")
def manifest() -> Response:
    """https://www.w3.org/TR/appmanifest/"""
    brand, spoken = current_app.config["BRAND_NAME"], language()
    told = {
        "id": "/", "name": brand, "short_name": brand, "lang": spoken.tag, "dir": spoken.direction, "start_url": url_for("home.show"),
        "scope": "/", "display": "standalone", "background_color": PAPER, "theme_color": PAPER, "icons": _icons(),
        "categories": ["music", "entertainment"],
        "shortcuts": [
            {"name": _("Search"), "url": url_for("search.show")},
            {"name": _("Library"), "url": url_for("library.show")},
        ],
    }  # fmt: skip
    return Response(msgspec.json.encode(told), content_type="application/manifest+json")


@views.get("/service-worker.js")
def worker() -> Response:
    """At the root, as it works for what lies below its own address; another one where what it keeps has changed."""
    kept = f"{current_app.config['STATIC_VERSION']}{offline()}".encode()
    text = f"const VERSION = '{hashlib.sha256(kept).hexdigest()[:12]}';\n{WORKER.read_text()}"
    return Response(text, content_type="text/javascript; charset=utf-8", headers={"Cache-Control": "no-cache"})


@views.get("/offline")
def offline() -> str:
    """What the service worker keeps: as nobody in particular, whoever asks."""
    g.actor = stranger()
    return render_template("offline.html", nameless=True)


def _icons() -> list[dict[str, Any]]:
    drawn = [("mark.svg", "any", "any"), ("icons/maskable.svg", "any", "maskable")]
    sizes = [(f"icons/{prefix}{side}.png", f"{side}x{side}", purpose) for side in (192, 512) for prefix, purpose in PURPOSES]
    return [
        {
            "src": url_for("static", version=current_app.config["STATIC_VERSION"], filename=name),
            "sizes": size,
            "type": "image/svg+xml" if name.endswith("svg") else "image/png",
            "purpose": purpose,
        }
        for name, size, purpose in (*drawn, *sizes)
    ]
