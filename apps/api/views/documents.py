"""What the API says of itself, to programs and to people. Nobody need be known for it."""

from __future__ import annotations

import base64
import hashlib
import re
from typing import Any

import msgspec
from flask import Blueprint, Response, current_app, render_template

from apps.api.openapi import description

views = Blueprint("documents", __name__)

EXTENSION = "openapi"


@views.get("/openapi.json")
def openapi() -> Response:
    answer = Response(msgspec.json.encode(_document()), content_type="application/json")
    answer.set_etag(hashlib.sha256(answer.data).hexdigest()[:32])
    answer.headers["Cache-Control"] = "public, no-cache"
    return answer


@views.get("/docs")
def docs() -> Response:
    page = render_template("docs.html", document=_document())
    answer = Response(page)
    style = re.search("<style>(.*?)</style>", page, re.DOTALL)
    assert style is not None
    allowed = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
    answer.headers["Content-Security-Policy"] = f"default-src 'none'; style-src 'sha256-{allowed}'; base-uri 'none'; frame-ancestors 'none'"
    return answer


def _document() -> dict[str, Any]:
    """Made once: it is the same until another release."""
    made = current_app.extensions.get(EXTENSION)
    if made is None:
        made = current_app.extensions[EXTENSION] = description(current_app)
    return made
