"""Whether the process lives; what it depends on is not asked, so that an outage elsewhere restarts nothing here."""

from __future__ import annotations

from flask import Blueprint, Response

from apps.api.answers import done

views = Blueprint("health", __name__)


@views.get("/healthz")
def healthz() -> Response:
    return done({"status": "ok"})
