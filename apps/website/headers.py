"""Security headers of every answer, in one place."""

from __future__ import annotations

from collections.abc import Callable

from flask import Flask, g
from flask.wrappers import Response

OWN_FORMS = "form-action 'self'"
YEAR = 365 * 24 * 3600


def content_policy(media_origins: str) -> str:
    """The Content-Security-Policy: our own files, and covers and audio from where they are stored.

    `blob:` is how a browser calls audio that hls.js hands it.
    """
    stored = f"'self' {media_origins}".strip()
    sources = {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self'",
        "font-src": "'self'",
        "img-src": stored,
        "media-src": f"{stored} blob:",
        "connect-src": stored,
        "worker-src": "'self' blob:",
        "manifest-src": "'self'",
        "base-uri": "'none'",
        "frame-ancestors": "'none'",
    }
    return "; ".join([*(f"{name} {value}" for name, value in sources.items()), OWN_FORMS])


def set_up_headers(app: Flask, media_origins: str, secure: bool) -> None:
    app.after_request(_adder(content_policy(media_origins), secure))


def _adder(policy: str, secure: bool) -> Callable[[Response], Response]:
    def add(response: Response) -> Response:
        headers = response.headers
        target = g.get("form_target")
        headers["Content-Security-Policy"] = policy.replace(OWN_FORMS, f"{OWN_FORMS} {target}") if target else policy
        headers["X-Content-Type-Options"] = "nosniff"
        headers["X-Frame-Options"] = "DENY"
        headers["Referrer-Policy"] = "same-origin"
        headers["Cross-Origin-Opener-Policy"] = "same-origin"
        headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=(), payment=()"
        if secure:
            headers["Strict-Transport-Security"] = f"max-age={YEAR}; includeSubDomains"
        return response

    return add
